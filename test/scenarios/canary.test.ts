import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { hostDoorPath } from '../../src/bot/host-door.ts';
import { type Sandbox, startSandbox, type WorkloadSeed } from '../../src/sandbox/index.ts';
import { type ConfigFolder, configFolder } from '../support/config-file.ts';
import { consoleClient, sessionOf, textOf } from '../support/console-client.ts';
import { eventually } from '../support/eventually.ts';
import { launch, run, type TocsinProcess, tocsin } from '../support/tocsin-process.ts';
import { crashLooping, webhookBody } from './night/alertmanager.ts';
import { bad, good } from './night/cluster.ts';

/** One word for each place a secret can stand in; none of them may ever be seen again. */
const canaries = {
  env: 'canary-env-4hq7',
  secretEnv: 'canary-password-9xk2',
  args: 'canary-args-2mv8',
  annotation: 'canary-annotation-7pt3',
  podAnnotation: 'canary-pod-annotation-5rw1',
  logPassword: 'canary-log-password-6jd9',
  logBearer: 'canary-log-bearer-3ns4',
  logUrl: 'canary-log-url-8bz6',
  kubeconfigRead: 'canary-kubeconfig-read-1qy5',
  kubeconfigWrite: 'canary-kubeconfig-write-6uf2',
  bearer: 'canary-bearer-9ce7',
  wrongBearer: 'canary-wrong-bearer-2lg4',
  vendorError: 'canary-vendor-error-7vo3',
  vendorRefusal: 'canary-vendor-refusal-8da5',
};

/** What must be found, so that a search that finds nothing means something. */
const plain = 'KubePodCrashLooping';

it('no secret leaves its place, through a whole evening', { timeout: 180_000 }, async () => {
  const cluster = await startCluster();
  const files = configFolder(cluster, { read: '{ kubeconfig: ./read.kubeconfig }' });
  writeCredentials(files, cluster);
  const env = {
    STORY_BEARER: canaries.bearer,
    STORY_WRITE: canaries.kubeconfigWrite,
    TOCSIN_LOG_LEVEL: 'trace',
  };
  const bot = await launch({ argv: [tocsin, 'start', '--config', files.file], env });
  try {
    const seen = await play(bot, { cluster, files });
    for (const [name, command] of [
      ['doctor', ['doctor']],
      ['tail', ['journal', 'tail']],
      ['export', ['journal', 'export', seen.incident]],
      ['backup', ['journal', 'backup', join(files.folder, 'data', 'backup.db')]],
    ] as const) {
      const { stdout, stderr } = await run({
        argv: [tocsin, ...command, '--config', files.file],
        env,
      });
      seen.texts.set(name, stdout + stderr);
    }
    await bot.signal('SIGTERM');
    seen.texts.set('log', bot.output());
    for (const file of readdirSync(join(files.folder, 'data'), {
      recursive: true,
      encoding: 'utf8',
    })) {
      const bytes = read(join(files.folder, 'data', file));
      if (bytes !== undefined) seen.texts.set(`data/${file}`, bytes);
    }

    expect(leaks(seen.texts)).toEqual([]);
    for (const name of ['page', 'events', 'api', 'tail', 'data/tocsin.db', 'data/backup.db']) {
      expect(seen.texts.get(name), name).toContain(plain);
    }
    expect(seen.texts.get('log')).toContain('"msg":"ready"');
    expect(seen.texts.get('metrics')).toMatch(/^tocsin_commands_total\{verb="\w+"\} [1-9]/m);
    expect(seen.texts.get('metrics')).toMatch(/^tocsin_answer_seconds_count [1-9]/m);
    expect(seen.texts.get('export')).toContain(seen.incident);
    expect(seen.texts.get('answers')).toContain('hidden');
    expect([...cluster.ledger.requests].some(({ user }) => user === 'canary-writer')).toBe(true);
  } finally {
    await bot.signal('SIGKILL');
    await cluster.close();
    files.remove();
  }
});

async function startCluster(): Promise<Sandbox> {
  const everything = [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }];
  const cluster = await startSandbox({
    seed: 7,
    timing: { readyMs: 20, terminateMs: 10 },
    users: [
      { name: 'canary-reader', token: canaries.kubeconfigRead, rules: everything },
      { name: 'canary-writer', token: canaries.kubeconfigWrite, rules: everything },
    ],
  });
  cluster.images.set(bad, {
    crash: { afterMs: 20, backoffMs: 500, backoffMaxMs: 500, exitCode: 1 },
    readyMs: false,
    logs: [
      `level=error msg="cannot connect" password=${canaries.logPassword}`,
      `GET /cart Authorization: Bearer ${canaries.logBearer}`,
      `level=info dsn=postgres://shop:${canaries.logUrl}@db.example.com/shop`,
    ],
  });
  cluster.seed.deployment(workload(good, '1'));
  cluster.seed.deployment(workload(bad, '2'));
  return cluster;
}

