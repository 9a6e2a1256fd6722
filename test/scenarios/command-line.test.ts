import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hostDoorPath } from '../../src/bot/host-door.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { type ConfigFolder, configFolder } from '../support/config-file.ts';
import { type ConsoleClient, consoleClient, sessionOf, textOf } from '../support/console-client.ts';
import { eventually } from '../support/eventually.ts';
import { launch, run, type TocsinProcess, tocsin } from '../support/tocsin-process.ts';
import { crashLooping, webhookBody } from './night/alertmanager.ts';
import { before, good } from './night/cluster.ts';

const patience = { withinMs: 60_000 };

describe('a bot that runs as an operator runs it', { timeout: 120_000 }, () => {
  let cluster: Sandbox;
  let files: ConfigFolder;
  let bots: TocsinProcess[];

  beforeEach(async () => {
    cluster = await startSandbox({ seed: 7, timing: { readyMs: 20, terminateMs: 10 } });
    const named = { namespace: 'shop', name: 'checkout', replicas: 3 };
    cluster.seed.deployment({ ...named, image: good, history: [{ image: before }] });
    files = configFolder(cluster, {
      shutdownGrace: '30s',
      requestTimeout: '20s',
      landsWithin: '20s',
    });
    bots = [];
  });

  afterEach(async () => {
    for (const bot of bots) await bot.signal('SIGKILL');
    await cluster.close();
    files.remove();
  });

  async function start(): Promise<TocsinProcess> {
    const bot = await launch({ argv: startLine(), env: files.env });
    bots.push(bot);
    return bot;
  }

  const startLine = () => [tocsin, 'start', '--config', files.file];

  it('refuses a journal that another process owns, and says by whom', async () => {
    const owner = await start();
    const { code, stderr } = await run({ argv: startLine(), env: files.env });
    expect(code).toBe(3);
    expect(stderr).toContain('JOURNAL_OWNED');
    expect(stderr).toContain(String(owner.pid));
    expect((await owner.signal('SIGTERM')).code).toBe(0);
    expect((await (await start()).signal('SIGTERM')).code).toBe(0);
  });

  it('prints a code with which a person enrols a second factor, where there are factors', async () => {
    const enrol = (person: string) =>
      run({ argv: [tocsin, 'enrol', person, '--config', files.file], env: files.env });
    const without = await start();
    const refused = await enrol('ana');
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toContain('STEP_UP_OFF');
    await without.signal('SIGTERM');
    const key = join(files.folder, 'keyring.key');
    writeFileSync(key, 'k'.repeat(44));
    files.write({
      journal: `, keyring_key: \${file:${key}}`,
      console: '{ listen: 127.0.0.1:0, public_url: https://ops.example.com }',
    });
    await start();
    const made = await enrol('ana');
    expect(made.code).toBe(0);
    expect(made.stdout).toMatch(/^([A-Z0-9]{4}-){3}[A-Z0-9]{4}\n$/);
    expect(made.stderr).toContain('For Ana to type at /factors');
    const nobody = await enrol('mallory');
    expect(nobody).toMatchObject({ code: 1, stdout: '' });
    expect(nobody.stderr).toContain('HOST_DOOR_PERSON_UNKNOWN');
  });

  it('does not start on a configuration that is wrong, and says where', async () => {
    writeFileSync(files.file, 'version: 1\npeopel: []\n');
    const { code, stderr } = await run({ argv: startLine(), env: files.env });
    expect(code).toBe(2);
    expect(stderr).toMatch(/tocsin\.yaml:2: .*peopel/);
    expect(existsSync(files.journal)).toBe(false);
    const missing = await run({ argv: [tocsin, 'start', '--config', `${files.file}.none`] });
    expect(missing.code).toBe(2);
    expect(missing.stderr).toContain('tocsin.yaml.none');
  });

  it('does not start without the secrets that the configuration names', async () => {
    const { code, stderr } = await run({ argv: startLine() });
    expect(code).toBe(2);
    expect(stderr).toContain('STORY_BEARER');
  });

  it('stops within a rollout, and the next start brings it to its end', async () => {
    const first = await start();
    const { ana, ben, incident, mark } = await evening(() => bots.at(-1), files);
    cluster.images.set(before, { readyMs: 1500 });
    await ana.says(incident, 'rollback');
    await ben.presses(incident, 'Approve');
    await mark('VERIFYING');
    expect(await first.signal('SIGTERM')).toEqual({ code: 0, signal: null });

    await start();
    await mark('DONE');
    expect(
      cluster.ledger.applied({ resource: 'deployments', fieldManager: 'tocsin' }),
    ).toHaveLength(1);
    expect((await bots.at(-1)?.signal('SIGTERM'))?.code).toBe(0);
    const verified = await run({
      argv: [tocsin, 'journal', 'verify', '--config', files.file],
      env: files.env,
    });
    expect(verified).toMatchObject({ code: 0 });
    expect(verified.stdout).toContain('the chain holds');
  });

  it('is not ready while it ends the step in flight, which may finish', async () => {
    const bot = await start();
    const { ana, ben, incident } = await evening(() => bot, files);
    const ready = () => fetch(`${bot.urls.server}/ready`).then(({ status }) => status);
    expect(await ready()).toBe(200);
    const body = await fetch(`${bot.urls.server}/ready`).then((answer) => answer.json());
    expect(body).toMatchObject({ journal: { state: 'ok' }, 'kubernetes/eu-1': { state: 'ok' } });
    await ana.says(incident, 'rollback');
    cluster.faults.add({ method: 'PUT', dryRun: false, act: { kind: 'delay', ms: 3000 } });
    await ben.presses(incident, 'Approve');
    await eventually('the write is under way', () =>
      cluster.ledger.requests.some(({ fault }) => fault === 'delay'),
    );
    const ended = bot.signal('SIGTERM');
    await eventually('it says that it ends', async () => (await ready()) === 503, patience);
    expect(await ended).toEqual({ code: 0, signal: null });

    const tail = await run({
      argv: [tocsin, 'journal', 'tail', '--config', files.file],
      env: files.env,
    });
    expect(tail.stdout).toContain('StepApplied');
  });

  it('plays the demo to its end and keeps the record', async () => {
    const journal = join(files.folder, 'demo.db');
    const demo = await run({ argv: [tocsin, 'demo', '--headless', '--journal', journal] });
    expect(demo).toMatchObject({ code: 0, stderr: '' });
    for (const said of ['SANDBOX', 'RESOLVED', 'DONE', 'APPROVE_OWN_REQUEST', 'Ben at']) {
      expect(demo.stdout).toContain(said);
    }
    const verified = await run({ argv: [tocsin, 'journal', 'verify', '--journal', journal] });
    expect(verified.code).toBe(0);
  });
});

