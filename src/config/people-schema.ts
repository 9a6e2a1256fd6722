import { z } from 'zod';
import { duration, integer, keys, name, notBuilt, oneOrMany, text } from './field.ts';

/* The shape of the sections that say who there is. */

export const person = keys({
  id: name.describe('Stable id: stands in the journal for ever.'),
  name: text.optional().describe('As cards say it; the id when absent.'),
  slack: oneOrMany(text)
    .optional()
    .describe('Account as `TEAM/USER`, by their ids; a list where a person has several.'),
  discord: oneOrMany(text)
    .optional()
    .describe('Account as `GUILD/USER`, by their ids; a list where a person has several.'),
  pagerduty: oneOrMany(text)
    .optional()
    .describe(
      'Id of the user there, as in the address of its page; a list where a person has several.',
    ),
});

export const group = keys({
  members: z.array(name).optional().describe('Ids of people.'),
  slack_usergroup: text
    .optional()
    .describe('A user group of a workspace that is configured, as `TEAM/GROUP` by their ids.'),
  discord_role: text
    .optional()
    .describe('A role of a guild that is configured, as `GUILD/ROLE` by their ids.'),
  pagerduty_schedule: text
    .optional()
    .describe('Whoever is on call in this schedule of PagerDuty now, by its id.'),
  pagerduty_level: keys({
    policy: text.describe('Id of the escalation policy.'),
    level: integer(1, 20).describe('Which level of it, from 1.'),
  })
    .optional()
    .describe('Whoever is on call at this level of an escalation policy now.'),
  grafana_team: notBuilt('grafana directory', 'write members: [ … ]', true),
});

export const directories = keys({
  count_within: duration('0s', '15m')
    .default(60_000)
    .describe('How old an answer about who is in a group may be to decide by it.'),
  tell_within: duration('1m', '7d')
    .default(86_400_000)
    .describe('How old it may be to tell people by it: whom to mention, who could approve.'),
});
