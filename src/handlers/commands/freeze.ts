import { parseDuration } from '../../core/duration.ts';
import { everything } from '../../core/operation/halt.ts';
import { originOf } from '../../core/origin.ts';
import { problem } from '../../core/problem.ts';
import type { HaltCommand } from '../command.ts';
import { reasonArgument, scopeArgument } from './arguments.ts';

/** A longer one is a decision for the configuration. */
const longestMs = 7 * 24 * 60 * 60_000;

export const freeze: HaltCommand = {
  does: 'halt',
  name: 'freeze',
  family: 'ops',
  risk: 'read',
  summary: 'Keep changes of a service, or of all, from beginning until a time. Needs no approval.',
  args: [
    scopeArgument,
    {
      name: 'for',
      kind: 'duration',
      required: true,
      named: true,
      summary: 'How long: 30m, 2h; a week at most.',
    },
    { ...reasonArgument, required: true, summary: 'Why; whoever is kept waiting reads it.' },
  ],
  example: 'freeze checkout for=2h reason="the audit runs"',
  intent: ({ desk, at, by, args }) => {
    const scope = String(args['scope']);
    const services = desk.settings.catalog.services.map(({ name }) => name);
    if (scope !== everything && !services.includes(scope)) {
      return problem('SERVICE_UNKNOWN', { service: scope, known: services.join(', ') });
    }
    const durationMs = parseDuration(String(args['for'])) ?? 0;
    if (durationMs < 60_000 || durationMs > longestMs) {
      return problem('FREEZE_TIME', { given: String(args['for']) });
    }
    const { person, surface } = by;
    return {
      type: 'Freeze',
      at,
      scope,
      durationMs,
      person,
      surface,
      reason: String(args['reason']),
      where: originOf(by),
    };
  },
};