interface Evening {
  readonly ana: ConsoleClient;
  readonly ben: ConsoleClient;
  readonly incident: string;
  /** Waits until a card of the thread has this word at its head. */
  mark(word: string): Promise<void>;
}

/** An alert has come, and two people look at it. */
async function evening(
  bot: () => TocsinProcess | undefined,
  files: ConfigFolder,
): Promise<Evening> {
  const url = () => bot()?.urls.console ?? '';
  const client = async (person: string) =>
    consoleClient(url, await sessionOf(hostDoorPath(files.journal), person));
  const ana = await client('ana');
  const ben = await client('ben');
  const body = webhookBody([crashLooping('checkout', 'checkout-1', Date.now())], {});
  await fetch(`${bot()?.urls.server}/webhooks/alertmanager`, {
    method: 'POST',
    headers: { authorization: `Bearer ${files.bearer}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const incident = await eventually('an incident', async () => (await ana.incidents())[0]);
  return {
    ana,
    ben,
    incident,
    async mark(word) {
      let text = '';
      await eventually(
        `a card says ${word}`,
        async () => {
          text = textOf(await ana.page(`/incidents/${incident}`));
          return new RegExp(`\\b${word}\\b`).test(text);
        },
        { ...patience, say: () => text },
      );
    },
  };
}
