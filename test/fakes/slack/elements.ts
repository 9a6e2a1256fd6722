import { type Json, recordOf, recordsOf, textOf } from './json.ts';

/** One thing a person can press, choose from or type into, and the block it stands in. */
export interface Found {
  readonly element: Json;
  readonly block: Json;
}

export function interactive(blocks: readonly Json[]): readonly Found[] {
  return blocks.flatMap((block) =>
    [
      ...recordsOf(block['elements']),
      ...[block['accessory'], block['element']].map(recordOf).filter(({ type }) => type),
    ]
      .filter((element) => textOf(element['action_id']) !== undefined || isButton(element))
      .map((element) => ({ element, block })),
  );
}

export function isButton(element: Json): boolean {
  return element['type'] === 'button' || element['type'] === 'workflow_button';
}

/** By its label, its action id, or the id of its block. */
export function isCalled({ element, block }: Found, name: string): boolean {
  const label = textOf(recordOf(element['text'])['text']);
  return label === name || element['action_id'] === name || block['block_id'] === name;
}

export function optionsOf(element: Json): readonly Json[] {
  return [
    ...recordsOf(element['options']),
    ...recordsOf(element['option_groups']).flatMap((group) => recordsOf(group['options'])),
  ];
}

/** By what it shows or by its value. */
export function optionCalled(options: readonly Json[], name: string): Json | undefined {
  return options.find(
    (option) => option['value'] === name || recordOf(option['text'])['text'] === name,
  );
}

export function labelsOf(options: readonly Json[]): string {
  return options.map((option) => textOf(recordOf(option['text'])['text']) ?? '').join(', ');
}
