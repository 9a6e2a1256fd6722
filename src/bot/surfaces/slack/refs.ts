/** `C01:1763607600.000100`: where a post of ours stands. */
export interface Ref {
  readonly channel: string;
  readonly ts: string;
}

export function refOf({ channel, ts }: Ref): string {
  return `${channel}:${ts}`;
}

export function readRef(ref: string): Ref {
  const [channel = '', ts = ''] = ref.split(':');
  return { channel, ts };
}

/** What makes a post of ours findable after a send that nobody answered. Anybody may write such a thing, so it proves nothing. */
export const postEvent = 'tocsin_post';
