import { originOf } from '../../core/origin.ts';
import type { HaltCommand } from '../command.ts';
import { reasonArgument, ticketArgument } from './arguments.ts';
import { liftedBy } from './subject.ts';

export const readOnly: HaltCommand = {
  does: 'halt',
  name: 'read-only',
  family: 'ops',
  risk: 'change',
  summary:
    'on: no change begins any more, at once. off: plan to lift that, with an approval by the policy.',
  args: [
    {
      name: 'switch',
      kind: 'word',
      required: true,
      named: false,
      summary: 'on or off.',
      choices: ['on', 'off'],
    },
    { ...reasonArgument, required: true, summary: 'Why; whoever is kept waiting reads it.' },
    ticketArgument,
  ],
  example: 'read-only on reason="the wrong things are being changed"',
  intent: ({ by, args }) => {
    if (args['switch'] !== 'on') return undefined;
    const { person, surface } = by;
    const reason = String(args['reason']);
    return { type: 'MakeReadOnly', person, surface, reason, where: originOf(by) };
  },
  subject: async (asked) => liftedBy('read-only', asked),
};
