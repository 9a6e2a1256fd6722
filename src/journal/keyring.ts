import { readFile } from 'node:fs/promises';
import type { Keyring } from '../core/ports/journal.ts';
import { ProblemError, problem } from '../core/problem.ts';
import { isMissing, queue, replaceFile } from './files.ts';

/** Secrets in one file beside the journal, for its owner's eyes only. Never in the chain, an export or a backup. */
export function openKeyring(path: string): Keyring {
  const inTurn = queue();

  function change(edit: (secrets: Map<string, string>) => void): Promise<void> {
    return inTurn(async () => {
      const secrets = await load(path);
      edit(secrets);
      await replaceFile(
        path,
        Buffer.from(`${JSON.stringify(Object.fromEntries(secrets), null, 1)}\n`),
        0o600,
      );
    });
  }

  return {
    get: (name) =>
      inTurn(async () => {
        const secret = (await load(path)).get(name);
        return secret === undefined ? undefined : Buffer.from(secret, 'base64');
      }),
    set: (name, secret) =>
      change((secrets) => secrets.set(name, Buffer.from(secret).toString('base64'))),
    delete: (name) => change((secrets) => secrets.delete(name)),
  };
}

async function load(path: string): Promise<Map<string, string>> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return new Map();
    throw error;
  }
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new TypeError('not an object');
    }
    return new Map(
      Object.entries(value).filter(
        (entry): entry is [string, string] => typeof entry[1] === 'string',
      ),
    );
  } catch (error) {
    throw new ProblemError(problem('KEYRING_UNREADABLE', { path }), { cause: error });
  }
}
