import type { Called } from '../../core/operation/glass.ts';
import type { OperationState } from '../../core/operation/operation.ts';
import { deciders } from '../../core/operation/places.ts';
import type { Asking, GateCommand } from '../command.ts';
import { operationArgument, reasonArgument } from './arguments.ts';

export const breakGlass: GateCommand = {
  does: 'gate',
  name: 'break-glass',
  family: 'ops',
  risk: 'danger',
  summary:
    'Do without the approvals of a plan when there is nobody else. Everybody is told, and somebody else reviews it within a day.',
  args: [
    operationArgument,
    {
      name: 'hash',
      kind: 'word',
      required: true,
      named: false,
      summary:
        'The first ten characters of the plan, as the card shows it: typed, so that it was read.',
    },
    {
      ...reasonArgument,
      required: true,
      summary: 'Why nobody could approve it; whoever reviews it reads it.',
    },
  ],
  example: 'break-glass op-3f9a2c7d11 7f3a9c21b0 reason="checkout is down, nobody answers"',
  intent: async (asked, operation, shown) => ({
    type: 'BreakGlass',
    at: asked.at,
    by: asked.by,
    hash: String(asked.args['hash']),
    typed: true,
    reason: String(asked.args['reason']),
    shown: { ...shown, typed: true },
    told: await calledBy(asked, operation),
  }),
};

/** Whoever is called at night about the incident, and whoever could have approved. */
async function calledBy(
  { desk }: Asking,
  { asked, rule }: OperationState,
): Promise<readonly Called[]> {
  const incident = asked?.incident ? await desk.incident(asked.incident) : undefined;
  const notify = incident?.opened.notify ?? '';
  const groups = [...(notify === '' ? [] : [notify]), ...(rule ? deciders(rule) : [])];
  return [...new Set(groups)].map((group) => ({ group, people: desk.members(group).people }));
}
