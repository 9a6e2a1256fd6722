import { expect } from 'vitest';
import type { Bot } from '../../../src/bot/bot.ts';
import type { Log } from '../../../src/bot/bot-parts.ts';
import type { ChatConnection, ChatDesk } from '../../../src/bot/chat.ts';
import type { Clock } from '../../../src/bot/clock.ts';
import type { Ensured, Surface } from '../../../src/core/ports/surface.ts';
import type { Thread } from '../../../src/core/view/card.ts';
import { firing, labels, receive } from '../../core/incident/given-incident.ts';
import { createMemoryJournal } from '../../fakes/memory-journal.ts';
import { startSmallBot } from '../../fakes/small-bot.ts';
import { stillClock } from '../../fakes/still-clock.ts';
import type { TurningClock } from '../../fakes/turning-clock.ts';

/** A platform of a fake service and the real client, as this evening needs it. */
export interface FailingPlatform {
  readonly name: string;
  readonly clock: TurningClock;
  /** How the configuration would name the channel. */
  readonly place: string;
  connect(life: {
    readonly desk: ChatDesk;
    readonly clock: Clock;
    readonly log: Log;
  }): ChatConnection;
  /** Thirty of a hundred calls fail from now on, or none. */
  fails(share: number, seed: number): void;
  /** So often a call went wrong. */
  suffered(): number;
  /** Roots of the bot in the channel, each with what stands below it. */
  threads(): readonly { readonly root: string; readonly below: readonly string[] }[];
  /** The place where nothing fails, and how a post there reads. */
  readonly calm: { readonly place: string; reads(ref: string): string };
  /** Calls refused for their rate beside those that were made to fail so, where the fake can tell. */
  overTheLimit?(): number;
  close(): Promise<void>;
}

const incidents = 6;
const stepMs = 250;

/** Two minutes on which a third of the calls fail, then three on which none does. */
export async function playsThrough(platform: FailingPlatform, seed: number): Promise<void> {
  const { clock } = platform;
  const notes: string[] = [];
  const { bot, says } = await startSmallBot({
    clock,
    from: { clock: stillClock(), journal: createMemoryJournal({ now: clock.now }) },
    places: { [platform.name]: platform.place },
  });
  const connection = platform.connect({ desk: bot.chat, clock, log: () => undefined });
  const { surface, flying } = watched(connection.surface);
  bot.start([surface]);

  async function passes(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += stepMs) {
      clock.passes(stepMs);
      await calm(flying);
    }
  }

  platform.fails(0.3, seed);
  for (let turn = 0; turn < 48; turn += 1) {
    const incident = `inc-${turn % incidents}`;
    if (turn < incidents) await fires(bot, clock, { incident, place: platform });
    else if (turn % 4 === 0) await fires(bot, clock, { incident, place: platform });
    else if (turn % 11 === 0) await says('ana', 'restart', { incident });
    else {
      notes.push(`${incident} note-${turn}-`);
      await says('ana', `note "note-${turn}-"`, { incident });
    }
    await passes(2500);
  }
  platform.fails(0, seed);
  await passes(180_000);

  expect(platform.suffered()).toBeGreaterThan(10);
  expect(platform.overTheLimit?.() ?? 0).toBe(0);
  await isInOrder(platform, { bot, connection, notes });
  await bot.close();
  await connection.close();
}

async function isInOrder(
  platform: FailingPlatform,
  {
    bot,
    connection,
    notes,
  }: {
    readonly bot: Bot;
    readonly connection: ChatConnection;
    readonly notes: readonly string[];
  },
): Promise<void> {
  const threads = platform.threads();
  for (let at = 0; at < incidents; at += 1) {
    const incident = `inc-${at}`;
    const own = threads.filter(({ root }) => root.includes(incident));
    expect(own, `${incident} has one root`).toHaveLength(1);
    const desired = await bot.threads.desired(incident, platform.name);
    if (!desired) throw new Error('no thread');
    const [root = '', ...cards] = await calmly(platform, connection, desired);
    expect(own[0]?.root).toBe(root);
    const below = own[0]?.below ?? [];
    for (const card of cards) expect(below.filter((message) => message === card)).toHaveLength(1);
    const said = below.join('\n');
    for (const note of notes) {
      const [of = '', words = ''] = note.split(' ');
      expect(said.split(words).length - 1, note).toBe(of === incident ? 1 : 0);
    }
  }
  expect(bot.readings().lanes).toMatchObject([{ givenUp: 0, lost: [], downSince: 0 }]);
  expect(bot.readings().threadsWaiting).toBe(0);
}

/** The root and the cards of a thread, as they read where nothing fails. */
async function calmly(
  { calm: { place, reads }, clock }: FailingPlatform,
  { surface }: ChatConnection,
  { incident, root, entries }: Thread,
): Promise<readonly string[]> {
  async function made(send: () => Promise<Ensured>): Promise<string> {
    for (;;) {
      const ensured = await send();
      if (ensured.ok) return ensured.ref;
      if (ensured.why !== 'wait') throw new Error(`it was not taken: ${ensured.why}`);
      clock.passes(ensured.afterMs);
    }
  }
  const at = await made(() => surface.ensureRoot({ incident, place, card: root, ref: undefined }));
  const texts = [reads(at)];
  for (const entry of entries) {
    if (entry.kind !== 'card') continue;
    const post = { incident, place, root: at, entry, ref: undefined };
    texts.push(reads(await made(() => surface.ensureEntry(post))));
  }
  return texts;
}

async function fires(
  bot: Bot,
  clock: Clock,
  {
    incident,
    place: { name, place },
  }: { readonly incident: string; readonly place: FailingPlatform },
): Promise<void> {
  const fingerprint = `${incident}-${clock.now()}`;
  const observed = firing(fingerprint, {
    startsAt: clock.now(),
    labels: labels('HighErrorRate', { severity: 'warning', pod: fingerprint }),
  });
  const intent = receive([observed], {
    at: clock.now(),
    incident,
    key: `key-${incident}`,
    places: { [name]: place },
    notify: '',
    groupLabels: { alertname: 'HighErrorRate', incident },
  });
  await bot.engine.receive(intent, { cause: fingerprint, by: 'source:main' });
}

/** How many calls are under way. */
function watched(surface: Surface) {
  let flying = 0;
  async function flies<T>(work: () => Promise<T>): Promise<T> {
    flying += 1;
    try {
      return await work();
    } finally {
      flying -= 1;
    }
  }
  const { find } = surface;
  const { remove } = surface;
  return {
    flying: () => flying,
    surface: {
      ...surface,
      ensureRoot: (post) => flies(() => surface.ensureRoot(post)),
      ensureEntry: (post) => flies(() => surface.ensureEntry(post)),
      ...(find ? { find: (sought) => flies(() => find(sought)) } : {}),
      ...(remove ? { remove: (ref) => flies(() => remove(ref)) } : {}),
    } satisfies Surface,
  };
}

/** Calls travel in the machine's own time: virtual time passes once they have come home, or seem not to. */
const patienceMs = 8;

async function calm(flying: () => number): Promise<void> {
  const until = performance.now() + patienceMs;
  for (let quiet = 0; quiet < 30; quiet += 1) {
    await new Promise<void>((resolve) => setImmediate(resolve));
    if (flying() > 0 && performance.now() < until) quiet = 0;
  }
}
