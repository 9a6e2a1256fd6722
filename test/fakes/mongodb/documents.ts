import { BSON } from 'mongodb';
import type { Words } from './wire.ts';

/** The documents of a set, as every member has them: no queries, no indexes, no limits of what one answer may hold. */
export interface Documents {
  /** Undefined for a command that is not about documents. */
  answer(command: string, words: Words): Words | undefined;
  readonly databases: Map<string, Map<string, Words[]>>;
}

export function createDocuments(): Documents {
  const databases = new Map<string, Map<string, Words[]>>();
  const of = (words: Words) => databases.get(String(words['$db'])) ?? new Map<string, Words[]>();
  const sizeOf = (documents: readonly Words[]) =>
    documents.reduce((sum, each) => sum + BSON.calculateObjectSize(each), 0);
  const cursor = (words: Words, name: string, firstBatch: readonly Words[]): Words => ({
    cursor: { id: BSON.Long.ZERO, ns: `${String(words['$db'])}.${name}`, firstBatch },
    ok: 1,
  });

  function insert(words: Words): Words {
    const database = of(words);
    databases.set(String(words['$db']), database);
    const name = String(words['insert']);
    const documents = Array.isArray(words['documents']) ? words['documents'] : [];
    database.set(name, [...(database.get(name) ?? []), ...documents]);
    return { n: documents.length, ok: 1 };
  }

  function answer(command: string, words: Words): Words | undefined {
    const name = String(words[command]);
    const held = of(words).get(name) ?? [];
    switch (command) {
      case 'buildInfo':
        return { version: '8.0.4', ok: 1 };
      case 'insert':
        return insert(words);
      case 'find':
        return cursor(words, name, held);
      case 'count':
        return { n: held.length, ok: 1 };
      case 'aggregate':
        return cursor(words, name, held.length === 0 ? [] : [{ n: held.length }]);
      case 'create':
        databases.set(String(words['$db']), of(words).set(name, held));
        return { ok: 1 };
      case 'listCollections':
        return cursor(
          words,
          '$cmd.listCollections',
          [...of(words).keys()].map((each) => ({ name: each, type: 'collection' })),
        );
      case 'listDatabases':
        return { databases: [...databases.keys()].map((each) => ({ name: each })), ok: 1 };
      case 'dbStats': {
        const all = [...of(words).values()];
        return { collections: all.length, views: 0, dataSize: sizeOf(all.flat()), ok: 1 };
      }
      case 'dropDatabase':
        databases.delete(String(words['$db']));
        return { ok: 1 };
      default:
        return undefined;
    }
  }
  return { answer, databases };
}
