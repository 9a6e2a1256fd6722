import type { Socket } from 'node:net';
import { BSON } from 'mongodb';

/* The part of the wire protocol that a driver of today speaks: https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/ */

export type Words = Readonly<Record<string, unknown>>;

const opReply = 1;
const opQuery = 2004;
const opMsg = 2013;
const headerBytes = 16;

/** What takes one command and says what is answered; undefined: the connection ends without an answer. */
export type Answerer = (words: Words) => Promise<Words | undefined>;

/** Speaks on one connection: a command after the other, each answered in the form it was asked in. */
export function speak(socket: Socket, answer: Answerer): void {
  let kept = Buffer.alloc(0);
  let turn = Promise.resolve();
  socket.on('data', (bytes) => {
    kept = Buffer.concat([kept, bytes]);
    while (kept.length >= 4 && kept.length >= kept.readInt32LE(0)) {
      const message = kept.subarray(0, kept.readInt32LE(0));
      kept = kept.subarray(message.length);
      turn = turn.then(() => one(socket, message, answer)).catch(() => void socket.destroy());
    }
  });
  socket.on('error', () => undefined);
}

async function one(socket: Socket, message: Buffer, answer: Answerer): Promise<void> {
  const asked = message.readInt32LE(4);
  const kind = message.readInt32LE(12);
  const words = kind === opQuery ? queryOf(message) : kind === opMsg ? messageOf(message) : {};
  const said = await answer(words);
  if (said === undefined) return void socket.destroy();
  const body = Buffer.from(BSON.serialize(said));
  const before = kind === opQuery ? Buffer.alloc(20) : Buffer.alloc(5);
  // OP_REPLY: one document is returned; OP_MSG: no flags, one section of kind 0.
  if (kind === opQuery) before.writeInt32LE(1, 16);
  const header = Buffer.alloc(headerBytes);
  header.writeInt32LE(headerBytes + before.length + body.length, 0);
  header.writeInt32LE(asked, 8);
  header.writeInt32LE(kind === opQuery ? opReply : opMsg, 12);
  socket.write(Buffer.concat([header, before, body]));
}

/** Sections: one document, and lists of documents by name. */
function messageOf(message: Buffer): Words {
  const words: Record<string, unknown> = {};
  for (let at = headerBytes + 4; at < message.length; ) {
    const kind = message.readUInt8(at);
    const size = message.readInt32LE(at + 1);
    if (kind === 0) {
      Object.assign(words, documentAt(message, at + 1));
    } else {
      const name = message.toString('utf8', at + 5, message.indexOf(0, at + 5));
      const documents: Words[] = [];
      for (let next = at + 6 + name.length; next < at + 1 + size; ) {
        documents.push(documentAt(message, next));
        next += message.readInt32LE(next);
      }
      words[name] = documents;
    }
    at += 1 + size;
  }
  return words;
}

function queryOf(message: Buffer): Words {
  const end = message.indexOf(0, headerBytes + 4);
  return documentAt(message, end + 1 + 8);
}

function documentAt(message: Buffer, at: number): Words {
  const size = message.readInt32LE(at);
  return BSON.deserialize(message.subarray(at, at + size));
}
