import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

/** The server's end of one websocket (RFC 6455), as much of it as a gateway needs: text, ping, close. */
export interface Websocket {
  send(text: string): void;
  /** Closes properly, with a code. */
  close(code: number, reason?: string): void;
  /** Breaks the connection without a word. */
  destroy(): void;
  readonly open: () => boolean;
}

export interface WebsocketEvents {
  readonly text: (text: string) => void;
  /** Once, however it ended; 1006 when nobody said goodbye. */
  readonly closed: (code: number, by: 'client' | 'server') => void;
  /** A message longer than this many bytes closes the connection with the code. */
  readonly longest: { readonly bytes: number; readonly code: number };
}

const magic = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

export function acceptWebsocket(
  request: IncomingMessage,
  socket: Duplex,
  events: WebsocketEvents,
): Websocket {
  const key = request.headers['sec-websocket-key'] ?? '';
  const accept = createHash('sha1')
    .update(key + magic)
    .digest('base64');
  socket.write(
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
      `Sec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  let pending = Buffer.alloc(0);
  let whole: Buffer[] = [];
  let open = true;

  function ended(code: number, by: 'client' | 'server'): void {
    if (!open) return;
    open = false;
    events.closed(code, by);
  }

  function write(opcode: number, payload: Buffer): void {
    if (!socket.writable) return;
    socket.write(Buffer.concat([header(opcode, payload.length), payload]));
  }

  function close(code: number, reason = ''): void {
    if (!open) return;
    const payload = Buffer.alloc(2 + Buffer.byteLength(reason));
    payload.writeUInt16BE(code, 0);
    payload.write(reason, 2);
    write(opcodes.close, payload);
    ended(code, 'server');
    socket.end();
  }

  function take({ opcode, final, payload }: Frame): void {
    if (opcode === opcodes.ping) write(opcodes.pong, payload);
    else if (opcode === opcodes.close) {
      write(opcodes.close, payload);
      ended(payload.length >= 2 ? payload.readUInt16BE(0) : 1005, 'client');
      socket.end();
    } else if (opcode !== opcodes.pong) gather(payload, final);
  }

  function gather(payload: Buffer, final: boolean): void {
    whole.push(payload);
    const bytes = whole.reduce((sum, part) => sum + part.length, 0);
    if (bytes > events.longest.bytes) {
      close(events.longest.code, 'Error while decoding payload.');
    } else if (final) {
      const text = Buffer.concat(whole).toString();
      whole = [];
      events.text(text);
    }
  }

  socket.on('data', (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk]);
    for (;;) {
      const frame = open ? frameAt(pending) : undefined;
      if (!frame) return;
      pending = pending.subarray(frame.length);
      take(frame);
    }
  });
  socket.on('close', () => ended(1006, 'client'));
  socket.on('error', () => ended(1006, 'client'));

  return {
    send: (text) => open && write(opcodes.text, Buffer.from(text)),
    close,
    destroy: () => socket.destroy(),
    open: () => open,
  };
}

interface Frame {
  readonly opcode: number;
  readonly final: boolean;
  readonly payload: Buffer;
  /** Bytes that it takes, header included. */
  readonly length: number;
}

/** The first frame, once it is there whole. Frames of a client are masked. */
function frameAt(bytes: Buffer): Frame | undefined {
  if (bytes.length < 2) return undefined;
  const first = bytes.readUInt8(0);
  const second = bytes.readUInt8(1);
  const short = second & 0x7f;
  const extra = short === 126 ? 2 : short === 127 ? 8 : 0;
  const start = 2 + extra + 4;
  if (bytes.length < start) return undefined;
  const size =
    extra === 2 ? bytes.readUInt16BE(2) : extra === 8 ? Number(bytes.readBigUInt64BE(2)) : short;
  if (bytes.length < start + size) return undefined;
  const mask = bytes.subarray(start - 4, start);
  const payload = Buffer.from(bytes.subarray(start, start + size));
  for (const [index, byte] of payload.entries()) payload[index] = byte ^ (mask[index % 4] ?? 0);
  return { opcode: first & 0x0f, final: (first & 0x80) !== 0, payload, length: start + size };
}

function header(opcode: number, size: number): Buffer {
  if (size < 126) return Buffer.from([0x80 | opcode, size]);
  if (size < 65_536) {
    const bytes = Buffer.from([0x80 | opcode, 126, 0, 0]);
    bytes.writeUInt16BE(size, 2);
    return bytes;
  }
  const bytes = Buffer.from([0x80 | opcode, 127, 0, 0, 0, 0, 0, 0, 0, 0]);
  bytes.writeBigUInt64BE(BigInt(size), 2);
  return bytes;
}
