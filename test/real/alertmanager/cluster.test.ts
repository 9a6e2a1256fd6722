import { existsSync } from 'node:fs';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/bot/clock.ts';
import { receiveIntent } from '../../../src/core/alert/intake.ts';
import { matchersOf } from '../../../src/core/alert/matcher.ts';
import type { Incident } from '../../../src/core/incident/incident.ts';
import { threadText } from '../../../src/core/view/text.ts';
import { readAlertmanager } from '../../../src/handlers/webhooks/alertmanager.ts';
import { connect, type Integration } from '../../../src/integrations/alertmanager/index.ts';
import { sha256 } from '../../core/operation/sample.ts';
import { type Counter, openCounter } from '../../handlers/desk.ts';
import { startPrometheus } from '../../provision/start.ts';
import { eventually } from '../../support/eventually.ts';
import {
  ALERTMANAGER,
  type AlertmanagerServer,
  freePort,
  startAlertmanager,
} from './alertmanager-server.ts';

const ends: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

describe.skipIf(!existsSync(ALERTMANAGER))('two Alertmanagers that are one source', () => {
  it('lose nothing and double nothing when one is killed, and silences follow', async () => {
    const pair = await startPair();
    const measured = await startMeasuring(pair);
    const integration = connected(pair.a.url, pair.b.url);
    const counter = await openBot(integration);
    pump(counter, [pair.a, pair.b]);

    await measured.fires('a');
    const incident = await opened(counter);
    expect(await firing(counter)).toEqual([['a']]);

    process.kill(pair.a.pid, 'SIGKILL');
    await measured.fires('a', 'b');
    // What fires while one half is gone comes from the other half, into the incident that is open.
    await eventually('the survivor tells of the second pod', async () => {
      return (await firing(counter))[0]?.length === 2;
    });
    expect(await firing(counter)).toEqual([['a', 'b']]);
    await counter.says('ana', 'silence 10m reason="being replaced"', { incident });
    await shows(counter, incident, 'It is silenced at alertmanager/main');
    const [killed, survivor] = integration.peers();
    expect([killed?.state === 'ok', survivor?.state]).toEqual([false, 'ok']);
    expect(await silencedAt(pair.b.url)).toEqual(['a', 'b']);

    // It comes back with nothing but what its peer tells it.
    const back = await pair.restartA();
    pump(counter, [back]);
    await eventually('the one that came back mutes too', async () => {
      return (await silencedAt(back.url)).length === 2;
    });
    // It has just begun, and has not been told everything; who asks both asks one that has.
    const both = connected(back.url, pair.b.url);
    const told = await both.source.current();
    expect(both.peers().map(({ state }) => state)).toEqual(['ok', 'ok']);
    const [young, old] = [connected(back.url), connected(pair.b.url)];
    expect(await both.source.upSince?.(told)).toBeLessThan((await young.source.upSince?.()) ?? 0);
    expect(told).toHaveLength((await old.source.current()).length);
    await counter.says('ben', 'unsilence', { incident });
    await shows(counter, incident, 'The silence is over');
    await eventually('both are heard again', async () => {
      return [...(await silencedAt(back.url)), ...(await silencedAt(pair.b.url))].length === 0;
    });
    expect(await firing(counter)).toEqual([['a', 'b']]);
  }, 60_000);

  it('show through one what was silenced at the other', async () => {
    const pair = await startPair();
    const integration = connected(pair.b.url, pair.a.url);
    for (const half of [pair.a, pair.b]) await half.post([{ labels: { ...slow, pod: 'a' } }]);
    await pair.a.silence({ pod: 'a' });
    await eventually('the other half knows of it', async () => {
      return (await silencedAt(pair.b.url)).length === 1;
    });
    expect(await integration.source.current()).toMatchObject([{ state: 'silenced' }]);

    const wanted = {
      silence: 'sil-1',
      matchers: matchersOf({ pod: 'b' }),
      startsAt: Date.now(),
      endsAt: Date.now() + 600_000,
      createdBy: 'ana (tocsin)',
      comment: 'being replaced',
    };
    const made = await integration.silences.create(wanted);
    if (!made.ok) throw new Error(made.problem.code);
    // Found at both a moment later, and counted once.
    expect(await refs(integration)).toEqual([made.ref]);
    await eventually('the other half has been told', async () => {
      return (await refs(connected(pair.a.url))).length === 1;
    });
    process.kill(pair.b.pid, 'SIGKILL');
    expect(await refs(connected(pair.a.url))).toEqual([made.ref]);
    expect(await integration.silences.remove(made.ref)).toMatchObject({ ok: true });
    expect(await refs(integration)).toEqual([]);
  });
});

const slow = { alertname: 'Slow', severity: 'warning' };

async function refs({ silences }: Integration): Promise<readonly string[]> {
  const found = await silences.find({ silence: 'sil-1' });
  return found.ok ? found.held.map(({ ref }) => ref) : [];
}

interface Pair {
  readonly a: AlertmanagerServer;
  readonly b: AlertmanagerServer;
  restartA(): Promise<AlertmanagerServer>;
}

