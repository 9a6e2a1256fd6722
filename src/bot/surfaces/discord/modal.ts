import { createHash } from 'node:crypto';
import { unticked } from '../../../core/view/words.ts';
import { type Field, type Form, hintOf } from '../../../handlers/form.ts';
import { plainWithin } from './escape.ts';
import type { Values } from './interaction.schema.ts';
import { limits } from './limits.ts';

/**
 * A form as a modal, and back. https://discord.com/developers/docs/components/reference#label
 * Its name carries the line it completes; one that is too long is kept here for as long as a modal lives.
 */
export interface Modals {
  modalOf(form: Form, thread: string): Modal;
  /** A name under which a line is kept, to ask for the rest of it once more. */
  keep(line: string, thread: string): string;
  /** What a modal of this name was opened for. */
  openedFor(id: string): Opened | undefined;
}

export interface Opened {
  readonly line: string;
  /** The incident whose button opened it; '' elsewhere. */
  readonly thread: string;
}

export interface Modal {
  readonly custom_id: string;
  readonly title: string;
  readonly components: readonly object[];
}

const types = { select: 3, text: 4, label: 18 } as const;
const keptMax = 500;

export function createModals(): Modals {
  const kept = new Map<string, Opened>();

  function nameOf(line: string, thread: string): string {
    const name = `form:${thread}:${line}`;
    if (
      /^[\w.-]*$/.test(thread) &&
      name.length <= limits.customId &&
      /^[ -~]+$/.test(name) &&
      name === name.trim()
    )
      return name;
    return keep(line, thread);
  }

  function keep(line: string, thread: string): string {
    const digest = createHash('sha256').update(`form:${thread}:${line}`).digest('hex').slice(0, 40);
    kept.delete(digest);
    kept.set(digest, { line, thread });
    const oldest = kept.size > keptMax ? kept.keys().next().value : undefined;
    if (oldest !== undefined) kept.delete(oldest);
    return `kept:${digest}`;
  }

  return {
    keep,
    modalOf: (form, thread) => ({
      custom_id: nameOf(form.line, thread),
      title: plainWithin(form.title, limits.modalTitle).text || '…',
      components: shownFields(form).map(labelOf),
    }),
    openedFor(id) {
      const [, thread, line] = /^form:([^:]*):(.*)$/.exec(id) ?? [];
      if (thread !== undefined && line !== undefined) return { line, thread };
      return kept.get(/^kept:([0-9a-f]{40})$/.exec(id)?.[1] ?? '');
    },
  };
}

/** All values of a form: those that were typed before and had no room in the modal stay as they were. */
export function valuesOf(form: Form | undefined, given: Values): Values {
  const before = (form?.fields ?? []).map(({ name, value }) => [name, value] as const);
  return { ...Object.fromEntries(before), ...given };
}

/** Required ones come first in a form; five have room. */
function shownFields({ fields }: Form): readonly Field[] {
  return fields.slice(0, limits.modalFields);
}

function labelOf(field: Field): object {
  return {
    type: types.label,
    label: plainWithin(field.label, limits.labelText).text || '…',
    ...described(unticked(hintOf(field))),
    component: field.kind === 'choice' && fits(field) ? select(field) : text(field),
  };
}

function described(hint: string): object {
  const { text: words } = plainWithin(hint, limits.labelDescription);
  return words === '' ? {} : { description: words };
}

function fits({ choices }: Field): boolean {
  return (
    choices.length <= limits.selectOptions &&
    choices.every(({ value }) => value.length >= 1 && value.length <= limits.choiceText)
  );
}

function select({ name, required, choices, value }: Field): object {
  return {
    type: types.select,
    custom_id: name,
    required,
    min_values: required ? 1 : 0,
    max_values: 1,
    options: choices.map((choice) => ({
      label: plainWithin(choice.label, limits.optionLabel).text || '…',
      value: choice.value,
      ...(choice.value === value ? { default: true } : {}),
    })),
  };
}

function text({ name, required, value, choices }: Field): object {
  const examples = choices.slice(0, 8).map((choice) => choice.value);
  const { text: placeholder } = plainWithin(examples.join(', '), limits.textPlaceholder);
  return {
    type: types.text,
    custom_id: name,
    style: 1,
    required,
    max_length: limits.line,
    ...(value === '' || value.length > limits.line ? {} : { value }),
    ...(placeholder === '' ? {} : { placeholder }),
  };
}
