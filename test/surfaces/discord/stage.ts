import { expect } from 'vitest';
import type { Asked, ChatConnection, ChatDesk } from '../../../src/bot/chat.ts';
import {
  connectDiscord,
  type DiscordOptions,
  problems,
} from '../../../src/bot/surfaces/discord/index.ts';
import type { EntryPost, RootPost } from '../../../src/core/ports/surface.ts';
import type { Answer, Card, Entry, Text } from '../../../src/core/view/card.ts';
import { commands } from '../../../src/handlers/commands/index.ts';
import type { Form } from '../../../src/handlers/form.ts';
import {
  type FakeChannel,
  type FakeDiscord,
  type FakeDiscordOptions,
  type FakeGuild,
  type FakePerson,
  startFakeDiscord,
} from '../../fakes/discord/index.ts';
import { type TurningClock, turningClock } from '../../fakes/turning-clock.ts';
import { eventually } from '../../support/eventually.ts';
import { incidentCard, planCard } from '../console/sample-cards.ts';

/** One guild with the bot connected to it, two people, and a desk that writes down what reaches it. */
export interface Stage {
  readonly clock: TurningClock;
  readonly discord: FakeDiscord;
  readonly guild: FakeGuild;
  readonly ops: FakeChannel;
  readonly ana: FakePerson;
  readonly ben: FakePerson;
  readonly desk: StageDesk;
  readonly connection: ChatConnection;
  readonly options: DiscordOptions;
  readonly refusals: string[];
  readonly acknowledged: number[];
  readonly calls: string[];
  readonly logged: string[];
  /** Ends everything that was started. */
  close(): Promise<void>;
}

export interface StageDesk extends ChatDesk {
  readonly taken: Asked[];
  /** What the next deeds are answered. */
  answers: (asked: Asked) => Promise<Answer>;
  /** Set: nothing can be put on disk. */
  refusesWith: Error | undefined;
  readonly threads: Map<string, string>;
  readonly cards: Map<string, Card>;
  formOf: (line: string, thread: string) => Form | undefined;
  readonly images: Uint8Array[];
  /** By their digest. */
  readonly pictures: Map<string, Uint8Array>;
}

export async function openStage(
  changes: Partial<DiscordOptions> = {},
  fake: FakeDiscordOptions = {},
): Promise<Stage> {
  const clock = turningClock();
  const discord = await startFakeDiscord({ clock, ...fake });
  const guild = discord.addGuild('Shop');
  const ops = guild.addChannel('ops');
  const ana = guild.addPerson('ana');
  const ben = guild.addPerson('ben');
  const accounts = new Map([
    ['ana', `${guild.id}/${ana.id}`],
    ['ben', `${guild.id}/${ben.id}`],
  ]);
  const desk = stageDesk(accounts);
  const refusals: string[] = [];
  const acknowledged: number[] = [];
  const calls: string[] = [];
  const logged: string[] = [];
  const options: DiscordOptions = {
    name: 'discord/main',
    guild: guild.id,
    application: discord.applicationId,
    token: discord.token,
    mode: 'gateway',
    api: discord.api,
    timeoutMs: 10_000,
    desk,
    clock,
    random: () => 0,
    metrics: {
      acknowledged: (_surface, ms) => acknowledged.push(ms),
      called: (_surface, method, outcome) => calls.push(`${method} ${outcome}`),
      refused: (_surface, code) => refusals.push(code),
    },
    log: (message, fields) => logged.push(`${message} ${JSON.stringify(fields)}`),
    ...changes,
  };
  const connection = connectDiscord(options);
  return {
    clock,
    discord,
    guild,
    ops,
    ana,
    ben,
    desk,
    connection,
    options,
    refusals,
    acknowledged,
    calls,
    logged,
    async close() {
      await connection.close();
      await discord.close();
      // Whatever was sent is what the official description of the API allows.
      expect(discord.violations.map(({ route, faults }) => ({ route, faults }))).toEqual([]);
    },
  };
}

/** An incident with a plan in its thread; the desk knows where they stand. */
export async function openIncident(stage: Stage, plan: Card = planCard) {
  const { surface } = stage.connection;
  const root = await surface.ensureRoot(rootPost());
  if (!root.ok) throw new Error(root.why);
  const entry = { kind: 'card', key: plan.key, card: plan } as const;
  const posted = await surface.ensureEntry(entryPost(root.ref, { entry }));
  if (!posted.ok) throw new Error(posted.why);
  for (const ref of [root.ref, posted.ref]) stage.desk.threads.set(`discord/main ${ref}`, 'inc-1');
  stage.desk.cards.set('inc-1 root', incidentCard);
  stage.desk.cards.set(`inc-1 ${plan.key}`, plan);
  const card = stage.ops.last();
  const { thread } = card;
  if (!thread) throw new Error('no thread');
  return { card, thread };
}

/** Connected, and with its commands registered. */
export async function startedStage(): Promise<Stage> {
  const stage = await openStage();
  stage.connection.start();
  await eventually('the gateway is open and the commands are there', () => {
    return stage.connection.health().state === 'ok' && stage.guild.commands().includes('ops');
  });
  return stage;
}

export function rootPost(changes: Partial<RootPost> = {}): RootPost {
  return { incident: 'inc-1', place: 'ops', card: incidentCard, ref: undefined, ...changes };
}

export function entryPost(root: string, changes: Partial<EntryPost> = {}): EntryPost {
  return {
    incident: 'inc-1',
    place: 'ops',
    root,
    entry: line('line/1', 'Ana acknowledged'),
    ref: undefined,
    ...changes,
  };
}

export function line(key: string, ...text: Text): Extract<Entry, { readonly kind: 'line' }> {
  return { kind: 'line', key, at: Date.UTC(2026, 2, 14, 3, 7), text };
}

export function saying(text: string, to: Answer['to'] = 'asker'): Answer {
  const card = { key: 'answer', tone: 'neutral', mark: '', title: [text] } as const;
  return { to, card: { ...card, blocks: [], actions: [], footnote: [] } };
}

function stageDesk(accounts: ReadonlyMap<string, string>): StageDesk {
  const names = new Map([
    ['ana', 'Ana'],
    ['ben', 'Ben'],
  ]);
  const taken: Asked[] = [];
  const threads = new Map<string, string>();
  const cards = new Map<string, Card>();
  const images: Uint8Array[] = [];
  const desk: StageDesk = {
    taken,
    threads,
    cards,
    images,
    pictures: new Map(),
    answers: async () => saying('It is on the record.'),
    refusesWith: undefined,
    formOf: () => undefined,
    words: { names, book: problems },
    async take(asked) {
      if (desk.refusesWith) throw desk.refusesWith;
      taken.push(asked);
      return { answer: desk.answers(asked) };
    },
    form: (said, thread) => desk.formOf(said, thread),
    complete: () => [],
    opened: () => undefined,
    choices: ({ verb, argument, typed }) =>
      ['checkout', 'cart', 'payments']
        .filter((name) => name.startsWith(typed) && commands.some((one) => one.name === verb))
        .map((value) => ({
          value,
          label: argument === 'service' ? value : `${argument} ${value}`,
        })),
    standsOn: async () => true,
    threadAt: (surface, ref) => threads.get(`${surface} ${ref}`),
    card: async (thread, key) => cards.get(`${thread} ${key}`),
    home: async () => saying('home').card,
    accountsOf: (person) => [accounts.get(person) ?? []].flat(),
    picture: async (digest) => desk.pictures.get(digest),
    async keepImage(bytes) {
      images.push(bytes);
      return `digest-${images.length}`;
    },
  };
  return desk;
}
