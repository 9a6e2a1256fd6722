import { judgeTrees } from './compare-trees.ts';
import type { Content, Manifest } from './manifest.ts';

/** One thing that a backup is asked when it is verified, and what was found. */
export interface Check {
  readonly name:
    | 'signature'
    | 'record'
    | 'checksum'
    | 'readable'
    | 'restored'
    | 'rows'
    | 'files'
    | 'query';
  readonly ok: boolean;
  readonly says: string;
}

/** What the store and the record say of an artefact, held against its manifest. */
export interface Seen {
  readonly isSigned: boolean;
  /** By the key that the journal has now. */
  readonly isOurKey: boolean;
  /** SHA-256 of what was signed, and of what the record says was signed. */
  readonly digest: string;
  readonly recorded: string;
}

/** Whether the manifest is ours: signed by the journal's key, and the one that the record speaks of. */
export function judgeManifest({ isSigned, isOurKey, digest, recorded }: Seen): readonly Check[] {
  const isKnown = digest === recorded;
  return [
    {
      name: 'signature',
      // A key that was changed since does not make a backup bad: the record holds what was signed.
      ok: isSigned && (isOurKey || isKnown),
      says: isSigned
        ? `signed by ${isOurKey ? 'the key of the journal' : 'another key than the journal has now'}`
        : 'the signature does not fit the manifest',
    },
    {
      name: 'record',
      ok: isKnown,
      says: isKnown
        ? 'the manifest is the one on the record'
        : 'the manifest is not the one on the record',
    },
  ];
}

export function judgeBytes(
  { artefact }: Pick<Manifest, 'artefact'>,
  read: { readonly bytes: number; readonly sha256: string },
): Check {
  const { bytes, sha256 } = artefact;
  const isSame = read.bytes === bytes && read.sha256 === sha256;
  const found =
    read.bytes === bytes ? 'the bytes are others' : `${read.bytes} bytes instead of ${bytes}`;
  return {
    name: 'checksum',
    ok: isSame,
    says: isSame ? `${bytes} bytes, SHA-256 ${sha256.slice(0, 12)}…` : found,
  };
}

/** Differences that are named; the rest is counted. */
const namedMax = 3;

/** What was counted when it was taken, held against what was restored. */
export function judgeContent(then: Content, now: Content): readonly Check[] {
  if (then.trees) return judgeTrees(then, now);
  if (then.atMost) {
    return [judgeBetween(then.counts, then.atMost, now.counts), ...judgeQuery(then, now)];
  }
  const tables = Object.entries(then.counts);
  const wrong = tables.filter(([name, count]) => now.counts[name] !== count);
  const rows = tables.reduce((sum, [, count]) => sum + count, 0);
  const { each, within } = then.counted === 'documents' ? documents : plainRows;
  const named = wrong
    .slice(0, namedMax)
    .map(([name, count]) => `${name} has ${now.counts[name] ?? 'no'} ${each} instead of ${count}`);
  const more = wrong.length > namedMax ? [`and ${wrong.length - namedMax} more`] : [];
  const notes = (then.notes ?? []).map((note) => `; ${note}`).join('');
  const uncounted = then.uncounted > 0 ? `; ${then.uncounted} were not counted` : '';
  return [
    {
      name: 'rows',
      ok: wrong.length === 0,
      says:
        wrong.length === 0
          ? `${rows} ${each} in ${tables.length} ${within}, as they were${uncounted}${notes}`
          : [...named, ...more].join(', '),
    },
    ...judgeQuery(then, now),
  ];
}

const plainRows = { each: 'rows', within: 'tables' };
const documents = { each: 'documents', within: 'collections' };

type Counts = Content['counts'];

/** What was counted while it was copied, where it went on changing. */
function judgeBetween(fewest: Counts, most: Counts, now: Counts): Check {
  const names = [...new Set([...Object.keys(most), ...Object.keys(now)])];
  const [one, many] = countedIn(names);
  const wrong = names.flatMap((name) => {
    const found = now[name] ?? 0;
    const low = fewest[name] ?? 0;
    const high = most[name] ?? 0;
    if (found >= low && found <= high) return [];
    const span = low === high ? `${low}` : `${low} to ${high}`;
    return [`${name} has ${found} ${one} instead of ${span}`];
  });
  const more = wrong.length > namedMax ? [`and ${wrong.length - namedMax} more`] : [];
  const keys = Object.values(now).reduce((sum, count) => sum + count, 0);
  return {
    name: 'rows',
    ok: wrong.length === 0,
    says:
      wrong.length === 0
        ? `${keys} ${one} in ${names.length} ${many}, within what was counted while it was copied`
        : [...wrong.slice(0, namedMax), ...more].join(', '),
  };
}

/** Of a Redis they are databases, of a Redis Cluster what each master holds (`1: slots 0-5460`), else tables. */
function countedIn(names: readonly string[]): readonly [string, string] {
  if (names.every((name) => /^db\d+$/.test(name))) return ['keys', 'databases'];
  return names.every((name) => /^\d+: slots /.test(name)) ? ['keys', 'parts'] : ['rows', 'tables'];
}

function judgeQuery({ query: then }: Content, { query: now }: Content): readonly Check[] {
  if (!then) return [];
  const isSame = now?.answered === then.answered;
  const answer = (text: string) => (text.length > 80 ? `${text.slice(0, 80)}…` : text);
  return [
    {
      name: 'query',
      ok: isSame,
      says: isSame
        ? `answered ${answer(then.answered)}, as then`
        : `answered ${answer(now?.answered ?? 'nothing')} instead of ${answer(then.answered)}`,
    },
  ];
}
