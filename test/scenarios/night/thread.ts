import { expect } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import type { Stage, StageMessage, StageThread } from './stages/stage.ts';

/** One thread, read and used as people would: by what it shows. On several stages at once it must show it on each. */
export interface NightThread {
  /** Its name on each stage. */
  readonly ids: readonly string[];
  /** Everything it shows now. */
  text(): Promise<string>;
  /** Waits until all of it is to be read there. */
  shows(...texts: readonly string[]): Promise<void>;
  /** How often it says so, where it says it most often. */
  says(text: string): Promise<number>;
  /** A line typed into the thread; the answer to the one who typed it. */
  hears(person: string, line: string): Promise<string>;
  /** The plan that a line brings, once it waits for approval. */
  plans(person: string, line: string): Promise<PlanCard>;
  /** Waits for a card whose title says so. */
  card(title: string): Promise<PlanCard>;
  /** What stands there, piece by piece, to compare with another look. */
  pieces(): Promise<readonly string[]>;
}

/** A card of an operation. */
export interface PlanCard {
  readonly operation: string;
  text(): Promise<string>;
  /** Presses a button that stands on the card; the answer to the one who pressed. */
  press(person: string, label: string): Promise<string>;
  /** Presses it if it still stands there; '' when the screen was quicker. */
  pressLate(person: string, label: string): Promise<string>;
  buttons(): Promise<readonly string[]>;
  /** Waits for the word at its head: `WAITING`, `DONE`, `FAILED`. */
  becomes(mark: string): Promise<void>;
  shows(...texts: readonly string[]): Promise<void>;
}

/** Who looks where. */
export interface Seats {
  readonly stages: readonly Stage[];
  /** Where a person types and presses. */
  seatOf(person: string): Stage;
  /** Waiting lets the platforms' own time pass. */
  waits(): void;
  /** Everything that can be shown is shown. */
  isQuiet(): boolean;
}

/** The thread that is it, once every stage shows it. */
export async function openThread(
  seats: Seats,
  isIt: (id: string, root: string) => boolean,
): Promise<NightThread> {
  const found = new Map<Stage, StageThread>();
  for (const stage of seats.stages) {
    const thread = await patiently(seats, `a thread on ${stage.name}`, async () => {
      for (const each of await stage.threads()) {
        const [root] = await each.messages();
        if (root && isIt(each.id, root.text)) return each;
      }
      return undefined;
    });
    found.set(stage, thread);
  }
  // Nobody reads and types within the moment in which it is posted.
  await patiently(seats, 'everything is shown', async () => seats.isQuiet());
  return threadOf(seats, found);
}

function threadOf(seats: Seats, threads: ReadonlyMap<Stage, StageThread>): NightThread {
  const all = [...threads.values()];
  const texts = () => Promise.all(all.map(textOf));
  const at = (person: string): StageThread => {
    const thread = threads.get(seats.seatOf(person));
    if (!thread) throw new Error(`${person} does not see the thread`);
    return thread;
  };

  async function card(what: string): Promise<PlanCard> {
    const opened = planCard(seats, threads, what);
    await opened.shows(what);
    return opened;
  }

  return {
    ids: all.map(({ id }) => id),
    text: async () => (await texts()).join('\n'),
    pieces: async () => (await Promise.all(all.map(piecesOf))).flat(),
    async shows(...wanted) {
      for (const [stage, thread] of threads) {
        await patiently(
          seats,
          `the thread on ${stage.name} shows ${wanted.join(', ')}`,
          async () => includesAll(await textOf(thread), wanted),
          () => textOf(thread),
        );
      }
    },
    says: async (what) =>
      Math.max(...(await texts()).map((text) => bare(text).split(bare(what)).length - 1)),
    hears: (person, line) => at(person).says(person, line),
    card,
    async plans(person, line) {
      const answer = await at(person).says(person, line);
      const operation = /op-[0-9a-f]+/.exec(answer)?.[0];
      if (operation === undefined) throw new Error(`no plan came of ${line}:\n${answer}`);
      const made = await card(operation);
      await made.becomes('WAITING');
      return made;
    },
  };
}

