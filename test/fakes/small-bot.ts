import type { Backups } from '../../src/bot/backups/index.ts';
import { type Bot, createBot } from '../../src/bot/bot.ts';
import type { BotParts, ConnectedTarget, LiveJournal, Log } from '../../src/bot/bot-parts.ts';
import type { Clock } from '../../src/bot/clock.ts';
import { localTime } from '../../src/config/zones.ts';
import type { BackupRule } from '../../src/core/backup/rule.ts';
import { scheduleRules } from '../../src/core/backup/schedule.ts';
import type { HealthCheck } from '../../src/core/health.ts';
import type { AllowRule, PolicyRule } from '../../src/core/operation/policy.ts';
import type { Pager } from '../../src/core/ports/pager.ts';
import type { Draft, DraftRequest, Planner } from '../../src/core/ports/step.ts';
import type { Settings } from '../../src/core/settings.ts';
import { rule, sha256, step, target } from '../core/operation/sample.ts';
import {
  createMemoryJournal,
  type MemoryJournal,
  type MemoryJournalOptions,
} from './memory-journal.ts';
import { createOneTarget, type OneTarget } from './one-target.ts';
import { type StillClock, stillClock } from './still-clock.ts';

export interface SmallBot {
  readonly bot: Bot;
  readonly clock: StillClock;
  readonly journal: MemoryJournal;
  readonly target: OneTarget;
  /** A line of a person; the answer as the codes and words of its card. */
  says(person: string, line: string, more?: { incident?: string; cause?: string }): Promise<string>;
  /** Declares an incident of the service and answers its id. */
  declares(): Promise<string>;
  types(stream?: string): readonly string[];
}

export interface SmallBotOptions {
  readonly rules?: readonly PolicyRule[];
  readonly draft?: (operation: string, request: DraftRequest) => Promise<Draft>;
  /** What the calendar freezes. */
  readonly freezes?: Settings['freezes'];
  /** What is written to, where a test holds it in its hands. */
  readonly target?: OneTarget;
  /** Where every incident is shown, by surface. */
  readonly places?: Readonly<Record<string, string>>;
  readonly fuse?: Settings['fuse'];
  readonly ask?: Settings['ask'];
  readonly approvals?: BotParts['approvals'];
  readonly log?: Log;
  /** The clock of this life alone; what the test holds is `from.clock`. */
  readonly clock?: Clock;
  /** A journal on disk, instead of the one in memory. */
  readonly journal?: LiveJournal;
  /** A second life of the bot on the record of the first. */
  readonly from?: Pick<SmallBot, 'clock' | 'journal'>;
  readonly before?: MemoryJournalOptions['before'];
  /** What must hold of the service while it is well. */
  readonly health?: readonly HealthCheck[];
  /** Ways to page. */
  readonly pages?: Settings['pages'];
  readonly pagers?: readonly Pager[];
  readonly limits?: BotParts['limits'];
  readonly groups?: Settings['groups'];
  /** Whom the configuration names no more. */
  readonly without?: string;
  readonly book?: BotParts['book'];
  readonly identityAdmins?: Settings['identityAdmins'];
  readonly hasFactors?: boolean;
  /** What is backed up, over these targets beside the one. */
  readonly backups?: {
    readonly rules: readonly BackupRule[];
    readonly backups: Backups;
    readonly targets: readonly ConnectedTarget[];
  };
}

