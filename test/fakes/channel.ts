import { expect } from 'vitest';
import type { Bot } from '../../src/bot/bot.ts';
import type { Members } from '../../src/core/incident/privacy.ts';
import type { Surface } from '../../src/core/ports/surface.ts';
import type { Entry, Thread } from '../../src/core/view/card.ts';
import { plain } from '../../src/core/view/text.ts';
import { firing, labels, receive, stopped } from '../core/incident/given-incident.ts';
import {
  type ChatPlatform,
  type ChatPlatformOptions,
  createChatPlatform,
} from './chat-platform.ts';
import { createMemoryJournal, type MemoryJournal } from './memory-journal.ts';
import { oneLife } from './one-life.ts';
import { type SmallBot, startSmallBot } from './small-bot.ts';
import { type StillClock, stillClock } from './still-clock.ts';

export interface Channel {
  readonly clock: StillClock;
  readonly journal: MemoryJournal;
  readonly platform: ChatPlatform;
  /** The life of now: another one after a crash. */
  readonly bot: Bot;
  readonly small: SmallBot;
  readonly logged: readonly string[];
  /** An alert of its own incident; another alert of it when it is open. */
  fires(incident: string, more?: Fires): Promise<void>;
  stops(incident: string, more?: Fires): Promise<void>;
  says(person: string, line: string, incident: string): Promise<string>;
  passes(ms: number): Promise<void>;
  crashes(): Promise<void>;
  /** Every thread of the channel shows what it should, once. */
  isInOrder(): Promise<void>;
  close(): Promise<void>;
}

interface Fires {
  readonly alert?: string;
  readonly severity?: string;
  readonly service?: string;
}

export interface ChannelOptions extends Omit<ChatPlatformOptions, 'clock'> {
  readonly clock?: StillClock;
  /** Further surfaces beside it. */
  readonly beside?: readonly Surface[];
  readonly places?: Readonly<Record<string, string>>;
  /** Where threads go that belong to no route. */
  readonly otherwise?: Readonly<Record<string, string>>;
  /** Of a private route. */
  readonly members?: Members;
}

/** The bot with one chat platform, both in virtual time, and a record that outlives each life of the bot. */
export async function startChannel(options: ChannelOptions = {}): Promise<Channel> {
  const { beside = [], places = { 'chat/main': '#ops' } } = options;
  const { clock = stillClock() } = options;
  const platform = createChatPlatform({ ...options, clock });
  const journal = createMemoryJournal({ now: clock.now });
  const logged: string[] = [];

  async function begin() {
    const life = oneLife(clock, journal.elsewhere());
    const small = await startSmallBot({
      places: options.otherwise ?? places,
      from: { clock, journal },
      clock: life.clock,
      journal: life.journal,
      log: (message) => logged.push(message),
    });
    small.bot.start([platform.surface, ...beside].map((surface) => life.through(surface)));
    return { life, small };
  }

  let now = await begin();

  const delivery = (incident: string) => ({
    at: clock.now(),
    incident,
    key: `key-${incident}`,
    places,
    notify: '',
    ...(options.members && { members: options.members }),
    groupLabels: { alertname: 'HighErrorRate', incident },
  });

  const channel: Channel = {
    clock,
    journal,
    platform,
    get bot() {
      return now.small.bot;
    },
    get small() {
      return now.small;
    },
    logged,
    async fires(incident, { alert = 'a', severity = 'critical', service = 'checkout' } = {}) {
      const fingerprint = `${incident}-${alert}`;
      const observed = firing(fingerprint, {
        startsAt: clock.now(),
        labels: labels('HighErrorRate', { severity, incident, alert }),
      });
      const intent = receive([observed], { ...delivery(incident), service });
      const cause = `fires/${fingerprint}/${clock.now()}`;
      await now.small.bot.engine.receive(intent, { cause, by: 'source:main' });
    },
    async stops(incident, { alert = 'a', severity = 'critical' } = {}) {
      const fingerprint = `${incident}-${alert}`;
      const observed = stopped(fingerprint, {
        endsAt: clock.now(),
        labels: labels('HighErrorRate', { severity, incident, alert }),
      });
      const intent = receive([observed], delivery(incident));
      const cause = `stops/${fingerprint}/${clock.now()}`;
      await now.small.bot.engine.receive(intent, { cause, by: 'source:main' });
    },
    says: (person, line, incident) => now.small.says(person, line, { incident }),
    passes: (ms) => clock.passes(ms),
    async crashes() {
      now.life.ends();
      now = await begin();
    },
    async isInOrder() {
      for (const [id, { state }] of now.small.bot.engine.readings.incidents) {
        if (state.status === 'none') continue;
        const desired = await now.small.bot.threads.desired(id, platform.surface.name);
        if (desired) expect(shownOf(platform, id)).toEqual(desiredOf(desired));
      }
    },
    close: async () => {
      now.life.ends();
    },
  };
  return channel;
}

/** What people see of a thread: the root, its living cards, and every line with how often it is told. */
export function shownOf(platform: ChatPlatform, incident: string) {
  const cards = platform
    .entries(incident)
    .flatMap(({ piece }) => ('kind' in piece && piece.kind === 'card' ? [piece.card] : []));
  const said = platform.said(incident).flatMap((text) => text.split('\n'));
  return {
    roots: platform.roots(incident).map(({ piece }) => piece),
    cards: cards.toSorted((a, b) => (a.key < b.key ? -1 : 1)),
    lines: said.map((line) => line.replace(/^\d\d:\d\d UTC {2}/, '')).toSorted(),
  };
}

export function desiredOf({ root, entries }: Thread) {
  const cards = entries.flatMap((entry) => (entry.kind === 'card' ? [entry.card] : []));
  return {
    roots: [root],
    cards: cards.toSorted((a, b) => (a.key < b.key ? -1 : 1)),
    lines: entries
      .filter(isLine)
      .map(({ text }) => plain(text))
      .toSorted(),
  };
}

type Line = Extract<Entry, { kind: 'line' }>;

function isLine(entry: Entry): entry is Line {
  return entry.kind === 'line';
}
