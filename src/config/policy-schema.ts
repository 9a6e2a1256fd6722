import { z } from 'zod';
import { SEVERITIES } from '../core/alert/severity.ts';
import { DAYS } from '../core/operation/match.ts';
import { isTicketPattern } from '../core/operation/ticket.ts';
import { isCron } from './cron.ts';
import {
  clockTimes,
  duration,
  field,
  flag,
  integer,
  keys,
  moment,
  name,
  named,
  number,
  oneOf,
  oneOrMany,
  scalar,
  text,
  timeZone,
} from './field.ts';

/* The shape of the sections that decide who may do what. */

const ticketPattern = field('ticket pattern', (written) =>
  typeof written === 'string' && isTicketPattern(written)
    ? { value: written }
    : {
        why: 'it is letters, digits and . _ / # -, with a * at the end for the rest',
        instead: 'write for example OPS-*',
      },
);

const RISKS = ['read', 'incident', 'change', 'danger'] as const;

const valueMatch = keys({
  above: number.optional().describe('A larger number.'),
  below: number.optional().describe('A smaller number.'),
  is: oneOrMany(scalar).optional().describe('One of these values.'),
});

export const timeWindow = keys({
  days: oneOrMany(oneOf(DAYS)).optional().describe('Days it begins on; every day when absent.'),
  between: clockTimes
    .optional()
    .describe(
      'From when to when, the end left out; the whole day when absent. `22:00-06:00` goes past midnight and belongs to the day it begins on.',
    ),
  time_zone: timeZone.describe('The zone of both.'),
});

const match = keys({
  verb: oneOrMany(text).optional().describe('Commands.'),
  family: oneOrMany(text)
    .optional()
    .describe('Families of commands: ops, incident, change, danger.'),
  risk: oneOrMany(oneOf(RISKS)).optional().describe('Risk of the plan.'),
  environment: oneOrMany(name).optional().describe('Environments of the catalog.'),
  service: oneOrMany(name).optional().describe('Services of the catalog.'),
  surface: oneOrMany(text).optional().describe('Kinds of surfaces the request comes from.'),
  target: oneOrMany(name)
    .optional()
    .describe(
      'Targets that would be written, by their names here. `deny` holds when one of them is named, `match` when all are.',
    ),
  group: oneOrMany(name).optional().describe('Groups of whoever asks.'),
  on_call: flag
    .optional()
    .describe("Only `true`: whoever asks is in the service's `on_call` group now."),
  severity: oneOrMany(oneOf(SEVERITIES))
    .optional()
    .describe(
      'Of the open incidents about the same service. Labels of alerts can only raise what is needed; it is lowered by a severity that somebody set who neither asks nor approves.',
    ),
  args: named(valueMatch)
    .optional()
    .describe('Arguments of the command, by name: `{ replicas: { above: 20 } }`.'),
  when: timeWindow.optional().describe('A time of the week.'),
});

const approval = keys({
  count: integer(1, 20).describe('How many different people.'),
  from: name.describe('Group they are members of.'),
});

const breakGlass = keys({
  from: z.array(name).describe('Groups whose members may.'),
  per_day: integer(1, 20).default(1).describe('How often one person may within 24 hours.'),
});

export const rule = keys({
  deny: match.optional().describe('Refuses what matches, before every other rule.'),
  match: match.optional().describe('What the rule is about; `{}` is everything.'),
  requesters: z
    .array(name)
    .optional()
    .describe('Groups whose members may ask; needed with `match`.'),
  surfaces: z
    .array(text)
    .optional()
    .describe('Kinds of surfaces that may approve; all when absent.'),
  reason: oneOf(['required', 'optional']).optional().describe('Whether the request must say why.'),
  ticket: oneOrMany(ticketPattern)
    .optional()
    .describe(
      'What the ticket looks like that a plan has to name (`ticket=OPS-123`); one pattern is to fit. No ticket is asked for when absent.',
    ),
  step_up: oneOf(['required', 'none'])
    .optional()
    .describe(
      'Whether each approval comes with a passkey or a code, given in the console for that very plan; `none` when absent.',
    ),
  expires: duration('1m', '1d')
    .optional()
    .describe('How long the plan waits for approvals; `30m` when absent.'),
  approvals: z
    .array(approval)
    .optional()
    .describe('Places to fill; one person fills one place, never the requester.'),
  undo: keys({
    within: duration('1m', '1d').describe('How long after the end of the operation.'),
    danger: flag
      .optional()
      .describe('Also where it is dangerous to take it back; not when absent.'),
  })
    .optional()
    .describe(
      'Whoever approves a plan approves its undo as well: asked for by them or by the requester, it runs without a further approval.',
    ),
  longest_silence: duration('1m', '7d')
    .optional()
    .describe(
      'How long a silence that it lets through lasts at most, from when it is asked for; a day when absent.',
    ),
  tell: z
    .array(name)
    .optional()
    .describe(
      'Groups that are mentioned in the thread when a plan is asked for, when it may begin and when it has ended.',
    ),
  quotas: keys({
    per_hour: integer(1, 1000).optional().describe('How many may begin within an hour.'),
    concurrent: integer(1, 100).optional().describe('How many may be under way at a time.'),
  })
    .optional()
    .describe(
      'Of all that this rule lets through. What is beyond is not planned, and what is approved waits until it may begin.',
    ),
  break_glass: breakGlass
    .optional()
    .describe(
      'Who may do without the approvals when there is nobody else, with a reason, told to everybody and reviewed afterwards; nobody when absent.',
    ),
});

