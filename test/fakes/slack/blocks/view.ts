import { recordsOf } from '../json.ts';
import { viewBlocks } from './blocks.ts';
import { plainText } from './composition.ts';
import { also, boolean, object, oneOf, type Shape, string } from './shape.ts';

const both = {
  blocks: viewBlocks,
  private_metadata: string({ max: 3000, min: 0 }),
  callback_id: string({ max: 255, min: 0 }),
  external_id: string({ max: 255, min: 0 }),
};

/** https://docs.slack.dev/reference/views/modal-views */
export const modal: Shape = also(
  object(
    { type: oneOf('modal'), title: plainText(24), blocks: viewBlocks },
    {
      ...both,
      close: plainText(24),
      submit: plainText(24),
      clear_on_close: boolean,
      notify_on_close: boolean,
    },
  ),
  (value) =>
    value['submit'] === undefined && recordsOf(value['blocks']).some(({ type }) => type === 'input')
      ? 'missing required field: submit'
      : undefined,
);

/** https://docs.slack.dev/reference/views/home-tab-views */
export const home: Shape = object({ type: oneOf('home'), blocks: viewBlocks }, both);
