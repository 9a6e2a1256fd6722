import { type Check, judgeContent, judgeManifest } from '../../core/backup/compare.ts';
import { type Manifest, manifestBeside, statementOf } from '../../core/backup/manifest.ts';
import type { TakenBackup } from '../../core/backup/record.ts';
import { ProblemError, problem } from '../../core/problem.ts';
import { artefactOf } from './artefact.ts';
import type { Going } from './job.ts';
import { manifestAt } from './kept.ts';
import { lackOfKey } from './sealed.ts';
import { type Taking, wantedOf } from './taking.ts';

export interface Report {
  readonly ok: boolean;
  readonly checks: readonly Check[];
}

/**
 * From what costs nothing to what costs most, and no further than the first that does not hold: what nobody signed is
 * never restored, for restoring it runs what it says. Rejects where it cannot be told.
 */
export async function verify(taking: Taking, backup: TakenBackup, going: Going): Promise<Report> {
  const { sound, checks } = await vouched(taking, backup);
  if (!sound) return { ok: false, checks };
  const lack = await lackOfKey(taking, sound);
  const read = await (lack ? readSealed : readWhole)(taking, sound, going);
  checks.push(...read);
  if (read.some(({ ok }) => !ok)) return { ok: false, checks };
  if (lack) throw new ProblemError(problem('BACKUP_NOT_OPENED', { ...lack.facts }));
  checks.push(...(await restored(taking, sound, going)));
  return { ok: checks.every(({ ok }) => ok), checks };
}

/** The manifest of a backup, where it is the one that was signed. */
export async function vouched(
  { store, signer, sha256 }: Pick<Taking, 'store' | 'signer' | 'sha256'>,
  backup: TakenBackup,
): Promise<{ readonly sound: Manifest | undefined; readonly checks: Check[] }> {
  const signed = await manifestAt(store, manifestBeside(backup.name));
  if (!signed) {
    const says = 'there is no manifest that can be read';
    return { sound: undefined, checks: [{ name: 'signature', ok: false, says }] };
  }
  const statement = statementOf(signed.manifest);
  const checks = judgeManifest({
    isSigned: signer.verifies(statement, signed),
    isOurKey: signed.publicKey === signer.publicKey,
    digest: sha256(statement),
    recorded: backup.manifest,
  });
  const isSound = checks.every(({ ok }) => ok);
  return { sound: isSound ? signed.manifest : undefined, checks: [...checks] };
}

/** One pass over the artefact: hashed, counted, opened, and read by the program that would restore it. */
async function readWhole(
  taking: Taking,
  manifest: Manifest,
  { signal, say }: Going,
): Promise<readonly Check[]> {
  say({ done: 0, of: 0, what: 'the artefact is read' });
  const { read, check } = artefactOf(taking, manifest);
  const unreadable = await faultOf(read((copy) => taking.source.read(copy, signal)));
  signal.throwIfAborted();
  // A reader that gave up leaves the rest for the checksum.
  const checksum = await check(signal);
  const readable: Check = {
    name: 'readable',
    ok: unreadable === undefined,
    says: unreadable ?? 'it can be read to its end',
  };
  return [checksum, readable];
}

/** Without a key, what is stored is held against its checksum, and no more can be said. */
async function readSealed(
  taking: Taking,
  manifest: Manifest,
  { signal, say }: Going,
): Promise<readonly Check[]> {
  say({ done: 0, of: 0, what: 'the artefact is read, without being opened' });
  return [await artefactOf(taking, manifest).check(signal)];
}

async function restored(
  taking: Taking,
  manifest: Manifest,
  { signal, say }: Going,
): Promise<readonly Check[]> {
  const { rule, source } = taking;
  const { onlyRead } = await source.scratch(wantedOf(rule));
  const what = onlyRead === undefined ? 'restored where it is thrown away again' : 'counted';
  say({ done: 0, of: 0, what: `it is ${what}` });
  const asked = manifest.content.query?.asked;
  const { locator } = wantedOf(rule);
  const wanted = { locator, ...(asked !== undefined && { query: asked }) };
  try {
    const now = await artefactOf(taking, manifest).read((copy) =>
      source.rehearse(copy, wanted, signal),
    );
    // What was restored nowhere is not said to have been.
    if (onlyRead !== undefined) return judgeContent(manifest.content, now);
    const says = `restored from ${manifest.source.server}`;
    return [{ name: 'restored', ok: true, says }, ...judgeContent(manifest.content, now)];
  } catch (error) {
    // Who is told to end fails as well, and the backup is none the worse for it.
    signal.throwIfAborted();
    const says = wordsOf(error);
    if (says === undefined) throw error;
    return [{ name: 'restored', ok: false, says }];
  }
}

async function faultOf(reading: Promise<void>): Promise<string | undefined> {
  try {
    await reading;
    return undefined;
  } catch (error) {
    const says = wordsOf(error);
    if (says === undefined) throw error;
    return says;
  }
}

/** What was found wrong with the artefact; undefined where nothing was found out about it. */
function wordsOf(error: unknown): string | undefined {
  if (!(error instanceof ProblemError)) return undefined;
  const { code, facts } = error.problem;
  if (code === 'AGE_DAMAGED') return `age: ${facts['why']}`;
  return code === 'BACKUP_PROGRAM_FAILED' ? `${facts['program']}: ${facts['why']}` : undefined;
}