export const fuse = keys({
  danger_per_hour: integer(1, 100)
    .default(5)
    .describe(
      'The dangerous operation that would be this many within an hour makes everything read-only instead.',
    ),
  call: oneOrMany(name)
    .optional()
    .describe('Groups that are called then; that of `default_route` when absent.'),
});

export const ask = keys({
  every: duration('10s', '1h')
    .default(120_000)
    .describe('How long the one who was asked has before the next one is asked too.'),
  at_once: integer(1, 20)
    .default(1)
    .describe('How many are asked at a time; as many as are still needed at least.'),
});

export const quotas = keys({
  pending: integer(1, 100)
    .default(3)
    .describe('How many plans one requester may have waiting for approval at a time.'),
});

export const cron = field('cron expression', (written) =>
  typeof written === 'string' && isCron(written)
    ? { value: written }
    : {
        why: 'it is no cron expression: minute, hour, day of the month, month, day of the week',
        instead: 'write for example "0 18 * * fri"',
      },
);

export const freeze = keys({
  name: name.describe('What it is called; refusals name it.'),
  cron: cron.describe('When it begins.'),
  for: duration('1m', '31d').describe(
    'How long it holds: as many hours as it says, also when the clocks change.',
  ),
  time_zone: timeZone.describe('The zone of the beginning.'),
  services: z.array(name).optional().describe('What it freezes; everything when absent.'),
  reason: text.describe('Why; whoever is kept waiting reads it.'),
});

const policyQuestion = keys({
  verb: text.describe('The command.'),
  risk: oneOf(RISKS).optional().describe("Of its plan; the command's own when absent."),
  service: name.optional().describe('The service; none when absent.'),
  environment: name.optional().describe('Its environment; none when absent.'),
  by: name.describe('Who asks.'),
  groups: z
    .array(name)
    .default([])
    .describe(
      'Groups that a directory would put them in; those of `members:` count by themselves.',
    ),
  surface: oneOf(['console', 'slack', 'discord']).default('console').describe('Where it is asked.'),
  reason: text.optional().describe('Why; no reason when absent.'),
  ticket: text.optional().describe('The ticket it names; none when absent.'),
  targets: oneOrMany(name)
    .optional()
    .describe('What would be written; all targets of the service there when absent.'),
  args: z.record(z.string(), scalar).default({}).describe('Arguments, by name.'),
  severity: oneOf(SEVERITIES)
    .optional()
    .describe('Of an open incident about the service; no incident when absent.'),
  severity_by: oneOrMany(name)
    .optional()
    .describe('Who set or confirmed it; only a label says so when absent.'),
  at: moment
    .default(Date.UTC(2026, 0, 7, 12))
    .describe('When, with its zone; a Wednesday noon in UTC when absent.'),
});

export const policyTest = keys({
  ask: policyQuestion.describe('The request.'),
  expect: text.describe('`allowed`, `refused`, or the code of the refusal.'),
  approvals: z
    .array(approval)
    .optional()
    .describe(
      'With `allowed`: exactly the places that are to be filled; not looked at when absent.',
    ),
  step_up: oneOf(['required', 'none'])
    .optional()
    .describe(
      'With `allowed`: whether each approval has to come with a second factor; not looked at when absent.',
    ),
});
