import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { describe, expect, it } from 'vitest';
import type { Cipher } from '../../../src/core/ports/backup.ts';
import { connect } from '../../../src/integrations/age/index.ts';
import { large, of } from '../../contracts/artefact-store.ts';

const chunk = 64 * 1024;
const [ours, theirs, nobodys] = await Promise.all([pair(), pair(), pair()]);

describe('what is sealed', () => {
  it.each([0, 1, chunk - 1, chunk, chunk + 1, 3 * chunk, 10 * chunk + 7])(
    'is opened as it was, %i bytes of it',
    async (length) => {
      const { bytes, whole } = large(length);
      const sealed = await all(cipherOf(ours).seal(bytes));
      expect(sealed.subarray(0, 21).toString()).toBe('age-encryption.org/v1');
      expect((await all(cipherOf(ours).open(inPieces(sealed, 1_021)))).equals(whole)).toBe(true);
    },
  );

  it('is opened by each of those it is for, and by nobody else', async () => {
    const both = connect({ recipients: [ours.recipient, theirs.recipient], identities: [] });
    const sealed = await all(both.seal(of('secret')));
    expect((await all(cipherOf(ours).open(inPieces(sealed)))).toString()).toBe('secret');
    expect((await all(cipherOf(theirs).open(inPieces(sealed)))).toString()).toBe('secret');
    await expect(all(cipherOf(nobodys).open(inPieces(sealed)))).rejects.toMatchObject({
      problem: { code: 'AGE_NO_KEY' },
    });
    expect(sealed.includes('secret')).toBe(false);
  });

  it('is never the same twice', async () => {
    const [one, two] = await Promise.all([1, 2].map(() => all(cipherOf(ours).seal(of('x')))));
    expect(one?.equals(two ?? Buffer.alloc(0))).toBe(false);
  });

  it('that is cut anywhere is not believed', async () => {
    const sealed = await all(cipherOf(ours).seal(large(3 * chunk).bytes));
    const header = sealed.indexOf('\n---') + 49;
    for (const length of [
      0,
      10,
      100,
      header,
      header + 16,
      header + 16 + chunk,
      sealed.length - 1,
    ]) {
      await expect(
        all(cipherOf(ours).open(inPieces(sealed.subarray(0, length)))),
        `${length} bytes`,
      ).rejects.toMatchObject({ problem: { code: 'AGE_DAMAGED' } });
    }
  });

  it('that is changed or added to anywhere is not believed', async () => {
    const sealed = await all(cipherOf(ours).seal(large(3 * chunk).bytes));
    const places = [3, 25, 60, 100, 150, 200, 300, chunk, 2 * chunk, sealed.length - 1];
    for (const place of places) {
      const changed = Buffer.from(sealed);
      changed.writeUInt8((changed[place] ?? 0) ^ 1, place);
      await expect(all(cipherOf(ours).open(inPieces(changed))), `${place}`).rejects.toMatchObject({
        problem: { code: expect.stringMatching(/^AGE_(DAMAGED|NO_KEY)$/) },
      });
    }
    const longer = Buffer.concat([sealed, Buffer.from('more')]);
    await expect(all(cipherOf(ours).open(inPieces(longer)))).rejects.toMatchObject({
      problem: { code: 'AGE_DAMAGED' },
    });
  });
});

describe('a stream on its way through', () => {
  it('fails as what it reads from fails', async () => {
    async function* broken(first: Uint8Array): AsyncIterable<Uint8Array> {
      yield first;
      throw new Error('the store is away');
    }
    const sealed = await all(cipherOf(ours).seal(large(3 * chunk).bytes));
    await expect(all(cipherOf(ours).seal(broken(Buffer.alloc(9))))).rejects.toThrow('is away');
    for (const length of [5, 2 * chunk]) {
      const reading = all(cipherOf(ours).open(broken(sealed.subarray(0, length))));
      await expect(reading).rejects.toThrow('is away');
    }
  });

  it('is read no faster than it is wanted, and ended with whoever reads it', async () => {
    let read = 0;
    let isEnded = false;
    async function* counted(): AsyncIterable<Uint8Array> {
      try {
        for (; read < 1_000; read += 1) yield Buffer.alloc(chunk);
      } finally {
        isEnded = true;
      }
    }
    for await (const _ of cipherOf(ours).seal(counted())) break;
    expect(read).toBeLessThan(8);
    expect(isEnded).toBe(true);
  });
});

it('knows whose it can open', async () => {
  expect(await cipherOf(ours).opens([theirs.recipient, ours.recipient])).toBe(true);
  expect(await cipherOf(ours).opens([theirs.recipient])).toBe(false);
  const none = connect({ recipients: [ours.recipient], identities: [] });
  expect(await none.opens([ours.recipient])).toBe(false);
});

async function pair() {
  const identity = await generateX25519Identity();
  return { identity, recipient: await identityToRecipient(identity) };
}

function cipherOf({ identity, recipient }: Awaited<ReturnType<typeof pair>>): Cipher {
  return connect({ recipients: [recipient], identities: [identity] });
}

async function all(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of bytes) parts.push(part);
  return Buffer.concat(parts);
}

async function* inPieces(whole: Buffer, size = 50_000): AsyncIterable<Uint8Array> {
  for (let at = 0; at < whole.length; at += size) yield whole.subarray(at, at + size);
}
