import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openBackups } from '../../../src/bot/backups/index.ts';
import type { ConnectedTarget } from '../../../src/bot/bot-parts.ts';
import { programs } from '../../../src/bot/programs.ts';
import { folderOf } from '../../../src/core/backup/manifest.ts';
import type { BackupRule } from '../../../src/core/backup/rule.ts';
import type { Step } from '../../../src/core/operation/plan.ts';
import type { Copied } from '../../../src/core/ports/backup.ts';
import type { ApplyContext, Draft, Observed, StepDriver } from '../../../src/core/ports/step.ts';
import { connect as age } from '../../../src/integrations/age/index.ts';
import { connect } from '../../../src/integrations/objectstore/index.ts';
import { createCopies } from '../../../src/integrations/postgres/backup/copies.ts';
import type { Reach } from '../../../src/integrations/postgres/backup/kind.ts';
import { restorerAt } from '../../../src/integrations/postgres/backup/restorer.ts';
import { signerFrom } from '../../../src/journal/checkpoint.ts';
import { createMemoryJournal, type MemoryJournal } from '../../fakes/memory-journal.ts';
import { eventually } from '../../support/eventually.ts';
import type { PostgresServer } from './postgres-server.ts';

export interface BackupStage {
  readonly folder: string;
  readonly journal: MemoryJournal;
  readonly rule: BackupRule;
  /** The integration as a process opens it; a second life knows nothing of the first. */
  life(more?: Partial<BackupRule>): Life;
}

export interface Life {
  draft(verb: string, args?: Readonly<Record<string, string>>, by?: string): Promise<Draft>;
  readonly steps: Readonly<Record<string, StepDriver>>;
  close(): void;
}

export const operation = 'op-1a2b3c4d5e';
export const startedAt = Date.UTC(2026, 10, 26, 3, 0, 0);
export const context = { operation, outputs: {}, startedAt };

/** One database `checkout` of a server, kept in a folder of its own. */
export function backupStage(
  server: PostgresServer,
  more: BackupRule['source']['locator'] = {},
): BackupStage {
  const reach = reachOf(server);
  return stageOf(
    'database',
    { integration: 'postgres', target: 'pg-main', locator: { database: 'checkout', ...more } },
    { backup: createCopies(reach), restorer: restorerAt(reach) },
  );
}

export function reachOf(server: PostgresServer): Reach {
  return {
    place: async ({ locator }) => ({
      host: '127.0.0.1',
      port: server.port,
      database: String(locator['database']),
      username: 'admin',
      timeoutMs: 5_000,
    }),
    target: 'pg-main',
    programs,
    login: 'admin',
    database: 'postgres',
    folder: server.programs,
  };
}

/** Whatever is copied, kept in a folder of its own. */
export function stageOf(what: string, source: BackupRule['source'], copied: Copied): BackupStage {
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-backups-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const journal = createMemoryJournal({ now: () => startedAt });
  const rule: BackupRule = {
    subject: { service: 'checkout', environment: 'production', what },
    source,
    to: folder,
    where: 'tocsin.yaml:1',
    timeoutMs: 60_000,
    lateAfterMs: 3_600_000,
  };
  return {
    folder,
    journal,
    rule,
    life(more = {}) {
      const rules = [{ ...rule, ...more }];
      const target: ConnectedTarget = {
        name: `${source.integration}/${source.target}`,
        ...copied,
        health: () => 'ok',
        doctor: async () => [],
        close: () => undefined,
      };
      const ciphers = rules.flatMap(({ subject, encrypt }) =>
        encrypt
          ? [
              [
                folderOf(subject),
                age({
                  recipients: encrypt.recipients,
                  identities: encrypt.identities.map((each) => each.reveal()),
                }),
              ] as const,
            ]
          : [],
      );
      const made = openBackups({
        ciphers: new Map(ciphers),
        rules,
        stores: new Map([[folder, connect(folder)]]),
        journal,
        signer,
        sha256,
        now: () => startedAt + 60_000,
        log: (message, fields) => {
          throw new Error(`${message} ${JSON.stringify(fields)}`, { cause: fields['error'] });
        },
      }).over(target);
      const writer = made.openWriter?.();
      if (!writer || 'code' in writer) throw new Error('it can be written');
      onTestFinished(() => writer.close());
      return {
        steps: writer.steps,
        close: writer.close,
        draft: (verb, args = {}, by = operation) =>
          made.planner?.draft({
            verb,
            operation: by,
            service: 'checkout',
            target: { ...rule.source, bounds: {}, show: [] },
            args: { what, environment: 'production', ...args },
          }) ?? Promise.reject(new Error('it plans')),
      };
    },
  };
}

const seed = '11'.repeat(32);
export const signer = signerFrom(seed);
export const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

export function stepsOf(drafted: Draft): readonly Step[] {
  if (!drafted.ok) throw new Error(`${drafted.problem.code} ${JSON.stringify(drafted.problem)}`);
  return drafted.steps;
}

/** Checked, begun and followed to its end. */
export async function run(life: Life, step: Step, more: Partial<ApplyContext> = {}) {
  const driver = driverOf(life, step);
  const now = { ...context, ...more };
  const checked = await driver.check(step, now);
  if (!checked.ok) return { state: 'failed', problem: checked.problem } as const;
  const applied = await driver.apply(step, { ...now, token: checked.token, attempt: 1 });
  if (applied.outcome !== 'applied') throw new Error(JSON.stringify(applied));
  return { ...(await followed(life, step, more)), outputs: applied.outputs };
}

export async function followed(life: Life, step: Step, more: Partial<ApplyContext> = {}) {
  const driver = driverOf(life, step);
  return eventually(
    'it ends',
    async (): Promise<Exclude<Observed, { state: 'progress' }> | undefined> => {
      const seen = await driver.observe(step, { ...context, ...more });
      return seen.state === 'progress' ? undefined : seen;
    },
    { withinMs: 60_000 },
  );
}

export function driverOf(life: Life, step: Step): StepDriver {
  const driver = life.steps[step.kind];
  if (!driver) throw new Error(`nobody knows ${step.kind}`);
  return driver;
}