async function startPair(): Promise<Pair> {
  const receiver = `tocsin.cluster-${process.pid}`;
  const [port, own, other] = [await freePort(), await freePort(), await freePort()];
  const startA = () => startAlertmanager({ receiver, port, cluster: { own, other } });
  const a = await startA();
  ends.push(a.close);
  const b = await startAlertmanager({ receiver, cluster: { own: other, other: own } });
  ends.push(b.close);
  return {
    a,
    b,
    async restartA() {
      const back = await startA();
      ends.push(back.close);
      return back;
    },
  };
}

/** A Prometheus that tells both halves of the pods that are slow, each second anew. */
async function startMeasuring({ a, b }: Pair) {
  const folder = await mkdtemp(join(tmpdir(), 'tocsin-rules-'));
  ends.push(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'rules.yml');
  await writeFile(file, 'groups: []\n');
  const targets = [a, b].map(({ url }) => `'${new URL(url).host}'`).join(', ');
  const prometheus = await startPrometheus(`
global: { evaluation_interval: 1s }
rule_files: ['${file}']
alerting: { alertmanagers: [{ static_configs: [{ targets: [${targets}] }] }] }
`);
  ends.push(prometheus.stop);
  return {
    async fires(...pods: readonly string[]) {
      const rules = pods.map(
        (pod) => `{alert: Slow, expr: vector(1), labels: {severity: warning, pod: ${pod}}}`,
      );
      await writeFile(`${file}.new`, `groups: [{name: slow, rules: [${rules.join(', ')}]}]\n`);
      await rename(`${file}.new`, file);
      const answer = await fetch(`${prometheus.url}/-/reload`, { method: 'POST' });
      expect(answer.status).toBe(200);
    },
  };
}

function connected(url: string, ...peers: readonly string[]): Integration {
  const clock = { now: Date.now, after: systemClock.after };
  const integration = connect(
    { source: 'alertmanager/main', url, peers, timeoutMs: 5000 },
    { clock },
  );
  ends.push(integration.close);
  return integration;
}

async function openBot({ source, silences }: Integration): Promise<Counter> {
  const counter = await openCounter(undefined, {
    clock: systemClock,
    sources: [source],
    silences: [silences],
    times: {
      resolvedJoinMs: 1_800_000,
      ackReminderMs: 300_000,
      deadlinesEveryMs: 1000,
      operationPollMs: 500,
      snapshotEveryMs: 300_000,
      compareEveryMs: 300,
    },
  });
  ends.push(counter.bot.close);
  // The record is written now, not in the night that the other suites play.
  counter.clock.now = Date.now();
  counter.bot.start([]);
  return counter;
}

/** Gives every body to the bot that either half sends, as the door does. */
function pump({ bot }: Counter, halves: readonly AlertmanagerServer[]): void {
  let isOver = false;
  ends.push(() => {
    isOver = true;
  });
  for (const half of halves) {
    const follow = async () => {
      for (let taken = 0; ; taken += 1) {
        const body = (await half.received(taken + 1))[taken] ?? '';
        const receivedAt = Date.now();
        const read = readAlertmanager(body, { source: 'alertmanager/main', receivedAt, sha256 });
        if (read.kind !== 'accepted') throw new Error(read.problem.code);
        const intent = receiveIntent(read.delivery, {
          settings: bot.desk.settings,
          index: bot.engine.readings.correlation,
          now: receivedAt,
          sha256,
          sourceAnswers: true,
        });
        const cause = `delivery/${half.pid}/${taken}`;
        await bot.engine.receive(intent, { cause, by: 'source:alertmanager/main' });
      }
    };
    follow().catch((error: unknown) => {
      if (!isOver) throw error;
    });
  }
}

function incidents({ bot }: Counter): readonly Incident[] {
  return [...bot.engine.readings.incidents.values()].flatMap(({ state }) =>
    state.status === 'none' ? [] : [state],
  );
}

async function opened(counter: Counter): Promise<string> {
  await eventually('an incident opens', async () => incidents(counter).length > 0);
  return incidents(counter)[0]?.opened.incident ?? '';
}

/** Pods that fire, of each incident there is. */
async function firing(counter: Counter): Promise<readonly (readonly string[])[]> {
  return incidents(counter).map(({ alerts }) =>
    [...alerts.values()]
      .filter(({ status }) => status === 'firing')
      .map(({ labels }) => labels['pod'] ?? '')
      .sort(),
  );
}

async function shows({ bot }: Counter, incident: string, text: string): Promise<void> {
  await eventually(`the thread shows ${text}`, async () => {
    const shown = await bot.threads.desired(incident);
    return shown !== undefined && threadText(shown).includes(text);
  });
}

async function silencedAt(url: string): Promise<readonly string[]> {
  const alerts = await connected(url).source.current();
  return alerts
    .filter(({ state }) => state === 'silenced')
    .map(({ labels }) => labels['pod'] ?? '')
    .sort();
}
