/**
 * What Slack takes. Where its pages are silent the number is ours and says so.
 * Blocks: https://docs.slack.dev/reference/block-kit/blocks
 * Elements: https://docs.slack.dev/reference/block-kit/block-elements
 */
export const limits = {
  /** https://docs.slack.dev/reference/block-kit/blocks */
  messageBlocks: 50,
  /** https://docs.slack.dev/surfaces/modals */
  viewBlocks: 100,
  /**
   * All text of a message's blocks together. The limit is not published; messages were refused above 12,000 characters,
   * some with 11,341 of them in many blocks: https://github.com/slackapi/bolt-js/issues/2867
   */
  messageCharacters: 10_000,
  /**
   * With what containers cost beside the text: "12,000 text characters with a buffer for block containers", one more
   * divider was seen to cost 125: https://github.com/slackapi/bolt-js/issues/2509
   */
  messageWeight: 11_800,
  containerWeight: 150,
  /** The same message as JSON. Ours. */
  messageJson: 12_000,
  /** A view is refused above 250 kB: https://docs.slack.dev/reference/methods/views.open. Ours is a third of it. */
  viewCharacters: 60_000,
  viewWeight: 75_000,
  viewJson: 80_000,
  /** chat.update refuses a longer one: https://docs.slack.dev/reference/methods/chat.update. A notification shows far less. */
  notificationText: 400,
  title: 500,
  footnote: 1_000,
  line: 3_000,
  /** https://docs.slack.dev/reference/block-kit/blocks/actions-block */
  actionsElements: 25,
  /** https://docs.slack.dev/reference/block-kit/block-elements/button-element */
  buttonText: 75,
  buttonValue: 2_000,
  url: 3_000,
  actionId: 255,
  /** https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element */
  selectOptions: 100,
  /** All options of a menu together, so that it leaves room for the card. Ours. */
  menuCharacters: 3_500,
  /** https://docs.slack.dev/reference/block-kit/composition-objects/option-object; pages say 75 or 150. */
  optionText: 75,
  optionValue: 75,
  placeholder: 150,
  /** https://docs.slack.dev/reference/views/modal-views */
  viewTitle: 24,
  viewButton: 24,
  privateMetadata: 3_000,
  /** https://docs.slack.dev/reference/block-kit/blocks/input-block */
  inputLabel: 2_000,
  inputHint: 2_000,
  /** https://docs.slack.dev/reference/block-kit/block-elements/plain-text-input-element */
  inputText: 3_000,
} as const;
