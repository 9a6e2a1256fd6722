import { type Problem, problem } from '../../../core/problem.ts';
import type { Answer, Card, Press } from '../../../core/view/card.ts';
import { code, sentence, strong } from '../../../core/view/words.ts';
import { refused, said } from '../../../handlers/answer.ts';
import { commands } from '../../../handlers/commands/index.ts';
import { type Form, faultsOf, lineOf } from '../../../handlers/form.ts';
import type { Asked } from '../../chat.ts';
import { pinCommand } from './commands.ts';
import { buttonRow } from './components.ts';
import { plainWithin } from './escape.ts';
import {
  command,
  component,
  type Interaction,
  interaction as interactionSchema,
  interactionTypes,
  pinned,
  submitted,
  threadTypes,
} from './interaction.schema.ts';
import { limits } from './limits.ts';
import { createModals, valuesOf } from './modal.ts';
import type { Network } from './network.ts';
import type { DiscordOptions } from './options.ts';
import { pinOf } from './pins.ts';
import { type Carried, carriedBy, pressDigest } from './press.ts';
import { refOf } from './refs.ts';
import { renderPages } from './render.ts';
import { ephemeral, type Replies } from './replies.ts';
import { lineOfSlash, typingIn } from './slash.ts';
import type { Setting } from './spans.ts';
import { typedText } from './typed.ts';

/** Says the first word of an answer; whether it arrived. */
export type Respond = (callback: object) => Promise<boolean>;

export interface InboundParts {
  readonly options: DiscordOptions;
  readonly network: Network;
  readonly replies: Replies;
  readonly setting: () => Setting;
}

/** https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-response-object-interaction-callback-type */
export const callbacks = { message: 4, deferred: 5, choices: 8, modal: 9 } as const;

