import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it, onTestFinished } from 'vitest';
import { consoleClient, textOf } from '../../support/console-client.ts';
import { eventually } from '../../support/eventually.ts';
import { startLivingBot } from '../../support/living-bot.ts';
import { launch, type TocsinProcess, tocsin } from '../../support/tocsin-process.ts';
import { startHaproxy } from '../haproxy/haproxy-server.ts';
import { type Edge, serviceLines, targetEnv, targetLines } from './configuration.ts';
import { momentsOf, survives } from './killing.ts';
import {
  forgetTemplate,
  type PostgresSet,
  passwords,
  startPostgresSet,
} from './postgres-servers.ts';
import { startProxy, type TurnedProxy } from './proxy.ts';
import { missingFrom, startWriter } from './writer.ts';

afterAll(forgetTemplate);

it('a failover that two people approve loses no row, though Tocsin is killed in its fence, before its promotion, and at whatever moment', async () => {
  const set = await startPostgresSet();
  onTestFinished(() => set.stop());
  const [old, ...replicas] = set.nodes;
  if (!old) throw new Error('there is a primary');
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-night-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const hold = join(folder, 'hold');
  const proxy = await startProxy(folder, old.port);
  onTestFinished(() => proxy.stop());
  const edge = await startHaproxy(
    set.nodes.map(
      ({ name, port }) => `${name} 127.0.0.1:${port}${name === old.name ? '' : ' disabled'}`,
    ),
  );
  onTestFinished(() => edge.stop());
  const env = targetEnv(hold);
  const living = await startLivingBot(configuration(set, proxy, edge), env);
  const [ana, ben, cyn] = await Promise.all(['ana', 'ben', 'cyn'].map((id) => living.person(id)));
  const writer = startWriter({ nodes: [proxy, edge] });
  onTestFinished(() => writer.stop());
  await eventually('rows are acknowledged', () => writer.acknowledged().length > 100);

  const declared = await ana?.console.says('', 'declare "the primary is slow"');
  const [incident = ''] = /inc-[0-9a-f]+/.exec(declared ?? '') ?? [];
  expect(incident, declared).not.toBe('');
  const asked = await ana?.console.says(
    incident,
    'failover checkout database env=production to=db-3 reason="the host is replaced"',
  );
  const page = await eventually(
    'the plan is shown',
    async () => {
      const shown = textOf((await ben?.console.page(`/incidents/${incident}`)) ?? '');
      return /approve op-\S+ [0-9a-f]{10}/.test(shown) && shown;
    },
    { say: () => asked ?? '' },
  );
  expect(page).toContain('No acknowledged write is lost.');
  expect(page).toContain('seconds without writes');
  expect(page).toContain('fence.sh fence');
  expect(page).not.toContain(passwords.tocsin);

  // The fence will be held half-way, and the replica will have received what it does not replay.
  writeFileSync(hold, '');
  for (const each of replicas) await set.ask(each, 'SELECT pg_wal_replay_pause()');
  const [line = ''] = /approve op-\S+ [0-9a-f]{10}/.exec(page) ?? [];
  await ben?.console.says(incident, line);
  await cyn?.console.says(incident, line);
  await eventually('the fence is half-way', () => existsSync(join(old.data, 'pg_hba.open')));
  await living.bot.signal('SIGKILL');
  rmSync(hold);

  const second = await restarted(living.folder, env);
  await eventually(
    'the fence is found to hold, and the replica is waited for',
    async () => /done s1 .* running s2 /.test(textOf(await shownBy(second, ana?.cookie, incident))),
    { withinMs: 30_000 },
  );
  await second.signal('SIGKILL');
  for (const each of replicas) await set.ask(each, 'SELECT pg_wal_replay_resume()');

  const third = await restarted(living.folder, env);
  await eventually(
    'the failover is done',
    async () => />DONE</.test(await shownBy(third, ana?.cookie, incident)),
    { withinMs: 90_000 },
  );
  const before = writer.acknowledged().length;
  await eventually('rows go on', () => writer.acknowledged().length > before + 50);
  const promoted = set.nodes.find(({ name }) => name === 'db-3');
  if (!promoted) throw new Error('there is a third node');
  expect(await missingFrom(set, promoted, writer.acknowledged())).toEqual([]);
  const roles = await eventually('the set is whole', set.roles);
  expect(roles.primary.name).toBe('db-3');
  expect(await edge.say('show servers state pg_write')).toMatch(/ db-3 127\.0\.0\.1 2 [04] /);
  expect(await edge.say('show servers state pg_write')).toMatch(/ db-1 127\.0\.0\.1 0 1 /);

  const cookies = [ana, ben, cyn].map((each) => each?.cookie ?? '');
  const restart = () => restarted(living.folder, env);
  let bot = third;
  for (const moment of momentsOf(new Date())) {
    bot = await survives({ set, writer, cookies, restart }, bot, moment);
  }
}, 600_000);

async function restarted(folder: string, env: Readonly<Record<string, string>>) {
  const bot = await launch({
    argv: [tocsin, 'start', '--config', join(folder, 'tocsin.yaml')],
    env,
  });
  onTestFinished(async () => void (await bot.signal('SIGTERM')));
  return bot;
}

function shownBy(bot: TocsinProcess, cookie = '', incident = ''): Promise<string> {
  return consoleClient(() => bot.urls.console, cookie).page(`/incidents/${incident}`);
}

function configuration(set: PostgresSet, proxy: TurnedProxy, edge: Edge): string {
  return `console: { listen: 127.0.0.1:0 }
people: [ { id: ana }, { id: ben }, { id: cyn } ]
groups: { sre: { members: [ana, ben, cyn] } }
default_route: { notify: sre }
policies:
  - { match: { risk: [incident, read] }, requesters: [sre], approvals: [] }
  - { match: { risk: danger }, requesters: [sre], approvals: [ { count: 2, from: sre } ] }
fuse: { danger_per_hour: 100 }
${serviceLines}${targetLines(set, proxy, edge)}`;
}
