import type { Cipher } from '../../core/ports/backup.ts';
import { ProblemError, problem } from '../../core/problem.ts';

export { problems } from './problems.ts';

export interface AgeConfig {
  /** `age1…`: who can open what is sealed. */
  readonly recipients: readonly string[];
  /** `AGE-SECRET-KEY-1…`: what opens it here; none where it is only sealed. */
  readonly identities: readonly string[];
}

/**
 * The format of https://age-encryption.org/v1, by the library of its author: what is sealed here is opened by the `age`
 * program, and the other way round. Nothing is loaded before it is used, and a few chunks of 64 KiB are held.
 */
export function connect({ recipients, identities }: AgeConfig): Cipher {
  let own: Promise<readonly string[]> | undefined;
  const recipientsOfOurs = () => {
    own ??= import('age-encryption').then(({ identityToRecipient }) =>
      Promise.all(identities.map((identity) => identityToRecipient(identity))),
    );
    return own;
  };
  return {
    recipients,
    async *seal(bytes) {
      const { Encrypter } = await import('age-encryption');
      const encrypter = new Encrypter();
      for (const recipient of recipients) encrypter.addRecipient(recipient);
      yield* await encrypter.encrypt(streamOf(bytes));
    },
    async opens(forWhom) {
      const ours = await recipientsOfOurs();
      return forWhom.some((recipient) => ours.includes(recipient));
    },
    async *open(bytes) {
      const { Decrypter } = await import('age-encryption');
      const decrypter = new Decrypter();
      for (const identity of identities) decrypter.addIdentity(identity);
      const reading: { failed: unknown } = { failed: undefined };
      try {
        yield* await decrypter.decrypt(streamOf(noted(bytes, reading)));
      } catch (error) {
        // What the store said is not said of the backup.
        throw reading.failed ?? faultIn(error);
      }
    },
  };
}

async function* noted(
  bytes: AsyncIterable<Uint8Array>,
  reading: { failed: unknown },
): AsyncIterable<Uint8Array> {
  try {
    yield* bytes;
  } catch (error) {
    reading.failed = error;
    throw error;
  }
}

/** Asked for one chunk at a time, and ended when nobody reads any more. */
function streamOf(bytes: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const source = bytes[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await source.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      async cancel() {
        await source.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}

/** The library says it in a sentence alone. */
function faultIn(error: unknown): ProblemError {
  const why = error instanceof Error ? error.message : String(error);
  const code = /no identity matched/.test(why) ? 'AGE_NO_KEY' : 'AGE_DAMAGED';
  return new ProblemError(problem(code, { why: why.slice(0, 200) }), { cause: error });
}
