/** Where a message stands: `channel/message`. In a thread, the thread is the channel. */
export function refOf(channel: string, message: string): string {
  return `${channel}/${message}`;
}

export function atOf(ref: string): { readonly channel: string; readonly message: string } {
  const [channel = '0', message = '0'] = ref.split('/');
  return { channel, message };
}

/** When a message was made, ms: its id says so. https://discord.com/developers/docs/reference#snowflakes */
export function madeAt(ref: string): number {
  const { message } = atOf(ref);
  return /^\d+$/.test(message) ? Number(BigInt(message) >> 22n) + epoch : 0;
}

/** The smallest id of that moment. */
export function idAt(at: number): string {
  return String(BigInt(Math.max(0, Math.floor(at) - epoch)) << 22n);
}

const epoch = 1_420_070_400_000;
