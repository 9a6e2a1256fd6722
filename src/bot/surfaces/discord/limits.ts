/**
 * What Discord takes. Where its pages are silent the number is ours and says so.
 * Embeds: https://discord.com/developers/docs/resources/message#embed-object-embed-limits
 * Components: https://discord.com/developers/docs/components/reference
 */
export const limits = {
  /** https://discord.com/developers/docs/resources/message#create-message */
  content: 2_000,
  /** What a notification is read for; longer ones are cut, and a card with a cut title is not whole. Ours. */
  title: 1_500,
  embeds: 10,
  /** All text of all embeds of one message together. */
  embedCharacters: 6_000,
  description: 4_096,
  footer: 2_048,
  /** Small print below a card. Ours. */
  footnote: 900,
  /** One row of a card: it must fit into one description, with what stands around it. Ours. */
  /** https://discord.com/developers/docs/resources/message#attachment-object */
  attachmentDescription: 1024,
  row: 3_500,
  /** A story line. Ours. */
  line: 1_800,
  nonce: 25,
  rows: 5,
  rowButtons: 5,
  customId: 100,
  buttonLabel: 80,
  buttonUrl: 512,
  selectOptions: 25,
  optionLabel: 100,
  placeholder: 150,
  /** https://discord.com/developers/docs/resources/channel#start-thread-from-message */
  threadName: 100,
  /** https://discord.com/developers/docs/resources/message#allowed-mentions-object */
  mentionedUsers: 100,
  modalTitle: 45,
  modalFields: 5,
  labelText: 45,
  labelDescription: 100,
  textInput: 4_000,
  textPlaceholder: 100,
  /** https://discord.com/developers/docs/interactions/application-commands#application-command-object */
  commandDescription: 100,
  commandOptions: 25,
  commandCharacters: 8_000,
  choices: 25,
  choiceText: 100,
  /** A first answer within three seconds, others within fifteen minutes. */
  firstAnswerMs: 3_000,
  tokenMs: 15 * 60_000,
  /** https://discord.com/developers/docs/topics/opcodes-and-status-codes: 30046 counts edits of older messages. */
  lateEditMs: 60 * 60_000,
  /** https://discord.com/developers/docs/topics/rate-limits#global-rate-limit */
  globalPerSecond: 50,
  /** https://discord.com/developers/docs/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans */
  invalidRequests: 10_000,
  invalidWindowMs: 10 * 60_000,
} as const;
