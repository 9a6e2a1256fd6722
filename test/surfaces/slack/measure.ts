import type { types } from '@slack/bolt';

/** Every rule that Slack publishes for the blocks we use, by what is wrong; nothing when it would be taken. */
export function faultsOf(
  blocks: readonly types.KnownBlock[],
  limit = { blocks: 50, text: 10_000 },
) {
  const faults: string[] = [];
  const say = (isWrong: boolean, what: string) => {
    if (isWrong) faults.push(what);
  };
  say(blocks.length > limit.blocks || blocks.length === 0, `${blocks.length} blocks`);
  say(textsOf(blocks).reduce((sum, text) => sum + text.length, 0) > limit.text, 'too much text');
  for (const block of blocks) {
    if (block.type === 'actions') checkActions(block, say);
    else if (block.type === 'context') say(block.elements.length > 10, 'context elements');
    else if (block.type === 'rich_text') checkRich(block, say);
    else faults.push(`a block of type ${block.type}`);
  }
  return faults;
}

/** All strings that a person reads. */
export function textsOf(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(textsOf);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, part]) =>
    typeof part === 'string'
      ? name === 'text' || name === 'fallback'
        ? [part]
        : []
      : textsOf(part),
  );
}

type Say = (isWrong: boolean, what: string) => void;

function checkActions({ elements }: types.ActionsBlock, say: Say): void {
  say(elements.length > 25 || elements.length === 0, `${elements.length} actions`);
  const ids = elements.map(({ action_id: id }) => id);
  say(new Set(ids).size !== ids.length, 'an action id twice');
  for (const element of elements) {
    say((element.action_id?.length ?? 256) > 255, 'action id');
    if (element.type === 'button') {
      say(element.text.text.length > 75 || element.text.text === '', 'button text');
      say((element.value?.length ?? 0) > 2000, 'button value');
      say((element.url?.length ?? 0) > 3000, 'button url');
    } else if (element.type === 'static_select') {
      const options = element.options ?? [];
      say(options.length === 0 || options.length > 100, 'options');
      say(new Set(options.map(({ value }) => value)).size !== options.length, 'option twice');
      for (const option of options) {
        say(option.text.text.length > 75 || option.text.text === '', 'option text');
        say((option.value?.length ?? 76) > 75, 'option value');
      }
      say((element.placeholder?.text.length ?? 0) > 150, 'placeholder');
    }
  }
}

function checkRich({ elements }: types.RichTextBlock, say: Say): void {
  say(elements.length === 0, 'an empty rich text');
  for (const part of elements) {
    say(part.elements.length === 0, `an empty ${part.type}`);
    for (const one of part.elements) {
      if (one.type === 'rich_text_section') say(one.elements.length === 0, 'an empty item');
      if (one.type === 'text') say(one.text === '', 'an empty text');
    }
  }
}
