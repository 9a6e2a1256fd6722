import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { tailJournal } from '../../src/journal/index.ts';
import { eventually } from '../support/eventually.ts';
import { launch, tocsin } from '../support/tocsin-process.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tocsin-load-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function configure(members: string, approvals: string): string {
  const file = join(folder, 'tocsin.yaml');
  writeFileSync(
    file,
    `version: 1
server:  { listen: 127.0.0.1:0 }
console: { listen: 127.0.0.1:0, tokens: { ci: { token: "\${env:CI_TOKEN}", scopes: [read] } } }
metrics: { listen: 127.0.0.1:0 }
journal: { path: ${join(folder, 'tocsin.db')} }
people: [ { id: ana, name: Ana }, { id: ben, name: Ben } ]
groups: { sre: { members: [${members}] } }
default_route: {}
policies:
  - { match: { risk: change }, requesters: [sre], approvals: ${approvals} }
`,
  );
  return file;
}

const env = { CI_TOKEN: 'a-token-that-nobody-may-read', TOCSIN_CONFIG: '' };

const tail = () =>
  tailJournal(join(folder, 'tocsin.db'), { limit: 1000 })
    .recorded.map(({ event }) => JSON.stringify(event))
    .join('\n');

/** From a start to its end; answers what is on the record then. */
async function life(file: string, told: number): Promise<string> {
  const bot = await launch({ argv: [tocsin, 'start', '--config', file], env });
  await eventually('the start is told', () => tail().split('"SecurityNoticed"').length > told, {
    withinMs: 30_000,
  });
  await bot.signal('SIGTERM');
  return tail();
}

const loads = (tail: string) =>
  tail.split('\n').filter((line) => line.includes('"ConfigurationLoaded"'));

it('what changed in rules and groups is on the record of the next start, and told once', async () => {
  const first = await life(configure('ana, ben', '[ { count: 1, from: sre } ]'), 0);
  expect(loads(first)).toHaveLength(1);
  expect(first).not.toContain('SecurityNoticed');

  const second = await life(configure('ana', '[]'), 1);
  expect(loads(second)).toHaveLength(2);
  const notice = second.split('\n').find((line) => line.includes('SecurityNoticed')) ?? '';
  expect(notice).toContain('configuration-changed');
  expect(notice).toContain('group sre changed: members ana');
  expect(notice).toMatch(/rule \S*tocsin\.yaml:\d+ changed/);
  expect(second).not.toContain(env.CI_TOKEN);

  const third = await life(configure('ana', '[]'), 1);
  expect(loads(third)).toHaveLength(2);
  expect(third.split('"SecurityNoticed"')).toHaveLength(2);
}, 120_000);