/** Every value differs from revision to revision, so that each stands in the diff. */
function workload(image: string, revision: string): WorkloadSeed {
  const container = {
    name: 'checkout',
    image,
    args: ['--feature', `${canaries.args}-${revision}`, `--api-token=${canaries.args}-${revision}`],
    env: [
      { name: 'GREETING', value: `${canaries.env}-${revision}` },
      { name: 'DB_PASSWORD', value: `${canaries.secretEnv}-${revision}` },
    ],
  };
  return {
    namespace: 'shop',
    name: 'checkout',
    image,
    replicas: 3,
    annotations: { 'example.com/contact': `${canaries.annotation}-${revision}` },
    podSpec: { containers: [container] },
    spec: {
      template: {
        metadata: { annotations: { 'example.com/seal': `${canaries.podAnnotation}-${revision}` } },
      },
    },
  };
}

function writeCredentials({ folder }: ConfigFolder, cluster: Sandbox): void {
  const kubeconfig = cluster.kubeconfig('read');
  const users = kubeconfig.users.map(({ name }) => ({
    name,
    user: { token: canaries.kubeconfigRead },
  }));
  writeFileSync(join(folder, 'read.kubeconfig'), JSON.stringify({ ...kubeconfig, users }));
}

interface Seen {
  readonly incident: string;
  readonly texts: Map<string, string>;
}

async function play(
  bot: TocsinProcess,
  { cluster, files }: { readonly cluster: Sandbox; readonly files: ConfigFolder },
): Promise<Seen> {
  const door = hostDoorPath(files.journal);
  const cookies = { ana: await sessionOf(door, 'ana'), ben: await sessionOf(door, 'ben') };
  const ana = consoleClient(() => bot.urls.console, cookies.ana);
  const ben = consoleClient(() => bot.urls.console, cookies.ben);
  const alert = crashLooping('checkout', 'checkout-1', Date.now());
  const send = (bearer: string, endsAt?: number) =>
    fetch(`${bot.urls.server}/webhooks/alertmanager`, {
      method: 'POST',
      headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
      body: JSON.stringify(webhookBody([endsAt ? { ...alert, endsAt } : alert], {})),
    }).then(({ status }) => status);

  expect(await send(canaries.wrongBearer)).toBe(401);
  expect(await send(canaries.bearer)).toBe(200);
  const incident = await eventually('an incident', async () => (await ana.incidents())[0]);
  const events = listen(`${bot.urls.console}/events?incident=${incident}`, cookies.ana);
  const answers: string[] = [];
  const say = async (line: string) => {
    answers.push(await ana.says(incident, line));
  };

  await say('logs');
  await say('health');
  cluster.faults.add({
    method: 'GET',
    path: '/deployments/',
    times: 3,
    act: { kind: 'answer', code: 500, message: `etcd: token=${canaries.vendorError} is stale` },
  });
  await say('scale 4');
  expect(answers.at(-1)).toContain('etcd');
  const refusing = {
    name: 'policy.example.com',
    deny: () => `replicas are frozen, override with token=${canaries.vendorRefusal}`,
  };
  cluster.webhooks.add(refusing);
  await say('scale 5');
  const page = async () => ana.page(`/incidents/${incident}`);
  const shows = (word: string) =>
    eventually(`a card says ${word}`, async () => {
      const text = textOf(await page());
      return new RegExp(`\\b${word}\\b`).test(text);
    });
  await shows('WAITING');
  expect(textOf(await page())).toContain('replicas are frozen');
  await ben.presses(incident, 'Approve');
  await shows('FAILED');
  cluster.webhooks.delete(refusing);

  await say('rollback');
  await shows('WAITING');
  const planned = await page();
  expect(textOf(planned)).toContain('env[DB_PASSWORD]');
  await ben.presses(incident, 'Approve');
  await shows('DONE');
  expect(await send(canaries.bearer, Date.now())).toBe(200);
  await shows('RESOLVED');

  const get = (url: string) =>
    fetch(url, { headers: { cookie: cookies.ana } }).then((answer) => answer.text());
  return {
    incident,
    texts: new Map([
      ['page', planned + (await page())],
      ['answers', answers.join('\n')],
      ['events', await events.text()],
      ['api', await get(`${bot.urls.console}/api/v1/incidents/${incident}`)],
      ['ready', await get(`${bot.urls.server}/ready`)],
      ['metrics', await get(`${bot.urls.metrics}/metrics`)],
    ]),
  };
}

/** What a browser is sent while it looks. */
function listen(url: string, cookie: string) {
  const stop = new AbortController();
  let text = '';
  const reading = (async () => {
    const answer = await fetch(url, { headers: { cookie }, signal: stop.signal });
    const decoder = new TextDecoder();
    for await (const part of answer.body ?? []) text += decoder.decode(part, { stream: true });
  })().catch(() => undefined);
  return {
    async text() {
      stop.abort();
      await reading;
      return text;
    },
  };
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}

/** As it is, and as it stands in a header or a URL. */
function leaks(texts: ReadonlyMap<string, string>): readonly string[] {
  return [...texts].flatMap(([place, text]) =>
    Object.entries(canaries).flatMap(([name, canary]) => {
      const base64 = Buffer.from(canary).toString('base64').replace(/=+$/, '').slice(0, -1);
      return text.includes(canary) || text.includes(base64) ? [`${name} in ${place}`] : [];
    }),
  );
}
