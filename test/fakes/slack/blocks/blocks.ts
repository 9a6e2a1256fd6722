import { recordsOf } from '../json.ts';
import { anyText, imageSource, mrkdwn, plainText } from './composition.ts';
import { image, inAccessory, inActions, inInput } from './elements.ts';
import {
  also,
  anything,
  boolean,
  list,
  object,
  oneOf,
  type Shape,
  string,
  typed,
} from './shape.ts';

type Fields = Readonly<Record<string, Shape>>;

function block(type: string, required: Fields, optional: Fields = {}): Shape {
  return object(
    { type: oneOf(type), ...required },
    { block_id: string({ max: 255, min: 0 }), ...optional },
  );
}

/** https://docs.slack.dev/reference/block-kit/blocks/section-block */
const section = also(
  block(
    'section',
    {},
    {
      text: anyText(3000),
      fields: list(anyText(2000), { max: 10 }),
      accessory: typed(inAccessory),
      expand: boolean,
    },
  ),
  (value) =>
    value['text'] === undefined && value['fields'] === undefined
      ? 'must define either text or fields'
      : undefined,
);

/** https://docs.slack.dev/reference/block-kit/blocks/actions-block */
const actions = also(
  block('actions', { elements: list(typed(inActions), { max: 25 }) }),
  (value) => {
    const ids = recordsOf(value['elements']).flatMap(({ action_id: id }) => (id ? [id] : []));
    return new Set(ids).size < ids.length ? 'action_id must be unique within its block' : undefined;
  },
);

const context = block('context', {
  elements: list(typed({ image, plain_text: plainText(3000), mrkdwn: mrkdwn(3000) }), { max: 10 }),
});

const header = block('header', { text: plainText(150) });

const imageBlock = block(
  'image',
  { alt_text: string({ max: 2000 }) },
  { ...imageSource, title: plainText(2000) },
);

const input = block(
  'input',
  { label: plainText(2000), element: typed(inInput) },
  { hint: plainText(2000), optional: boolean, dispatch_action: boolean },
);

const rawCell = object({ type: oneOf('raw_text'), text: string() });
const numberCell = object({ type: oneOf('raw_number'), value: anything, text: string() });
const richCell = object({ type: oneOf('rich_text'), elements: anything }, { block_id: string() });

/** https://docs.slack.dev/reference/block-kit/blocks/table-block */
const table = block(
  'table',
  {
    rows: list(
      list(typed({ raw_text: rawCell, raw_number: numberCell, rich_text: richCell }), { max: 20 }),
      { max: 100 },
    ),
  },
  { column_settings: list(anything, { max: 20 }) },
);

const richText = block('rich_text', {
  elements: list(
    typed({
      rich_text_section: anything,
      rich_text_list: anything,
      rich_text_quote: anything,
      rich_text_preformatted: anything,
    }),
    { min: 0, max: 1000 },
  ),
});

const shared: Fields = {
  section,
  actions,
  context,
  header,
  image: imageBlock,
  divider: block('divider', {}),
  rich_text: richText,
  video: anything,
};

const inMessage: Fields = {
  ...shared,
  // Since 2024 a message may ask for input too.
  input,
  table,
  markdown: block('markdown', { text: string({ max: 12_000 }) }),
  file: anything,
};

const inView: Fields = { ...shared, input };

export const messageBlocks: Shape = list(typed(inMessage), { min: 0, max: 50 });
export const viewBlocks: Shape = list(typed(inView), { min: 0, max: 100 });
