import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseRunbook } from '../../../src/core/runbook/parse.ts';
import { sayFault } from '../../../src/core/runbook/runbook.ts';
import { commands } from '../../../src/handlers/commands/index.ts';
import { parseLine } from '../../../src/handlers/grammar.ts';

const folder = join(import.meta.dirname, '../../../runbooks');
const files = readdirSync(folder).filter((file) => file !== 'README.md');
const context = {
  verbs: new Set(commands.map(({ name }) => name)),
  pages: new Set(files),
};

describe('the runbooks that come with it', () => {
  it('are there', () => {
    expect(files.sort()).toEqual([
      'DatabaseLost.md',
      'DatabaseReplicationLag.md',
      'DiskSpaceLow.md',
      'HighErrorRate.md',
      'KubePodCrashLooping.md',
      'PatroniHasNoLeader.md',
      'RedisMissingMaster.md',
      'ServiceDown.md',
    ]);
  });

  it.each(files)('are sound: %s', (file) => {
    const parsed = parseRunbook({ path: `runbooks/${file}`, text: text(file) }, context);
    expect(parsed.ok ? [] : parsed.faults.map(sayFault)).toEqual([]);
  });

  it.each(files)('hold only commands whose arguments exist: %s', (file) => {
    const parsed = parseRunbook({ path: `runbooks/${file}`, text: text(file) }, context);
    if (!parsed.ok) throw new Error('not sound');
    const typed = [...parsed.runbook.diagnosis, ...parsed.runbook.act].flatMap(
      (step) => step.commands,
    );
    expect(typed.length).toBeGreaterThan(4);
    for (const line of typed) {
      const read = parseLine(line);
      if ('code' in read) throw new Error(`${line}: ${read.code}`);
      const command = commands.find(({ name }) => name === read.verb);
      const known = command?.args.map(({ name }) => name) ?? [];
      expect(known, line).toEqual(expect.arrayContaining(Object.keys(read.named)));
    }
  });

  it('stand all in the table of the README', () => {
    const readme = text('README.md');
    expect(files.filter((file) => !readme.includes(`](${file})`))).toEqual([]);
  });
});

function text(file: string): string {
  return readFileSync(join(folder, file), 'utf8');
}
