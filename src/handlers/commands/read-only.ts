import type { HaltCommand } from '../command.ts';
import { reasonArgument } from './arguments.ts';
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
  ],
  example: 'read-only on reason="the wrong things are being changed"',
  intent: ({ by: { person, surface }, args }) =>
    args['switch'] === 'on'
      ? { type: 'MakeReadOnly', person, surface, reason: String(args['reason']) }
      : undefined,
  subject: async (asked) => liftedBy('read-only', asked),
};
