import { hash } from 'node:crypto';
import type { Logger } from 'pino';
import { openBackups } from '../bot/backups/index.ts';
import type { ConnectedTarget } from '../bot/bot-parts.ts';
import { systemClock } from '../bot/clock.ts';
import type { StoreConfig } from '../config.ts';
import { sayBytes } from '../core/backup/estimate.ts';
import { folderOf } from '../core/backup/manifest.ts';
import type { BackupRule } from '../core/backup/rule.ts';
import type { Cipher } from '../core/ports/backup.ts';
import type { Finding } from '../core/ports/target.ts';
import { type ProblemBook, ProblemError, problem } from '../core/problem.ts';
import type { Settings } from '../core/settings.ts';
import type { ConnectedStore } from '../integrations/objectstore/index.ts';
import type { OpenJournal } from '../journal/index.ts';
import type { Parts } from './parts.ts';
import type { Resting } from './resting.ts';

export interface BackedUp extends Pick<Parts, 'backups'> {
  readonly targets: readonly ConnectedTarget[];
  readonly books: readonly ProblemBook[];
  resting(): readonly Resting[];
}

/** The targets with backups over them, where the configuration has any. */
export async function connectBackups(
  targets: readonly ConnectedTarget[],
  {
    settings,
    stores: configured,
    journal,
    log,
  }: {
    readonly settings: Settings;
    readonly stores: readonly StoreConfig[];
    readonly journal: OpenJournal;
    readonly log: Logger;
  },
): Promise<BackedUp> {
  const { backups: rules = [] } = settings;
  if (rules.length === 0) return { targets, books: [], resting: () => [] };
  const { problems } = await import('../integrations/objectstore/index.ts');
  const stores = await connectStores(rules, configured);
  const sealing = await connectCiphers(rules);
  const backups = openBackups({
    rules,
    stores,
    ciphers: sealing.ciphers,
    journal,
    signer: journal.signer,
    sha256: (text) => hash('sha256', text),
    now: systemClock.now,
    log: (message, fields) => log.error(fields, message),
  });
  const buckets = configured.flatMap(({ to }) => stores.get(to) ?? []);
  return {
    backups,
    targets: targets.map(backups.over),
    books: [problems, ...sealing.books],
    resting: () =>
      buckets.map(({ name, health }) => ({ system: name, rests: health() === 'down' })),
  };
}

/** Where backups are kept, each place once, by what `to` says. */
async function connectStores(
  rules: readonly BackupRule[],
  configured: readonly StoreConfig[],
): Promise<ReadonlyMap<string, ConnectedStore>> {
  const { connect } = await import('../integrations/objectstore/index.ts');
  const stores = new Map<string, ConnectedStore>();
  for (const { to, isOwn } of rules) {
    if (isOwn || stores.has(to)) continue;
    const bucket = configured.find((each) => each.to === to);
    stores.set(to, connect(bucket ? opened(bucket) : to));
  }
  return stores;
}

/** What seals the backups of each subject that says so, by the folder of the subject. */
async function connectCiphers(rules: readonly BackupRule[]): Promise<{
  readonly ciphers: ReadonlyMap<string, Cipher>;
  readonly books: readonly ProblemBook[];
}> {
  if (!rules.some(({ encrypt }) => encrypt)) return { ciphers: new Map(), books: [] };
  const { connect, problems } = await import('../integrations/age/index.ts');
  const ciphers = rules.flatMap(({ subject, encrypt }) => {
    if (!encrypt) return [];
    const { recipients, identities } = encrypt;
    const cipher = connect({ recipients, identities: identities.map((each) => each.reveal()) });
    return [[folderOf(subject), cipher] as const];
  });
  return { ciphers: new Map(ciphers), books: [problems] };
}

function opened({ accessKeyId, secretAccessKey, ...config }: StoreConfig) {
  if (accessKeyId === undefined || !secretAccessKey) return config;
  return { ...config, credentials: { accessKeyId, secretAccessKey: secretAccessKey.reveal() } };
}

type Found = Finding & { readonly about: string };

/** Whether each backup could be taken now: its program, its rights, its room, and where it is kept. */
export async function backupFindings(
  { backups: rules = [] }: Pick<Settings, 'backups'>,
  targets: readonly ConnectedTarget[],
  configured: readonly StoreConfig[],
): Promise<readonly Found[]> {
  if (rules.length === 0) return [];
  const stores = await connectStores(rules, configured);
  const kept = await Promise.all(
    [...stores].map(async ([to, store]) =>
      (await store.doctor()).map((finding): Found => ({ about: to, ...finding })),
    ),
  );
  const taken = await takenFindings(rules, targets, stores);
  for (const store of stores.values()) store.close();
  return [...taken, ...kept.flat(), ...(await sealFindings(rules))];
}

/** Whether what is encrypted from now on could be opened here. */
async function sealFindings(rules: readonly BackupRule[]): Promise<readonly Found[]> {
  const { ciphers } = await connectCiphers(rules);
  const sealed = rules.flatMap(({ subject, encrypt }) => {
    const cipher = ciphers.get(folderOf(subject));
    return cipher && encrypt ? [{ about: `backup/${folderOf(subject)}`, cipher, encrypt }] : [];
  });
  return Promise.all(
    sealed.map(async ({ about, cipher, encrypt }): Promise<Found> => {
      const { recipients, identities } = encrypt;
      const finding = { about, check: 'encryption', facts: { recipients: recipients.join(' ') } };
      if (identities.length === 0) {
        return { ...finding, facts: { ...finding.facts, identity: 'none here' } };
      }
      if (await cipher.opens(recipients)) return finding;
      return { ...finding, problem: problem('AGE_IDENTITY_ELSEWHERE', {}) };
    }),
  );
}

function takenFindings(
  rules: readonly BackupRule[],
  targets: readonly ConnectedTarget[],
  stores: ReadonlyMap<string, ConnectedStore>,
): Promise<readonly Found[]> {
  return Promise.all(
    rules.map(async ({ subject, source, to, query, isOwn }) => {
      const named = `${source.integration}/${source.target}`;
      const finding = { about: `backup/${folderOf(subject)}`, check: 'backup' };
      const { backup, copies } = targets.find(({ name }) => name === named) ?? {};
      if (isOwn && copies) {
        const survey = await copies.survey({ locator: source.locator });
        return survey.ok
          ? { ...finding, facts: survey.value }
          : { ...finding, facts: {}, problem: survey.problem };
      }
      if (!backup) {
        return {
          ...finding,
          facts: {},
          problem: problem('BACKUP_CANNOT_BE_MADE', { target: named }),
        };
      }
      const survey = await backup.survey({
        locator: source.locator,
        ...(query !== undefined && { query }),
      });
      if (!survey.ok) return { ...finding, facts: {}, problem: survey.problem };
      const { place, program, bytesAtMost } = survey.value;
      const facts = { place, program, bytes: bytesAtMost, to };
      try {
        const room = await stores.get(to)?.room();
        const seen = { ...facts, ...(room !== undefined && { free: room }) };
        if (room === undefined || room > bytesAtMost) return { ...finding, facts: seen };
        const [free, needed] = [room, bytesAtMost].map(sayBytes);
        const lack = { store: to, free: free ?? '', needed: needed ?? '', by: 'what it holds' };
        return { ...finding, facts: seen, problem: problem('BACKUP_NO_ROOM', lack) };
      } catch (error) {
        if (!(error instanceof ProblemError)) throw error;
        return { ...finding, facts, problem: error.problem };
      }
    }),
  );
}
