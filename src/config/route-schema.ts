import { z } from 'zod';
import { duration, flag, keys, labelValue, name, oneOrMany, text } from './field.ts';

/* Where incidents are shown, who sees them, and who may take their record out. */

export const labels = z.record(z.string(), labelValue);

const routeTo = {
  slack: oneOrMany(text)
    .optional()
    .describe('Where it is shown: `"NAME/#channel"`; a list for several workspaces.'),
  discord: oneOrMany(text)
    .optional()
    .describe('Where it is shown: `NAME/channel`; a list for several guilds.'),
  notify: name.optional().describe('Group that is mentioned.'),
};

const page = text
  .optional()
  .describe('Whom it wakes: `NAME/WAY`, a way of `pages:` under `sources.pagerduty.NAME`.');

export const security = keys({
  ...routeTo,
  notify: name
    .optional()
    .describe(
      'Group that is mentioned when a notice is critical; that of default_route when absent.',
    ),
  page: text
    .optional()
    .describe(
      'Whom a critical notice wakes: `NAME/WAY`, a way of `pages:` under `sources.pagerduty.NAME`; that of default_route when absent.',
    ),
});

export const route = keys({
  match: labels.describe('Labels that must all hold.'),
  ...routeTo,
  page,
  private: flag
    .optional()
    .describe(
      'Whether what it takes is seen by `members` alone; in chat in its own places, or nowhere.',
    ),
  members: z
    .array(name)
    .optional()
    .describe(
      'Of a private route: groups whose members see what it takes; the one it notifies when absent.',
    ),
});
export const defaultRoute = keys({ ...routeTo, page });

export const correlationRule = keys({
  same: z
    .array(text)
    .describe(
      'Labels that are equal in what is one incident; `service` and `environment` are those of `services:`.',
    ),
  within: duration('1s', '7d')
    .optional()
    .describe(
      'How far from the others something may have begun to belong to them; without it, as long as the incident is open.',
    ),
  match: labels.optional().describe('Labels that must all hold; everything when absent.'),
  sources: z
    .array(text)
    .optional()
    .describe('Whose alerts and pages it speaks of: `alertmanager/NAME`; all when absent.'),
});

export const record = keys({
  export: z
    .array(name)
    .default([])
    .describe('Groups whose members may take the record of an incident out; nobody when absent.'),
});