/** Ana and ben are sre, cleo is nobody's; one service with one workload on a target that is kept in memory. */
export async function startSmallBot(options: SmallBotOptions = {}): Promise<SmallBot> {
  const clock = options.from?.clock ?? stillClock();
  const journal =
    options.from?.journal ??
    createMemoryJournal({
      now: (options.clock ?? clock).now,
      ...(options.before && { before: options.before }),
    });
  const target = options.target ?? createOneTarget();
  const draft = options.draft ?? (async () => drafted);
  const planner: Planner = { draft: (request) => draft(request.operation, request) };
  const bot = await createBot({
    journal: options.journal ?? journal,
    ownership: { claim: async (partition) => ({ partition, token: 1 }) },
    clock: options.clock ?? clock,
    sha256,
    settings: () => ({
      ...settings,
      people: settings.people.filter(({ id }) => id !== options.without),
      ...(options.health && { catalog: withHealth(options.health) }),
      ...(options.pages && { pages: options.pages }),
      ...(options.freezes && { freezes: options.freezes }),
      ...(options.fuse && { fuse: options.fuse }),
      ...(options.ask && { ask: options.ask }),
      ...(options.groups && { groups: options.groups }),
      ...(options.identityAdmins && { identityAdmins: options.identityAdmins }),
      ...(options.backups && { backups: options.backups.rules }),
      routes: { routes: [], otherwise: { match: {}, places: options.places ?? {} } },
      policy: {
        rules: [...scheduleRules(options.backups?.rules ?? []), ...(options.rules ?? allowed)],
        digest: 'policy-1',
        localTime,
      },
    }),
    book: options.book ?? {},
    publicUrl: '',
    hasFactors: options.hasFactors === true,
    targets: [
      {
        name: 'kubernetes/eu-1',
        planner,
        doctor: async () => [],
        health: () => 'ok',
        openWriter: () => ({
          steps: { 'kubernetes.set-replicas': target.driver },
          close: () => undefined,
        }),
        close: () => undefined,
      },
      ...(options.backups?.targets ?? []),
    ],
    ...(options.backups && { backups: options.backups.backups }),
    sources: [],
    ...(options.pagers && { pagers: options.pagers }),
    ...(options.limits && { limits: options.limits }),
    runbooks: { hint: () => undefined, page: () => undefined },
    times: {
      resolvedJoinMs: 1_800_000,
      compareEveryMs: 300_000,
      ackReminderMs: 300_000,
      deadlinesEveryMs: 1000,
      operationPollMs: 500,
      snapshotEveryMs: 300_000,
    },
    log: options.log ?? (() => undefined),
    ...(options.approvals && { approvals: options.approvals }),
  });
  let said = 0;
  const small: SmallBot = {
    bot,
    clock,
    journal,
    target,
    async says(person, line, { incident = '', cause } = {}) {
      said += 1;
      const actor = { surface: 'console', account: person };
      const answer = await bot.dispatch.say({
        line,
        actor,
        incident,
        cause: cause ?? `said/${clock.now()}/${said}`,
      });
      return JSON.stringify(answer.card);
    },
    async declares() {
      await small.says('ana', 'declare "it is slow" for=checkout');
      return [...bot.engine.readings.incidents.keys()].at(-1) ?? '';
    },
    types: (stream) =>
      journal.all
        .filter((each) => !stream || each.stream === stream)
        .map(({ event }) => event.type),
  };
  return small;
}

export const drafted: Draft = {
  ok: true,
  steps: [step('s1')],
  targets: [target],
  diff: [],
  warnings: [],
  blast: {},
  risk: 'change',
};

const changes: AllowRule = rule({ match: { risk: ['change'] } });
const allowed: readonly PolicyRule[] = [
  changes,
  rule({ match: { risk: ['incident', 'read'] }, places: [] }),
];

const settings: Omit<Settings, 'policy' | 'routes'> = {
  pendingMax: 3,
  directories: { countWithinMs: 60_000, tellWithinMs: 86_400_000 },
  people: ['ana', 'ben', 'cleo'].map((id) => ({
    id,
    name: id,
    accounts: { console: [id], slack: [`T01/${id}`], pagerduty: [`P${id.toUpperCase()}`] },
  })),
  groups: [{ name: 'sre', members: ['ana', 'ben', 'gone'], directories: [] }],
  catalog: {
    services: [
      {
        name: 'checkout',
        match: { app: 'checkout' },
        environments: [
          {
            name: 'production',
            match: {},
            targets: {
              workload: {
                integration: 'kubernetes',
                target: 'eu-1',
                locator: {},
                bounds: {},
                show: [],
              },
            },
          },
        ],
      },
    ],
  },
};

function withHealth(health: readonly HealthCheck[]): Settings['catalog'] {
  const services = settings.catalog.services.map(({ environments, ...service }) => ({
    ...service,
    environments: environments.map((each) => ({ ...each, health })),
  }));
  return { services };
}