/** What people do by commands, buttons, menus and forms, the same whether it comes over the gateway or over HTTP. */
export function createInbound(parts: InboundParts) {
  const { options, network, replies, setting } = parts;
  const { clock, desk, log, metrics, name } = options;
  const modals = createModals();

  /** Never rejects. */
  async function interaction(body: unknown, respond: Respond): Promise<void> {
    const began = clock.now();
    const read = interactionSchema.safeParse(body);
    if (!read.success) return metrics.refused(name, 'DISCORD_UNREADABLE');
    try {
      await act({ from: read.data, began, respond });
    } catch (error) {
      log('discord interaction failed', { surface: name, error });
    }
  }

  async function act(deed: Deed): Promise<void> {
    const { from } = deed;
    const code = strangeness(from, options);
    if (code !== undefined) {
      metrics.refused(name, code);
      if (from.type !== interactionTypes.autocomplete)
        await turnDown(deed, problem('DISCORD_ELSEWHERE'));
      return;
    }
    switch (from.type) {
      case interactionTypes.command:
        return commanded(deed);
      case interactionTypes.component:
        return pressed(deed);
      case interactionTypes.autocomplete:
        return complete(deed);
      case interactionTypes.modal:
        return filledIn(deed);
      default:
        return metrics.refused(name, 'DISCORD_UNREADABLE');
    }
  }

  async function commanded(deed: Deed): Promise<void> {
    const data = command.parse(deed.from.data);
    if (data.type === 3 && data.name === pinCommand) return pin(deed);
    const line = typedText(lineOfSlash(data, commands), options);
    await say(deed, line, threadOf(deed.from));
  }

  /** A form is the first answer or none: it cannot follow a promise of one. */
  async function say(deed: Deed, line: string, thread: string): Promise<void> {
    const form = desk.form(line, thread);
    if (form) return ask(deed, form, thread);
    await take(deed, { kind: 'line', line }, thread);
  }

  async function ask({ respond }: Deed, form: Form, thread: string): Promise<void> {
    await respond({ type: callbacks.modal, data: modals.modalOf(form, thread) });
  }

  async function filledIn(deed: Deed): Promise<void> {
    const { id, values } = submitted(deed.from.data);
    const opened = modals.openedFor(id);
    if (!opened) return turnDown(deed, problem('DISCORD_FORM_OUT_OF_DATE'));
    const { line, thread } = opened;
    const form = desk.form(line, thread);
    const whole = form ?? { title: line.split(' ', 1)[0] ?? '', line, fields: [] };
    const completed = lineOf(whole, valuesOf(form, values));
    const again = desk.form(completed, thread);
    if (again) return askAgain(deed, again, thread);
    await take(deed, { kind: 'line', line: completed }, thread);
  }

  /** No form can follow a form: what is wrong is said, with a button to the form as it was filled in. */
  async function askAgain({ respond }: Deed, form: Form, thread: string): Promise<void> {
    const items = faultsOf(form).map(({ field, says }) => [
      strong(field.label),
      ' ',
      ...sentence(says),
    ]);
    const title = [code(form.title), ' needs more. Nothing was changed.'];
    const answer = said('asker', title, [{ kind: 'list', title: '', items, more: 0 }], 'failed');
    const again = buttonRow('Fill it in again', `${againPrefix}${modals.keep(form.line, thread)}`);
    const data = { ...shortAnswer(answer, setting()), components: [again] };
    await respond({ type: callbacks.message, data });
  }

  /** The same form once more, with what was entered. */
  async function reopen(deed: Deed, name: string): Promise<void> {
    const opened = modals.openedFor(name);
    const form = opened && desk.form(opened.line, opened.thread);
    if (!form) return turnDown(deed, problem('DISCORD_FORM_OUT_OF_DATE'));
    await ask(deed, form, opened.thread);
  }

  async function complete({ from, respond }: Deed): Promise<void> {
    const typing = typingIn(command.parse(from.data));
    const choices = typing ? desk.choices({ ...typing, thread: threadOf(from) }) : [];
    const shown = choices
      .filter(({ value }) => value.length >= 1 && value.length <= limits.choiceText)
      .slice(0, limits.choices)
      .map(({ value, label }) => ({ name: namedChoice(value, label), value }));
    await respond({ type: callbacks.choices, data: { choices: shown } });
  }

  async function pressed(deed: Deed): Promise<void> {
    const { custom_id: id, values } = component.parse(deed.from.data);
    if (id.startsWith(againPrefix)) return reopen(deed, id.slice(againPrefix.length));
    const carried = carriedBy(values[0] ?? id);
    if (carried?.kind === 'fresh') return showFresh(deed, carried);
    const press =
      carried?.kind === 'named' ? await found(deed.from, carried.digest) : carried?.press;
    if (!press) return turnDown(deed, problem('DISCORD_BUTTON_OUT_OF_DATE'));
    const isFresh = carried?.kind === 'press' && carried.fresh !== undefined;
    const stray = !isFresh && (await isStray(deed.from, press));
    if (stray && press.kind === 'approve') {
      // What they read may be anybody's: they see the plan as the record has it, and press there.
      return showFresh(deed, { kind: 'fresh', operation: press.operation, hash: press.hash });
    }
    if (press.kind === 'line') {
      const thread = press.incident === '' ? threadOf(deed.from) : press.incident;
      const form = desk.form(press.line, thread);
      if (form) return ask(deed, form, thread);
    }
    const key = keyOf(deed.from, press);
    const fresh = carried?.kind === 'press' && carried.fresh ? { fresh: carried.fresh } : {};
    // A confirmation can be made up as well: it counts only where its rendering was opened here.
    const what = { kind: 'press', press, key, stray: stray || isFresh, ...fresh } as const;
    await take(deed, what, threadOf(deed.from));
  }

  /** Whether a press that decides stands on no post of ours. What was whispered is nobody's post. */
  async function isStray({ channel, message }: Interaction, press: Press): Promise<boolean> {
    const ref = channel && message ? refOf(channel.id, message.id) : '';
    const stray = !(await desk.standsOn(name, ref, press));
    const isWhispered = ((message?.flags ?? 0) & ephemeral) !== 0;
    if (stray && !isWhispered) metrics.refused(name, 'BUTTON_NOT_OURS');
    return stray;
  }

  /** A plan as the record has it now. What is pressed on that one counts, and carries its digest. */
  async function showFresh(
    deed: Deed,
    { operation, hash }: Extract<Carried, { readonly kind: 'fresh' }>,
  ): Promise<void> {
    const card = await planCard(threadOf(deed.from), operation);
    const isSame = card?.actions.some(
      ({ press }) =>
        press.kind === 'approve' && press.operation === operation && press.hash === hash,
    );
    if (!card || isSame !== true) return turnDown(deed, problem('DISCORD_BUTTON_OUT_OF_DATE'));
    await acknowledge(deed);
    await replies.deliver(deed.from, deed.began, { to: 'asker', card });
  }

  async function planCard(thread: string, operation: string): Promise<Card | undefined> {
    const inThread = thread === '' ? undefined : await desk.card(thread, `operation/${operation}`);
    return inThread ?? desk.card(operation, 'root');
  }

  /** A press that was too long to be carried stands on the card still, or is no longer offered. */
  async function found(from: Interaction, digest: string): Promise<Press | undefined> {
    const thread = threadOf(from);
    const card = thread === '' ? undefined : await desk.card(thread, markedKey(from) ?? 'root');
    const all = [...(card?.actions ?? []), ...(card?.menu?.options ?? [])];
    return all.map(({ press }) => press).find((press) => pressDigest(press) === digest);
  }

  async function pin(deed: Deed): Promise<void> {
    const { from } = deed;
    const thread = threadOf(from);
    if (thread === '') return turnDown(deed, problem('DISCORD_PIN_NOWHERE'));
    const { target_id: id, resolved } = pinned.parse(from.data);
    const message = resolved.messages[id];
    if (!message) return turnDown(deed, problem('DISCORD_PIN_EMPTY'));
    const made = await pinOf(
      message,
      { channel: channelOf(from), account: accountOf(from) },
      { options, network },
    );
    if (made.text === '' && made.images.length === 0) {
      return turnDown(deed, problem('DISCORD_PIN_EMPTY'));
    }
    await take(deed, { kind: 'pin', pin: made }, thread);
  }

  /** On disk first, then acknowledged: Discord does not repeat a press. */
  async function take(deed: Deed, what: What, thread: string): Promise<void> {
    const { from } = deed;
    const asked: Asked = {
      actor: { surface: name, account: accountOf(from) },
      thread,
      cause: `discord/${from.id}`,
      from: { channel: channelOf(from), root: '' },
      ...what,
    };
    const taken = await desk.take(asked).catch((error: unknown) => {
      log('discord deed was not taken', { surface: name, error });
      metrics.refused(name, 'JOURNAL');
    });
    if (!taken) return;
    await acknowledge(deed);
    await replies.deliver(from, deed.began, await taken.answer);
  }

  async function acknowledge({ began, respond }: Deed): Promise<void> {
    const arrived = await respond({ type: callbacks.deferred, data: { flags: ephemeral } });
    if (arrived) metrics.acknowledged(name, clock.now() - began);
  }

  /** At once and to one alone: nothing of it is on the record. */
  async function turnDown({ respond }: Deed, because: Problem): Promise<void> {
    await respond({
      type: callbacks.message,
      data: shortAnswer(refused(because, desk), setting()),
    });
  }

  function accountOf(from: Interaction): string {
    return `${options.guild}/${userOf(from)}`;
  }

  function threadOf(from: Interaction): string {
    const { channel, message } = from;
    if (!channel) return '';
    // A thread bears the id of the message that it hangs from.
    const ref = threadTypes.includes(channel.type)
      ? refOf(channel.parent_id ?? '', channel.id)
      : message && refOf(channel.id, message.id);
    return (ref && desk.threadAt(name, ref)) ?? '';
  }

  return { interaction };
}

