import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { consoleClient, textOf } from '../../support/console-client.ts';
import { eventually } from '../../support/eventually.ts';
import { freePorts } from '../../support/free-ports.ts';
import { startLivingBot } from '../../support/living-bot.ts';
import { launch, tocsin } from '../../support/tocsin-process.ts';
import {
  grantAsThePageSays,
  logins,
  openRedisProcesses,
  type RedisProcesses,
  serverLines,
} from '../redis/redis-processes.ts';
import { filledWith, sizeOf } from './redis-keys.ts';

let processes: RedisProcesses;
let port = 0;
beforeAll(async () => {
  processes = openRedisProcesses();
  [port = 0] = await freePorts(1);
  processes.start(port, 'redis', serverLines(port));
  await grantAsThePageSays(processes.client, [port]);
});
afterAll(() => processes?.stop());

it('a Redis is restored as two people approved it, though Tocsin is killed while keys are carried', async () => {
  const client = processes.client(port);
  await filledWith(client, 60_000, 20);
  const { bot, folder, person } = await startLivingBot(configuration(), env);
  const [ana, ben, cyn] = await Promise.all(['ana', 'ben', 'cyn'].map((id) => person(id)));
  const declared = await ana?.console.says('', 'declare "sessions are gone"');
  const [incident = ''] = /inc-[0-9a-f]+/.exec(declared ?? '') ?? [];
  await ana?.console.says(incident, 'backup checkout cache env=production');
  let page = () => ana?.console.page(`/incidents/${incident}`) ?? Promise.resolve('');
  const shown = async (wanted: RegExp) => {
    let last = '';
    await eventually(
      `the thread shows ${wanted}`,
      async () => {
        last = textOf(await page());
        return wanted.test(last);
      },
      { withinMs: 90_000, say: () => last },
    );
    return last;
  };
  await shown(/DONE/);
  const [id = ''] = readdirSync(join(folder, 'backups/checkout/production/cache'));
  await client.flushdb();
  await client.set('written since', 'x');
  await ana?.console.says(
    incident,
    `restore checkout cache from=${id.split('.')[0]} name=cache-main env=production reason="all sessions are gone"`,
  );
  const plan = await shown(/approve op-\S+ [0-9a-f]{10}/);
  expect(plan).toMatch(/what is in use now, as before_[0-9a-f]{6} \(db0 in db15\)/);
  expect(plan).toContain('nobody is cut off: whoever uses db0 sees the other keys at once');
  const [line = ''] = /approve op-\S+ [0-9a-f]{10}/.exec(plan) ?? [];
  await ben?.console.says(incident, line);
  await cyn?.console.says(incident, line);

  await eventually('keys are carried', async () => (await sizeOf(client, 15)) > 500, {
    withinMs: 60_000,
  });
  await bot.signal('SIGKILL');
  expect(await client.dbsize()).toBe(1);
  const argv = [tocsin, 'start', '--config', join(folder, 'tocsin.yaml')];
  const next = await launch({ argv, env });
  onTestFinished(async () => void (await next.signal('SIGTERM')));
  const again = consoleClient(() => next.urls.console, ana?.cookie ?? '');
  page = () => again.page(`/incidents/${incident}`);
  await shown(/DONE[\s\S]*DONE/);
  expect([await client.dbsize(), await client.exists('written since')]).toEqual([60_000, 0]);
  const [, kept] =
    (await client.multi().select(15).keys('*').select(0).exec())?.map(([, found]) => found) ?? [];
  expect(kept).toEqual(expect.arrayContaining(['written since', 'tocsin:before']));
});

const env = { REDIS_PASSWORD: logins.servers.password };

function configuration(): string {
  const { servers, read } = logins;
  return `console: { listen: 127.0.0.1:0 }
people: [ { id: ana }, { id: ben }, { id: cyn } ]
groups: { sre: { members: [ana, ben, cyn] } }
default_route: { notify: sre }
services:
  checkout:
    match: { app: checkout }
    environments: { production: { cache: { redis: cache-main } } }
policies:
  - { match: { risk: [incident, read] }, requesters: [sre], approvals: [] }
  - { match: { verb: backup }, requesters: [sre], approvals: [] }
  - { match: { risk: danger }, requesters: [sre], approvals: [ { count: 2, from: sre } ] }
targets:
  cache-main:
    redis:
      servers: [ "127.0.0.1:${port}" ]
      username: ${servers.username}
      password: "\${env:REDIS_PASSWORD}"
      read: { username: ${read.username}, password: "\${env:REDIS_PASSWORD}" }
backups: [ { service: checkout, what: cache, to: ./backups } ]
`;
}
