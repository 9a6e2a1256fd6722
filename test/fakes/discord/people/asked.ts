import { componentTypes, withBelow } from '../forms/components.ts';
import { callbackTypes, type Interaction } from '../interaction.ts';
import { type Json, object, objects, text } from '../json.ts';
import type { World } from '../world.ts';
import { type FakeMessage, fakeMessage } from './message.ts';
import { messageText } from './text.ts';

export type Outcome =
  | 'waiting'
  | 'failed'
  | 'message'
  | 'deferred'
  | 'deferred update'
  | 'update'
  | 'choices'
  | 'modal';

export interface FakeModal {
  readonly title: string;
  readonly customId: string;
  readonly fields: readonly FakeField[];
}

export interface FakeField {
  readonly customId: string;
  readonly label: string;
  /** What stands in it before he types. */
  readonly value: string;
  readonly required: boolean;
  readonly minLength: number;
  readonly maxLength: number;
}

/** What a person did, and what came of it so far. */
export interface Asked {
  readonly id: string;
  /** `ana presses Approve`. */
  readonly deed: string;
  readonly outcome: Outcome;
  /** From the press to the first answer, in ms of the fake's clock. */
  readonly tookMs: number | undefined;
  /** Once there is a first answer, or three seconds have passed without one. */
  readonly answered: Promise<Asked>;
  /** The answer as it stands now, the message that was updated included. */
  readonly message: FakeMessage | undefined;
  readonly followups: readonly FakeMessage[];
  readonly modal: FakeModal | undefined;
  readonly choices: readonly { readonly name: string; readonly value: string | number }[];
  /** Why an answer over HTTP was none. */
  readonly complaint: Json | undefined;
  /** What he has before his eyes, in plain text. */
  readonly sees: string;
}

const behind = new WeakMap<Asked, Interaction>();

export function interactionBehind(handle: Asked): Interaction {
  const interaction = behind.get(handle);
  if (!interaction) throw new Error('this interaction is of another fake');
  return interaction;
}

export function asked(world: World, interaction: Interaction): Asked {
  const answer = (): Json => object(interaction.answer?.body['data']);
  const handle: Asked = {
    id: interaction.id,
    deed: interaction.deed,
    get outcome() {
      return outcomeOf(interaction);
    },
    get tookMs() {
      return interaction.answer?.tookMs;
    },
    get answered() {
      return new Promise<Asked>((resolve) => {
        if (interaction.answer || interaction.failed) resolve(handle);
        else interaction.settled.push(() => resolve(handle));
      });
    },
    get message() {
      return interaction.original ? fakeMessage(world, interaction.original) : undefined;
    },
    get followups() {
      return interaction.followups.map((message) => fakeMessage(world, message));
    },
    get modal() {
      return interaction.answer?.type === callbackTypes.modal ? modalOf(answer()) : undefined;
    },
    get choices() {
      return objects(answer()['choices']).map(({ name, value }) => ({
        name: text(name),
        value: typeof value === 'number' ? value : text(value),
      }));
    },
    get complaint() {
      return interaction.complaint;
    },
    get sees() {
      return seen(world, interaction);
    },
  };
  behind.set(handle, interaction);
  return handle;
}

const outcomes: Readonly<Record<number, Outcome>> = {
  [callbackTypes.message]: 'message',
  [callbackTypes.deferredMessage]: 'deferred',
  [callbackTypes.deferredUpdate]: 'deferred update',
  [callbackTypes.update]: 'update',
  [callbackTypes.choices]: 'choices',
  [callbackTypes.modal]: 'modal',
};

export function outcomeOf({ answer, failed }: Interaction): Outcome {
  if (answer) return outcomes[answer.type] ?? 'waiting';
  return failed ? 'failed' : 'waiting';
}

function seen(world: World, interaction: Interaction): string {
  const outcome = outcomeOf(interaction);
  if (outcome === 'failed') return failureWords(interaction);
  if (outcome === 'waiting') return '';
  const answer = object(interaction.answer?.body['data']);
  if (outcome === 'choices') {
    return objects(answer['choices'])
      .map(({ name }) => text(name))
      .join('\n');
  }
  if (outcome === 'modal') {
    const { title, fields } = modalOf(answer);
    return [title, ...fields.map(({ label, value }) => `${label}: ${value || '____'}`)].join('\n');
  }
  const messages = [interaction.original, ...interaction.followups].filter(
    (one) => one?.channel.messages.get(one.id) === one,
  );
  return messages.map((one) => (one ? messageText(world, one) : '')).join('\n');
}

/** https://discord.com/developers/docs/interactions/receiving-and-responding#responding-to-an-interaction */
function failureWords({ command }: Interaction): string {
  return command ? 'The application did not respond' : 'This interaction failed';
}

/** Text inputs in rows and whatever stands in labels. */
export function modalOf(modal: Json): FakeModal {
  const fields = objects(modal['components']).flatMap((part) =>
    withBelow(part)
      .filter((inner) => inner['custom_id'] !== undefined)
      .map((field) => ({
        customId: text(field['custom_id']),
        label: text(part['type'] === componentTypes.label ? part['label'] : field['label']),
        value: text(field['value']),
        required: field['required'] !== false,
        minLength: Number(field['min_length'] ?? 0),
        maxLength: Number(field['max_length'] ?? 4_000),
      })),
  );
  return { title: text(modal['title']), customId: text(modal['custom_id']), fields };
}
