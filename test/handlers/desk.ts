import { createHash } from 'node:crypto';
import { type Bot, createBot } from '../../src/bot/bot.ts';
import type { BotParts } from '../../src/bot/bot-parts.ts';
import { bookOf } from '../../src/cli/book.ts';
import { thisBuild } from '../../src/cli/build.ts';
import { loadConfig } from '../../src/config.ts';
import type { Event } from '../../src/core/event.ts';
import type { Draft, DraftRequest } from '../../src/core/ports/step.ts';
import { cardText } from '../../src/core/view/text.ts';
import type { Pressed } from '../../src/handlers/dispatch.ts';
import { T0 } from '../core/given.ts';
import { step, target } from '../core/operation/sample.ts';
import { createMemoryJournal } from '../fakes/memory-journal.ts';

/** A desk on a journal in memory: what is said there, what is answered, and what is on the record afterwards. */
export interface Counter {
  readonly bot: Bot;
  readonly clock: { now: number };
  /** What the integration was asked to draft. */
  readonly drafts: readonly DraftRequest[];
  /** The answer as it reads aloud. The same `cause` is the same request told again. */
  says(
    person: string,
    line: string,
    more?: { incident?: string; cause?: string; surface?: string },
  ): Promise<string>;
  presses(
    person: string,
    kind: 'approve' | 'decline' | 'view',
    operation: string,
    more?: Partial<Pressed['shown']> & { surface?: string },
  ): Promise<string>;
  /** Types of the events since the last look, in order. */
  news(): readonly string[];
  /** The newest event of a type. */
  told(type: string): (Event & Record<string, unknown>) | undefined;
  /** Every event of a type, the oldest first. */
  journalled(type: string): readonly (Event & Record<string, unknown>)[];
  /** The newest operation. */
  operation(): string;
  /** Declares an incident about checkout; its id. */
  incident(): Promise<string>;
}

export async function openCounter(
  policies: string = usual,
  more: Partial<BotParts> = {},
  written: World = {},
): Promise<Counter> {
  const journal = createMemoryJournal({ now: () => clock.now });
  const clock = { now: T0 };
  const drafts: DraftRequest[] = [];
  const loaded = loadConfig(
    'tocsin.yaml',
    {
      env: { BOT: 'xoxb-1', APP: 'xapp-1', KEYRING: 'k'.repeat(44) },
      files: { read: () => `${worldOf(written)}policies:\n${policies}` },
    },
    thisBuild,
  );
  if (!loaded.ok)
    throw new Error(loaded.errors.map(({ what, why }) => `${what} ${why}`).join('\n'));
  const bot = await createBot({
    journal,
    ownership: { claim: async (partition) => ({ partition, token: 1 }) },
    clock: { now: () => clock.now, after: () => () => undefined },
    sha256: (text) => createHash('sha256').update(text).digest('hex'),
    settings: () => loaded.settings,
    book: bookOf(),
    publicUrl: '',
    targets: [
      {
        name: 'kubernetes/eu-1',
        planner: {
          async draft(request): Promise<Draft> {
            drafts.push(request);
            const risk = request.args['replicas'] === 0 ? 'danger' : 'change';
            return {
              ok: true,
              targets: [target],
              steps: [step('s1')],
              diff: [],
              blast: {},
              warnings: [],
              risk,
            };
          },
        },
        health: () => 'ok',
        doctor: async () => [],
        openWriter: () => {
          throw new Error('nobody writes at this counter');
        },
        close: () => undefined,
      },
    ],
    sources: [],
    runbooks: { hint: () => undefined, page: () => undefined },
    times: {
      resolvedJoinMs: 1_800_000,
      compareEveryMs: 1,
      ackReminderMs: 1,
      deadlinesEveryMs: 1,
      operationPollMs: 1,
      snapshotEveryMs: 1,
    },
    log: () => undefined,
    ...more,
  });
  let seen = 0;
  let lines = 0;
  const counter: Counter = {
    bot,
    clock,
    drafts,
    async says(person, line, { incident = '', cause, surface = 'console' } = {}) {
      lines += 1;
      const actor = actorOf(person, surface);
      const said = { line, actor, incident, cause: cause ?? `line/${lines}` };
      return cardText((await bot.dispatch.say(said)).card);
    },
    async presses(person, kind, operation, more = {}) {
      lines += 1;
      const hash = (await bot.engine.operation(operation))?.hash ?? '';
      const { surface = 'console', digest = 'd'.repeat(64), fresh = true } = more;
      const answer = await bot.dispatch.press({
        press: { kind, operation, hash },
        actor: actorOf(person, surface),
        incident: '',
        cause: `press/${lines}`,
        shown: { digest, fresh },
      });
      return cardText(answer.card);
    },
    news() {
      const fresh = journal.all.slice(seen).map(({ event }) => event.type);
      seen = journal.all.length;
      return fresh;
    },
    told: (type) =>
      journal.all.findLast(({ event }) => event.type === type)?.event as
        | (Event & Record<string, unknown>)
        | undefined,
    journalled: (type) =>
      journal.all
        .filter(({ event }) => event.type === type)
        .map(({ event }) => event as Event & Record<string, unknown>),
    operation: () =>
      journal.all.findLast(({ stream }) => stream.startsWith('operation/'))?.stream.slice(10) ?? '',
    async incident() {
      await counter.says('ana', 'declare it is slow for=checkout');
      counter.news();
      return [...bot.engine.readings.incidents.keys()].at(-1) ?? '';
    },
  };
  return counter;
}

const accounts: Readonly<Record<string, string>> = { ana: 'T01/U01', ben: 'T01/U02' };

function actorOf(person: string, surface: string): Pressed['actor'] {
  return { surface, account: surface === 'console' ? person : (accounts[person] ?? '') };
}

/** What the file says instead: all of `groups:`, a line of the service checkout, more people, more sections. */
export interface World {
  readonly people?: string;
  readonly top?: string;
  readonly groups?: string;
  readonly checkout?: string;
}

const worldOf = ({
  groups = usualGroups,
  checkout = '',
  people = '',
  top = '',
}: World) => `version: 1
${top}
people:
  - { id: ana, name: Ana, slack: T01/U01 }
  - { id: ben, name: Ben, slack: T01/U02 }
  - { id: cleo, name: Cleo }
${people}
surfaces: { slack: { main: { team: T01, bot_token: \${env:BOT}, app_token: \${env:APP} } } }
groups:
${groups}
default_route: {}
services:
  checkout:
    match: { app: checkout }
    ${checkout}
    environments:
      staging: { workload: { kubernetes: eu-1, namespace: stage, deployment: checkout }, match: { env: staging } }
      production: { workload: { kubernetes: eu-1, namespace: shop, deployment: checkout }, match: { env: production } }
  worker:
    match: { app: worker }
    environments:
      production: { workload: { kubernetes: eu-1, namespace: shop, deployment: worker } }
targets: { eu-1: { kubernetes: { read: { kubeconfig: ./read }, write: { kubeconfig: ./write } } } }
`;

const usualGroups = `
  sre: { members: [ana, ben] }
  guests: { members: [cleo] }
`;

const usual = `
  - { match: { risk: [incident, read] }, requesters: [sre], approvals: [] }
  - { match: { risk: danger }, requesters: [sre], reason: required, approvals: [ { count: 1, from: sre }, { count: 1, from: guests } ], expires: 15m }
  - { match: { risk: change }, requesters: [sre], approvals: [ { count: 1, from: sre } ], expires: 30m }
`;