/** A button that opens a form again, under the name that follows. */
const againPrefix = 'again:';

export type Inbound = ReturnType<typeof createInbound>;

interface Deed {
  readonly from: Interaction;
  readonly began: number;
  readonly respond: Respond;
}

type Kinds<T> = T extends Asked ? Omit<T, 'actor' | 'thread' | 'cause' | 'from'> : never;
type What = Kinds<Asked>;

/** Why somebody is none of ours; undefined for one of the guild. */
function strangeness(
  from: Interaction,
  { application, guild }: DiscordOptions,
): string | undefined {
  if (from.application_id !== application) return 'DISCORD_APPLICATION_OTHER';
  if (from.guild_id === undefined || !from.member) return 'DISCORD_DIRECT';
  if (from.guild_id !== guild) return 'DISCORD_GUILD_OTHER';
  return from.member.user.bot === true ? 'DISCORD_BOT' : undefined;
}

/** One short message, seen by one person. */
export function shortAnswer(answer: Answer, setting: Setting): object {
  const [page] = renderPages(answer.card, setting);
  return {
    content: page?.content ?? '…',
    embeds: page?.embeds ?? [],
    flags: ephemeral,
    allowed_mentions: { parse: [] },
  };
}

function userOf({ member, user }: Interaction): string {
  return (member?.user ?? user)?.id ?? '';
}

function channelOf({ channel, channel_id: id }: Interaction): string {
  return channel?.id ?? id ?? '';
}

/** The key of the card that was pressed: its footer says so. */
function markedKey({ message }: Interaction): string | undefined {
  const mark = message?.embeds.at(-1)?.footer?.text ?? '';
  return / · (\S+)$/.exec(mark)?.[1];
}

function keyOf(from: Interaction, press: Press): string {
  return markedKey(from) ?? ('operation' in press ? `operation/${press.operation}` : 'root');
}

function namedChoice(value: string, label: string): string {
  const words = label === value || label === '' ? value : `${label} (${value})`;
  const { text, whole } = plainWithin(words, limits.choiceText);
  return whole ? text || value : plainWithin(label, limits.choiceText).text || value;
}
