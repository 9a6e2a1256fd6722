import { progressOf } from '../../core/backup/estimate.ts';
import {
  backupId,
  type Content,
  folderOf,
  type Manifest,
  manifestEnding,
  type SignedManifest,
  statementOf,
} from '../../core/backup/manifest.ts';
import type { BackupRule } from '../../core/backup/rule.ts';
import type {
  ArtefactStore,
  Backup,
  Cipher,
  Kept,
  Signer,
  Survey,
} from '../../core/ports/backup.ts';
import { ProblemError, problem } from '../../core/problem.ts';
import { type Going, type Job, startJob } from './job.ts';
import { sealed, sealedEnding, sealOf } from './sealed.ts';

/** What a backup is made with. */
export interface Taking {
  readonly rule: BackupRule;
  readonly source: Backup;
  readonly store: ArtefactStore;
  /** What seals and opens it; absent where it is kept as it is. */
  readonly cipher?: Cipher;
  readonly signer: Signer;
  readonly sha256: (text: string) => string;
  readonly now: () => number;
  readonly log: (message: string, fields: Readonly<Record<string, unknown>>) => void;
}

export interface TakingNow {
  readonly operation: string;
  /** When the operation began: the backup is named after it. */
  readonly startedAt: number;
}

export interface Taken {
  readonly signed: SignedManifest;
  /** SHA-256 of what was signed. */
  readonly digest: string;
}

export interface Names {
  readonly id: string;
  readonly artefact: string;
  readonly manifest: string;
}

export function namesOf(
  { rule, cipher }: Pick<Taking, 'rule' | 'cipher'>,
  now: TakingNow,
  extension: string,
): Names {
  const id = backupId(now.startedAt, now.operation);
  const stem = `${folderOf(rule.subject)}/${id}`;
  const artefact = `${stem}.${extension}${cipher ? sealedEnding : ''}`;
  return { id, artefact, manifest: `${stem}${manifestEnding}` };
}

/** Streams it into the store, then signs what it is. It is no backup before its manifest stands. */
export function startTaking(taking: Taking, now: TakingNow, estimate: number): Job<Taken> {
  return startJob((going) => take(taking, now, { ...going, estimate }), {
    timeoutMs: taking.rule.timeoutMs,
    otherwise: problem('BACKUP_FAILED', {}),
    log: taking.log,
  });
}

async function take(
  taking: Taking,
  now: TakingNow,
  going: Going & { readonly estimate: number },
): Promise<Taken> {
  const { rule, source, store } = taking;
  const wanted = wantedOf(rule);
  const survey = await source.survey(wanted);
  if (!survey.ok) throw new ProblemError(survey.problem);
  const names = namesOf(taking, now, survey.value.extension);
  // Whoever began it before us died between the two: without its manifest it is none.
  await store.sweep(names.artefact);
  await store.remove(names.artefact);
  const failing = new AbortController();
  const signal = AbortSignal.any([going.signal, failing.signal]);
  const opened = await source.open(wanted, signal);
  let kept: Kept;
  try {
    const bytes = sealed(taking, whole(opened, { ...going, signal }));
    kept = await store.put(names.artefact, bytes, signal);
  } catch (error) {
    failing.abort();
    await opened.content.catch(() => undefined);
    throw error;
  }
  const content = await opened.content;
  try {
    const manifest = manifestOf(taking, now, { names, kept, content, survey: survey.value });
    return await signed(taking, names, manifest);
  } catch (error) {
    await store.remove(names.artefact).catch(() => undefined);
    throw error;
  }
}

/** Ends as the copy does: a program that died looks like one that is through until it is asked. */
async function* whole(
  { bytes, content }: Awaited<ReturnType<Backup['open']>>,
  { signal, say, estimate }: Going & { readonly estimate: number },
): AsyncIterable<Uint8Array> {
  let written = 0;
  for await (const chunk of bytes) {
    written += chunk.length;
    say({ ...progressOf(written, estimate), what: 'MiB written, about' });
    yield chunk;
  }
  signal.throwIfAborted();
  await content;
}

function manifestOf(
  taking: Taking,
  { operation, startedAt }: TakingNow,
  {
    names,
    kept,
    content,
    survey,
  }: {
    readonly names: Names;
    readonly kept: Kept;
    readonly content: Content;
    readonly survey: Survey;
  },
): Manifest {
  const { rule, now: clock } = taking;
  const { integration, target } = rule.source;
  const { place, server, program, encoding, bytesAtMost: bytes } = survey;
  return {
    format: 1,
    id: names.id,
    subject: rule.subject,
    artefact: { name: names.artefact, ...kept, encoding, ...sealOf(taking) },
    source: { target: `${integration}/${target}`, place, server, program, bytes },
    operation,
    startedAt,
    endedAt: clock(),
    content,
  };
}

async function signed(
  { store, signer, sha256 }: Taking,
  names: Names,
  manifest: Manifest,
): Promise<Taken> {
  const statement = statementOf(manifest);
  const { publicKey } = signer;
  const whole: SignedManifest = { manifest, publicKey, signature: signer.sign(statement) };
  const bytes = Buffer.from(`${JSON.stringify(whole, undefined, 2)}\n`);
  await store.put(names.manifest, one(bytes), new AbortController().signal);
  return { signed: whole, digest: sha256(statement) };
}

async function* one(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}

/** What integrations are asked for. */
export function wantedOf({ source, query }: BackupRule) {
  return { locator: source.locator, ...(query !== undefined && { query }) };
}
