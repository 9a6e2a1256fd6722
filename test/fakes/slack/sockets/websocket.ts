import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

/** The server's end of one websocket: texts, pings and the closing handshake (RFC 6455), no extensions. */
export interface WebSocketEnd {
  readonly open: boolean;
  send(text: string): void;
  ping(payload: string): void;
  /** Says goodbye and waits for the other end to agree. */
  close(code: number): void;
  /** The cable is cut. */
  drop(): void;
  /** Stays connected and does nothing any more: no answer to pings, nothing read. */
  freeze(): void;
}

export interface WebSocketListener {
  text(text: string): void;
  closed(): void;
}

const opcode = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;
const maxMessageBytes = 4 * 1024 * 1024;

/** Answers the handshake; the client's key proves that the answer was made for it. */
export function acceptWebSocket(
  request: IncomingMessage,
  socket: Duplex,
  listener: WebSocketListener,
): WebSocketEnd {
  const accept = createHash('sha1')
    .update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
    .digest('base64');
  socket.write(
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
      `Sec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );

  let open = true;
  let frozen = false;
  let closing = false;
  let rest: Buffer = Buffer.alloc(0);
  let message: Buffer[] = [];

  const write = (code: number, payload: Buffer) => {
    if (open && !frozen) socket.write(frameOf(code, payload));
  };

  function take(frame: Frame): void {
    if (frame.opcode === opcode.ping) write(opcode.pong, frame.payload);
    if (frame.opcode === opcode.close) {
      if (!closing) write(opcode.close, frame.payload.subarray(0, 2));
      socket.end();
      return;
    }
    if (frame.opcode === opcode.ping || frame.opcode === opcode.pong) return;
    message.push(frame.payload);
    if (message.reduce((sum, part) => sum + part.length, 0) > maxMessageBytes) socket.destroy();
    if (!frame.last) return;
    const text = Buffer.concat(message).toString('utf8');
    message = [];
    listener.text(text);
  }

  socket.on('data', (chunk: Buffer) => {
    if (frozen) return;
    rest = Buffer.concat([rest, chunk]);
    for (let frame = frameIn(rest); frame; frame = frameIn(rest)) {
      rest = rest.subarray(frame.length);
      take(frame);
    }
  });
  socket.on('error', () => socket.destroy());
  socket.on('end', () => socket.end());
  socket.on('close', () => {
    if (!open) return;
    open = false;
    listener.closed();
  });

  return {
    get open() {
      return open && !closing;
    },
    send: (text) => write(opcode.text, Buffer.from(text)),
    ping: (payload) => write(opcode.ping, Buffer.from(payload)),
    close(code) {
      const payload = Buffer.alloc(2);
      payload.writeUInt16BE(code);
      write(opcode.close, payload);
      closing = true;
    },
    drop: () => socket.destroy(),
    freeze() {
      frozen = true;
    },
  };
}

interface Frame {
  readonly opcode: number;
  readonly last: boolean;
  readonly payload: Buffer;
  /** Of the whole frame, head and all. */
  readonly length: number;
}

/** The first whole frame of what has arrived; a client masks what it sends. */
function frameIn(bytes: Buffer): Frame | undefined {
  if (bytes.length < 2) return undefined;
  const first = bytes.readUInt8(0);
  const second = bytes.readUInt8(1);
  const short = second & 0x7f;
  const extra = short === 126 ? 2 : short === 127 ? 8 : 0;
  const masked = (second & 0x80) !== 0;
  const head = 2 + extra + (masked ? 4 : 0);
  if (bytes.length < head) return undefined;
  const size =
    extra === 0 ? short : extra === 2 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  if (bytes.length < head + size) return undefined;
  const payload = Buffer.from(bytes.subarray(head, head + size));
  if (masked) {
    const mask = bytes.subarray(head - 4, head);
    for (let at = 0; at < payload.length; at += 1) {
      payload[at] = (payload[at] ?? 0) ^ (mask[at % 4] ?? 0);
    }
  }
  return { opcode: first & 0x0f, last: (first & 0x80) !== 0, payload, length: head + size };
}

function frameOf(code: number, payload: Buffer): Buffer {
  const head =
    payload.length < 126
      ? Buffer.from([0x80 | code, payload.length])
      : payload.length < 65_536
        ? Buffer.from([0x80 | code, 126, payload.length >> 8, payload.length & 0xff])
        : longHead(code, payload.length);
  return Buffer.concat([head, payload]);
}

function longHead(code: number, length: number): Buffer {
  const head = Buffer.alloc(10);
  head.writeUInt8(0x80 | code, 0);
  head.writeUInt8(127, 1);
  head.writeBigUInt64BE(BigInt(length), 2);
  return head;
}