function planCard(seats: Seats, threads: ReadonlyMap<Stage, StageThread>, what: string): PlanCard {
  /** Once found it is known by its place: later cards may speak of it. */
  const places = new Map<StageThread, string>();
  async function found(thread: StageThread): Promise<StageMessage | undefined> {
    const place = places.get(thread);
    if (place !== undefined) return (await thread.messages()).find(({ id }) => id === place);
    const card = await cardIn(thread, what);
    if (card) places.set(thread, card.id);
    return card;
  }
  const [first] = [...threads.values()];
  const text = async () => unmarked((first && (await found(first))?.text) ?? '');

  async function eachShows(saying: string, isSo: (message: StageMessage) => boolean) {
    for (const [stage, thread] of threads) {
      await patiently(
        seats,
        `the card on ${stage.name} ${saying}`,
        async () => {
          const message = await found(thread);
          return message !== undefined && isSo(message);
        },
        async () => (await found(thread))?.text ?? textOf(thread),
      );
    }
  }

  return {
    operation: /op-[0-9a-f]+/.exec(what)?.[0] ?? '',
    text,
    async buttons() {
      const [own = [], ...others] = await Promise.all(
        [...threads.values()].map(async (thread) => (await found(thread))?.buttons ?? []),
      );
      for (const other of others) expect(other).toEqual(own);
      return own;
    },
    async pressLate(person, label) {
      const thread = threads.get(seats.seatOf(person));
      const message = thread && (await found(thread));
      return message?.buttons.includes(label) ? message.presses(person, label) : '';
    },
    async press(person, label) {
      const thread = threads.get(seats.seatOf(person));
      const message = await patiently(seats, `a card with ${label}`, async () => {
        const card = thread && (await found(thread));
        return card?.buttons.includes(label) ? card : undefined;
      });
      return message.presses(person, label);
    },
    becomes: (mark) => eachShows(`becomes ${mark}`, ({ text: shown }) => hasMark(shown, mark)),
    shows: (...wanted) =>
      eachShows(`shows ${wanted.join(', ')}`, ({ text: shown }) => includesAll(shown, wanted)),
  };
}

/** The newest that says so. */
async function cardIn(thread: StageThread, what: string): Promise<StageMessage | undefined> {
  const [, ...below] = await thread.messages();
  return below.findLast(({ text }) => isCard(text) && includesAll(text, [what]));
}

/** Cards begin with their mark, lines with a name or a time. */
function isCard(text: string): boolean {
  return /^\W*[A-Z]{4,}\b/.test(bare(text));
}

function hasMark(text: string, mark: string): boolean {
  return new RegExp(`^\\W*${mark}\\b`).test(bare(text));
}

async function piecesOf(thread: StageThread): Promise<readonly string[]> {
  return (await thread.messages()).map(({ text }) => text);
}

async function textOf(thread: StageThread): Promise<string> {
  return (await piecesOf(thread)).join('\n');
}

async function patiently<T>(
  { waits }: Seats,
  what: string,
  look: () => Promise<T>,
  say?: () => Promise<string>,
): Promise<Exclude<T, undefined | false>> {
  try {
    return await eventually(what, async () => {
      const found = await look();
      if (found === undefined || found === false) waits();
      return found;
    });
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : error}\n${say ? await say() : ''}`);
  }
}

/** Texts are folded to a width and marked up in each platform's way; what a person reads is not. */
function includesAll(text: string, wanted: readonly string[]): boolean {
  const flat = bare(text);
  return wanted.every((each) => flat.includes(bare(each)));
}

function bare(text: string): string {
  return unmarked(text).replace(/\s+/g, ' ').trim();
}

function unmarked(text: string): string {
  return text.replace(/[`*_~|\\]/g, '');
}
