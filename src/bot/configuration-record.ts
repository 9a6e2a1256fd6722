import type { Event, Sha256 } from '../core/event.ts';
import type { Journal } from '../core/ports/journal.ts';
import { ProblemError, problem } from '../core/problem.ts';
import {
  type ConfigurationLoaded,
  changeLine,
  configurationStream,
  type Described,
  loaded,
} from '../core/record/configuration.ts';
import type { Log } from './bot-parts.ts';
import type { TellSecurity } from './security/notices.ts';

export interface ConfigurationRecordOptions {
  readonly journal: Pick<Journal, 'append' | 'read'>;
  readonly tellSecurity: TellSecurity;
  readonly sha256: Sha256;
  readonly log: Log;
}

/** What a notice says; the rest is counted, and stands on the record. */
const linesTold = 10;
const lineCharacters = 200;

/** The newest load on record. */
export interface Load {
  readonly event: ConfigurationLoaded;
  readonly version: number;
}

/** Puts a configuration that is another than the one before it on the record, before anything is decided by it. */
export async function recordConfiguration(
  described: Described,
  policy: string,
  { journal, sha256, log }: Omit<ConfigurationRecordOptions, 'tellSecurity'>,
): Promise<Load | undefined> {
  const events = await journal.read(configurationStream);
  const version = events.length;
  const last = events.at(-1)?.event;
  const before = isLoad(last) ? last : undefined;
  const event = loaded(described, before, { policy, sha256 });
  if (event === undefined) return before && { event: before, version };
  const appended = await journal.append(
    [{ stream: configurationStream, expectedVersion: version, events: [event] }],
    { cause: `${configurationStream}/${version + 1}/${event.digest}`, by: 'tocsin' },
  );
  if (!appended.ok) throw new ProblemError(problem('NOT_THE_OWNER', {}));
  const { digest, changes } = event;
  log('another configuration is in force', { digest, changes: changes.map(changeLine) });
  return { event, version: version + 1 };
}

/**
 * Tells those who answer for security what changed. Asked at every start: a notice is made once for each load, and one
 * that a crash kept from being made is made at the next.
 */
export async function tellConfiguration(
  { event: { digest, changes }, version }: Load,
  { tellSecurity }: Pick<ConfigurationRecordOptions, 'tellSecurity'>,
): Promise<void> {
  if (changes.length === 0) return;
  const told = changes.slice(0, linesTold).map((change) => cut(changeLine(change)));
  const more = changes.length - told.length;
  const lines = [...told, ...(more > 0 ? [`and ${more} more`] : [])].join(' · ');
  await tellSecurity(
    { kind: 'configuration-changed', facts: { digest: digest.slice(0, 12), lines } },
    { cause: `${configurationStream}/${version}/told`, by: 'tocsin' },
  );
}

function isLoad(event: Event | undefined): event is ConfigurationLoaded {
  return event?.type === 'ConfigurationLoaded';
}

function cut(line: string): string {
  return line.length <= lineCharacters
    ? line
    : `${line.slice(0, lineCharacters - 1).toWellFormed()}…`;
}
