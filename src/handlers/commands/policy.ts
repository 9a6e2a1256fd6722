import { judge } from '../../core/operation/policy.ts';
import { type Problem, problem } from '../../core/problem.ts';
import { duration, problemLine } from '../../core/view/words.ts';
import type { Asking, Command, ReadCommand, Reading } from '../command.ts';
import { environmentArgument, serviceArgument } from './arguments.ts';

export function policyOf(registry: () => readonly Command[]): ReadCommand {
  return {
    does: 'read',
    name: 'policy',
    family: 'ops',
    risk: 'read',
    summary: 'Say what a command would need, and which rule says so.',
    args: [
      { name: 'verb', kind: 'word', required: true, named: false, summary: 'The command.' },
      serviceArgument,
      environmentArgument,
    ],
    example: 'policy rollback checkout env=production',
    answer: async (asked) => explain(asked, registry()),
  };
}

function explain(asked: Asking, commands: readonly Command[]): Reading | Problem {
  const { desk, by, args, service, environment } = asked;
  const command = commands.find(({ name }) => name === args['verb']);
  if (!command) return problem('VERB_UNKNOWN', { verb: String(args['verb']) });
  const verdict = judge(desk.settings.policy, {
    verb: command.name,
    family: command.family,
    risk: command.risk,
    service,
    environment,
    requester: by,
    reason: 'asked what would be needed',
  });
  const title = [`${command.name} ${service} · ${environment}`];
  if (!verdict.allowed) {
    return { title, blocks: [{ kind: 'text', text: problemLine(verdict.problem, desk.words) }] };
  }
  const { rule } = verdict;
  const needs = rule.places.map(({ count, from }) => `${count} of ${from}`).join(' and ');
  const facts = [
    { label: 'may ask', value: [rule.requesters.join(', ')] },
    { label: 'approval', value: [needs || 'none'] },
    { label: 'reason', value: [rule.reasonRequired ? 'required' : 'not required'] },
    { label: 'expires', value: [`after ${duration(rule.expiresMs)}`] },
    ...(rule.surfaces ? [{ label: 'approve on', value: [rule.surfaces.join(', ')] }] : []),
    { label: 'rule', value: [rule.where] },
  ];
  return { title, blocks: [{ kind: 'facts', facts }] };
}
