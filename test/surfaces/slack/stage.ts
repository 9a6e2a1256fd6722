import type { Asked, ChatConnection, ChatDesk, Taken } from '../../../src/bot/chat.ts';
import type { Clock } from '../../../src/bot/clock.ts';
import { connectSlack, type SlackOptions } from '../../../src/bot/surfaces/slack/index.ts';
import type { Answer, Card } from '../../../src/core/view/card.ts';
import type { Form } from '../../../src/handlers/form.ts';
import type { FakeSlackOptions } from '../../fakes/slack/index.ts';
import { type FakeSlack, type FakeWorkspace, startFakeSlack } from '../../fakes/slack/index.ts';
import { turningClock } from '../../fakes/turning-clock.ts';
import { eventually } from '../../support/eventually.ts';

/** The bot behind the surface: what it was handed, and what it answers. */
export interface PlayedDesk extends ChatDesk {
  readonly taken: Asked[];
  readonly images: Uint8Array[];
  /** By their digest. */
  readonly pictures: Map<string, Uint8Array>;
  /** Threads by the reference of any of their posts. */
  readonly threads: Map<string, string>;
  readonly cards: Map<string, Card>;
  /** References of posts that are none of ours. */
  readonly strange: Set<string>;
  readonly accounts: Map<string, readonly string[]>;
  answers: (asked: Asked) => Answer | Promise<Answer>;
  forms: (line: string) => Form | undefined;
  /** The journal takes nothing. */
  refuses: boolean;
  homeCard: Card;
  left?: NonNullable<ChatDesk['left']>;
}

export function answering(title: string, to: Answer['to'] = 'asker'): Answer {
  return { to, card: cardSaid(title) };
}

export function cardSaid(title: string, more: Partial<Card> = {}): Card {
  return {
    key: 'answer',
    tone: 'neutral',
    mark: '',
    title: [title],
    blocks: [],
    actions: [],
    footnote: [],
    ...more,
  };
}

export function playedDesk(): PlayedDesk {
  const desk: PlayedDesk = {
    taken: [],
    images: [],
    pictures: new Map(),
    threads: new Map(),
    strange: new Set(),
    cards: new Map(),
    accounts: new Map(),
    answers: () => answering('It is on the record.'),
    forms: () => undefined,
    refuses: false,
    homeCard: cardSaid('Nothing is open.'),
    words: {
      names: new Map([
        ['ana', 'Ana'],
        ['ben', 'Ben'],
      ]),
      book: {},
    },
    async take(asked): Promise<Taken> {
      if (desk.refuses) throw new Error('the journal takes nothing');
      desk.taken.push(asked);
      return { answer: Promise.resolve(desk.answers(asked)) };
    },
    form: (line) => desk.forms(line),
    complete: () => [],
    picture: async (digest) => desk.pictures.get(digest),
    opened: () => undefined,
    standsOn: async (_surface, ref) => !desk.strange.has(ref),
    threadAt: (_surface, ref) => desk.threads.get(ref),
    card: async (thread, key) => desk.cards.get(`${thread} ${key}`),
    home: async () => desk.homeCard,
    accountsOf: (person) => desk.accounts.get(person) ?? [],
    choices: () => [],
    async keepImage(bytes) {
      desk.images.push(bytes);
      return `sha256-${desk.images.length}`;
    },
  };
  return desk;
}

export interface Counted {
  readonly acknowledged: number[];
  readonly called: { readonly method: string; readonly outcome: string }[];
  readonly refused: string[];
}

export interface Stage {
  readonly slack: FakeSlack;
  readonly shop: FakeWorkspace;
  readonly desk: PlayedDesk;
  readonly counted: Counted;
  readonly logged: string[];
  readonly clock: ReturnType<typeof turningClock>;
  readonly connection: ChatConnection;
  /** Until what people do there arrives. */
  connected(): Promise<void>;
  close(): Promise<void>;
}

export async function startStage(
  options: Partial<SlackOptions> = {},
  fake: FakeSlackOptions = {},
): Promise<Stage> {
  const clock = turningClock();
  const slack = await startFakeSlack({ clock, rates: 'unlimited', ...fake });
  const shop = slack.workspace({ name: 'shop' });
  const desk = playedDesk();
  const counted = counters();
  const logged: string[] = [];
  const connection = connectSlack({
    ...optionsFor({ slack, shop, desk, clock, counted }),
    log: (message, fields) => logged.push(`${message} ${JSON.stringify(fields, errors)}`),
    ...options,
  });
  return {
    slack,
    shop,
    desk,
    counted,
    logged,
    clock,
    connection,
    async connected() {
      connection.start();
      await eventually('both sockets stand', () => slack.sockets.count() >= 2);
      await eventually('all is well', () => connection.health().state === 'ok');
    },
    async close() {
      await connection.close();
      await slack.close();
    },
  };
}

export function optionsFor({
  slack,
  shop,
  desk,
  clock,
  counted = counters(),
}: {
  readonly slack: FakeSlack;
  readonly shop: FakeWorkspace;
  readonly desk: ChatDesk;
  readonly clock: Clock;
  readonly counted?: Counted;
}): SlackOptions {
  return {
    name: 'slack/main',
    team: shop.id,
    command: '/ops',
    mode: 'socket',
    botToken: shop.botToken,
    appToken: slack.appToken,
    signingSecret: slack.signingSecret,
    api: slack.apiUrl,
    timeoutMs: 2_000,
    desk,
    clock,
    random: () => 0.5,
    metrics: {
      acknowledged: (_surface, ms) => counted.acknowledged.push(ms),
      called: (_surface, method, outcome) => counted.called.push({ method, outcome }),
      refused: (_surface, code) => counted.refused.push(code),
    },
    log: () => undefined,
  };
}

export function counters(): Counted {
  return { acknowledged: [], called: [], refused: [] };
}

function errors(_key: string, value: unknown): unknown {
  return value instanceof Error ? `${value.name}: ${value.message}` : value;
}
