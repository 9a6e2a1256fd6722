import { expect } from 'vitest';
import type { Action, Card } from '../../../src/core/view/card.ts';
import { cardText, plain } from '../../../src/core/view/text.ts';
import type { ChatSurface, Message } from '../../fakes/chat-surface.ts';
import { eventually } from '../../support/eventually.ts';
import type { BotProcess } from './bot-process.ts';

/** One thread of the chat, read and used as a person would: by what it shows. */
export interface NightThread {
  readonly incident: string;
  /** Everything it shows now. */
  text(): string;
  /** Waits until all of it is to be read there. */
  shows(...texts: readonly string[]): Promise<void>;
  /** How many lines and cards say so. */
  says(text: string): number;
  /** A line typed into the thread; the answer to the one who typed it. */
  hears(person: string, line: string): Promise<string>;
  /** The plan that a line brings, once it waits for approval. */
  plans(person: string, line: string): Promise<PlanCard>;
  /** Waits for a card whose title says so. */
  card(title: string): Promise<PlanCard>;
}

/** A card of an operation. */
export interface PlanCard {
  readonly operation: string;
  text(): string;
  /** Presses a button that stands on the card; the answer to the one who pressed. */
  press(person: string, label: string): Promise<string>;
  buttons(): readonly string[];
  /** Waits for the word at its head: `WAITING`, `DONE`, `FAILED`. */
  becomes(mark: string): Promise<void>;
  shows(...texts: readonly string[]): Promise<void>;
}

export interface ThreadOptions {
  readonly chat: ChatSurface;
  readonly process: () => BotProcess;
}

let requests = 0;

export async function openThread(
  options: ThreadOptions,
  isIt: (incident: string, card: string) => boolean,
): Promise<NightThread> {
  const { chat } = options;
  const incident = await eventually('a thread', () =>
    chat.incidents().find((id) => isIt(id, rootText(chat.messages(id)))),
  );
  const pieces = () => chat.messages(incident).map(textOf);
  const text = () => pieces().join('\n');

  async function hears(person: string, line: string): Promise<string> {
    const { dispatch } = options.process().bot;
    const answer = await dispatch.say({ line, actor: actorOf(person), incident, cause: cause() });
    return cardText(answer.card);
  }

  async function card(what: string): Promise<PlanCard> {
    const found = await eventually(
      `a card that says ${what}`,
      () => cardsOf(chat.messages(incident)).findLast((each) => plain(each.title).includes(what)),
      { say: text },
    );
    return planCard(options, { incident, key: found.key });
  }

  return {
    incident,
    text,
    hears,
    card,
    async shows(...texts) {
      await eventually(`the thread shows ${texts.join(', ')}`, () => includesAll(text(), texts), {
        say: text,
      });
    },
    says: (what) => pieces().filter((piece) => piece.includes(what)).length,
    async plans(person, line) {
      const answer = await hears(person, line);
      const operation = /op-[0-9a-f]+/.exec(answer)?.[0];
      if (operation === undefined) throw new Error(`no plan came of ${line}:\n${answer}`);
      const made = planCard(options, { incident, key: `operation/${operation}` });
      await made.becomes('WAITING');
      return made;
    },
  };
}

function planCard(
  { chat, process }: ThreadOptions,
  { incident, key }: { readonly incident: string; readonly key: string },
): PlanCard {
  const now = () => cardsOf(chat.messages(incident)).find((card) => card.key === key);
  const text = () => {
    const card = now();
    return card ? cardText(card) : '';
  };
  const action = (label: string): Action | undefined =>
    now()?.actions.find((each) => each.label === label);
  return {
    operation: key.slice('operation/'.length),
    text,
    buttons: () => now()?.actions.map(({ label }) => label) ?? [],
    async press(person, label) {
      const pressed = action(label);
      if (!pressed) throw new Error(`there is no button ${label} on\n${text()}`);
      const answer = await process().bot.dispatch.press({
        press: pressed.press,
        actor: actorOf(person),
        incident,
        cause: cause(),
        shown: { digest: 'f'.repeat(64), fresh: true },
      });
      return cardText(answer.card);
    },
    async becomes(mark) {
      await eventually(`the card becomes ${mark}`, () => now()?.mark === mark, { say: text });
    },
    async shows(...texts) {
      await eventually(`the card shows ${texts.join(', ')}`, () => includesAll(text(), texts), {
        say: text,
      });
      expect(includesAll(text(), texts)).toBe(true);
    },
  };
}

function actorOf(person: string) {
  return { surface: 'console', account: person };
}

function cause(): string {
  requests += 1;
  return `night/${requests}`;
}

/** Texts are folded to a width; what a person reads is not. */
function includesAll(text: string, wanted: readonly string[]): boolean {
  const flat = unfolded(text);
  return wanted.every((each) => flat.includes(unfolded(each)));
}

function unfolded(text: string): string {
  return text.replace(/\s+/g, ' ');
}

function rootText(messages: readonly Message[]): string {
  const root = messages.find(({ key }) => key === 'root');
  return root ? textOf(root) : '';
}

function textOf({ piece }: Message): string {
  if (!('kind' in piece)) return cardText(piece);
  return piece.kind === 'card' ? cardText(piece.card) : plain(piece.text);
}

function cardsOf(messages: readonly Message[]): readonly Card[] {
  return messages.flatMap(({ piece, key }) =>
    'kind' in piece ? (piece.kind === 'card' ? [{ ...piece.card, key }] : []) : [],
  );
}
