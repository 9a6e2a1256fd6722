import type { types } from '@slack/bolt';
import type { Card } from '../../../../core/view/card.ts';
import { oneLine } from '../../../../core/view/plain-words.ts';
import { unticked } from '../../../../core/view/words.ts';
import { type Field, type Form, hintOf } from '../../../../handlers/form.ts';
import { within } from '../escape.ts';
import { limits } from '../limits.ts';
import { buttonValue, readButtonValue } from '../press.ts';
import { plainText, type Rendered, renderCard, renderView } from '../render.ts';
import type { Setting } from '../spans.ts';
import type { Origin } from './reply.ts';
import { type ViewNote, viewNoteSchema } from './schema.ts';

/** What we ask of whoever types a line that lacks something. */
export const formCallback = 'tocsin_form';
/** A card made anew, whose button counts. */
export const cardCallback = 'tocsin_card';

export function formView(form: Form, origin: Origin, thread: string): types.ModalView | undefined {
  const note = noteText({ ...noteOf(origin, thread), f: { title: form.title, line: form.line } });
  if (note === undefined) return undefined;
  return {
    type: 'modal',
    callback_id: formCallback,
    title: plainText(form.title, limits.viewTitle),
    submit: plainText('Go', limits.viewButton),
    close: plainText('Cancel', limits.viewButton),
    private_metadata: note,
    blocks: form.fields.slice(0, limits.viewBlocks).map(inputOf),
  };
}

/** The line is made of what was entered; the form comes back with it. */
export function enteredIn(
  values: Readonly<Record<string, Readonly<Record<string, Entered>>>>,
): Readonly<Record<string, string>> {
  const entered = Object.entries(values).map(([name, actions]) => {
    const value = actions['value'];
    return [name, value?.selected_option?.value ?? value?.value ?? ''] as const;
  });
  return Object.fromEntries(entered);
}

interface Entered {
  readonly value?: string | null | undefined;
  readonly selected_option?: { readonly value: string } | null | undefined;
}

export interface Shown {
  readonly view: types.ModalView;
  readonly rendered: Rendered;
}

/**
 * A card made anew from the record, to be read whole. What approves or declines stands on it only when all of it is
 * there; the button carries what the card says now, not what was pressed before.
 */
export function cardView(
  card: Card,
  { origin, setting }: { readonly origin: Origin; readonly setting: Setting },
): Shown {
  const rendered = renderView(card, setting);
  const decisive = rendered.whole ? card.actions : [];
  const approve = decisive.find(({ press }) => press.kind === 'approve');
  const decline = decisive.find(({ press }) => press.kind === 'decline');
  const common = { key: card.key, thread: setting.thread, fresh: false };
  const value = approve && buttonValue({ ...common, press: approve.press });
  const note = noteText({
    ...noteOf(origin, setting.thread),
    p: { value: value ?? '', digest: rendered.digest },
  });
  const no = decline && buttonValue({ ...common, press: decline.press });
  return {
    rendered,
    view: {
      type: 'modal',
      callback_id: cardCallback,
      title: plainText(approve ? 'The whole plan' : 'The whole card', limits.viewTitle),
      close: plainText('Close', limits.viewButton),
      ...(approve && value && note ? { submit: plainText(approve.label, limits.viewButton) } : {}),
      ...(note === undefined ? {} : { private_metadata: note }),
      blocks: [...rendered.blocks, ...(decline && no ? [declineButton(decline.label, no)] : [])],
    },
  };
}

/** One card and no buttons: an answer, or the reason why there is none. */
export function plainView(card: Card, setting: Setting): types.ModalView {
  return {
    type: 'modal',
    callback_id: cardCallback,
    title: plainText('Tocsin', limits.viewTitle),
    close: plainText('Close', limits.viewButton),
    blocks: [...renderView(card, setting).blocks],
  };
}

export function homeView(card: Card, setting: Setting): types.HomeView {
  return { type: 'home', blocks: [...renderCard(card, setting).blocks] };
}

export function readNote(text: string): ViewNote | undefined {
  try {
    return viewNoteSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

export function originOf(note: ViewNote | undefined, user: string): Origin {
  const { c: channel = '', r: root = '', n: inThread = false, u: responseUrl = '' } = note ?? {};
  return { user, channel, root, inThread, responseUrl };
}

/** The press that the button of a view stands for. */
export function pressIn(note: ViewNote) {
  return note.p && readButtonValue(note.p.value);
}

function noteOf({ channel, root, inThread, responseUrl }: Origin, thread: string): ViewNote {
  return { c: channel, r: root, n: inThread, u: responseUrl, t: thread };
}

/** Undefined when Slack would not carry it. */
function noteText(note: ViewNote): string | undefined {
  const text = JSON.stringify(note);
  return text.length <= limits.privateMetadata ? text : undefined;
}

function declineButton(label: string, value: string): types.ActionsBlock {
  const text = plainText(label, limits.buttonText);
  return {
    type: 'actions',
    elements: [{ type: 'button', action_id: 'press/0/decline', style: 'danger', text, value }],
  };
}

function inputOf(field: Field): types.InputBlock {
  const hint = unticked(hintOf(field));
  return {
    type: 'input',
    block_id: within(field.name, limits.actionId),
    label: plainText(field.label, limits.inputLabel),
    optional: !field.required,
    ...(hint === '' ? {} : { hint: plainText(hint, limits.inputHint) }),
    element: elementOf(field),
  };
}

/** A list to choose from where Slack has room for it, otherwise a field to type into. */
function elementOf({ kind, choices, value }: Field): types.PlainTextInput | types.StaticSelect {
  const options = choices.map((choice) => ({
    text: plainText(choice.label, limits.optionText),
    value: choice.value,
  }));
  const fits =
    kind === 'choice' &&
    options.length > 0 &&
    options.length <= limits.selectOptions &&
    options.every((option) => option.value.length <= limits.optionValue && option.value !== '');
  if (!fits) {
    const initial = oneLine(value);
    return {
      type: 'plain_text_input',
      action_id: 'value',
      max_length: limits.inputText,
      ...(initial === '' ? {} : { initial_value: within(initial, limits.inputText) }),
    };
  }
  const chosen = options.find((option) => option.value === value);
  return {
    type: 'static_select',
    action_id: 'value',
    options,
    ...(chosen ? { initial_option: chosen } : {}),
  };
}
