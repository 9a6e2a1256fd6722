import {
  address,
  boolean,
  list,
  matched,
  object,
  oneOf,
  type Shape,
  string,
  typed,
} from './shape.ts';

/** https://docs.slack.dev/reference/block-kit/composition-objects */
export function plainText(max: number): Shape {
  return object({ type: oneOf('plain_text'), text: string({ max }) }, { emoji: boolean });
}

export function mrkdwn(max: number): Shape {
  return object({ type: oneOf('mrkdwn'), text: string({ max }) }, { verbatim: boolean });
}

export function anyText(max: number): Shape {
  return matched(typed({ plain_text: plainText(max), mrkdwn: mrkdwn(max) }));
}

export const confirm: Shape = object(
  { text: anyText(300) },
  {
    title: plainText(100),
    confirm: plainText(30),
    deny: plainText(30),
    style: oneOf('primary', 'danger'),
  },
);

/** Menus show plain text; radio buttons and checkboxes may use marks. */
export function option(
  text: Shape,
  value: number,
  more: Readonly<Record<string, Shape>> = {},
): Shape {
  return object({ text, value: string({ max: value }) }, { description: anyText(75), ...more });
}

export const menuOption: Shape = option(plainText(75), 75);
export const overflowOption: Shape = option(plainText(75), 75, { url: address() });
export const choiceOption: Shape = option(anyText(75), 150);

export const optionGroup: Shape = object({
  label: plainText(75),
  options: list(menuOption, { max: 100 }),
});

export const conversationFilter: Shape = object(
  {},
  {
    include: list(oneOf('im', 'mpim', 'private', 'public'), { max: 4 }),
    exclude_external_shared_channels: boolean,
    exclude_bot_users: boolean,
  },
);

export const dispatchConfig: Shape = object(
  {},
  {
    trigger_actions_on: list(oneOf('on_enter_pressed', 'on_character_entered'), { max: 2 }),
  },
);

/** An address, or a file that the workspace holds. */
export const imageSource: Readonly<Record<string, Shape>> = {
  image_url: address(),
  slack_file: object({}, { id: string(), url: string() }),
};
