import type { Problem } from '../../core/problem.ts';
import type { Asking, ReadCommand, Reading } from '../command.ts';
import { environmentArgument, serviceArgument } from './arguments.ts';
import { workloadOf } from './health.ts';

const linesDefault = 40;
const linesMax = 200;

export const logs: ReadCommand = {
  does: 'read',
  name: 'logs',
  family: 'ops',
  risk: 'read',
  summary: 'Show the last log lines of a service, errors first, secrets masked.',
  args: [
    serviceArgument,
    {
      name: 'lines',
      kind: 'count',
      required: false,
      named: true,
      summary: `${linesDefault} when left out, ${linesMax} at most.`,
    },
    environmentArgument,
  ],
  example: 'logs checkout lines=100',
  answer,
};

async function answer(asked: Asking): Promise<Reading | Problem> {
  const { service, environment, args } = asked;
  const workload = workloadOf('logs', asked);
  if ('code' in workload) return workload;
  const lines = Math.min(Number(args['lines'] ?? linesDefault), linesMax);
  const looked = await workload.reader.logs(workload.target, { lines, errorsFirst: true });
  if (!looked.ok) return looked.problem;
  const { value: found } = looked;
  const text = found.lines.map(({ instance, text: line }) => `${instance}  ${line}`).join('\n');
  const cut = found.cut ? ' · there is more' : '';
  return {
    title: [`Logs of ${service} · ${environment}`],
    blocks: [
      {
        kind: 'code',
        title: `${found.read} of ${found.of} instances, errors first${cut}`,
        text: text || 'No lines.',
      },
    ],
  };
}
