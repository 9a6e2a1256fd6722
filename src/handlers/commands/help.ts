import { code } from '../../core/view/words.ts';
import { usage } from '../arguments.ts';
import type { Command, ReadCommand, Reading } from '../command.ts';

/** Generated from the registry, which hands itself in: a command cannot be forgotten here. */
export function helpOf(registry: () => readonly Command[]): ReadCommand {
  return {
    does: 'read',
    name: 'help',
    family: 'ops',
    risk: 'read',
    summary: 'Say what can be asked, or how one command is written.',
    args: [
      { name: 'command', kind: 'word', required: false, named: false, summary: 'One command.' },
    ],
    example: 'help rollback',
    answer: async ({ args }) => {
      const commands = registry();
      const one = commands.find(({ name }) => name === args['command']);
      return one ? aboutOne(one) : overview(commands);
    },
  };
}

function aboutOne(command: Command): Reading {
  const facts = [
    { label: 'write', value: [code(usage(command))] },
    { label: 'example', value: [code(command.example)] },
    { label: 'risk', value: [command.risk] },
    ...command.args.map(({ name, summary }) => ({ label: name, value: [summary] })),
  ];
  return { title: [command.summary], blocks: [{ kind: 'facts', facts }] };
}

function overview(commands: readonly Command[]): Reading {
  const families = [...new Set(commands.map(({ family }) => family))];
  return {
    title: ['What can be asked'],
    blocks: families.map((family) => ({
      kind: 'list',
      title: family,
      items: commands
        .filter((command) => command.family === family)
        .map((command) => [code(usage(command)), `  ${command.summary}`]),
      more: 0,
    })),
  };
}
