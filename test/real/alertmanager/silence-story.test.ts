import { existsSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/bot/clock.ts';
import { receiveIntent } from '../../../src/core/alert/intake.ts';
import { threadText } from '../../../src/core/view/text.ts';
import { readAlertmanager } from '../../../src/handlers/webhooks/alertmanager.ts';
import { connect, type Integration } from '../../../src/integrations/alertmanager/index.ts';
import { sha256 } from '../../core/operation/sample.ts';
import { type Counter, openCounter } from '../../handlers/desk.ts';
import { eventually } from '../../support/eventually.ts';
import { ALERTMANAGER, type AlertmanagerServer, startAlertmanager } from './alertmanager-server.ts';

const ends: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

describe.skipIf(!existsSync(ALERTMANAGER))('an incident of a real Alertmanager', () => {
  it('is silenced from its thread, says so, and is heard again when somebody wants it', async () => {
    const { server, integration, counter } = await evening();
    await server.post([{ labels: { alertname: 'Slow', severity: 'warning', pod: 'a' } }]);
    const incident = await delivered(counter, server);
    const shows = showing(counter, incident);

    expect(
      await counter.says('ana', 'silence 10m reason="being replaced"', { incident }),
    ).toContain('It hides 1 alert that fires now');
    await shows('It is silenced at alertmanager/main');
    await shows('1 of 1 firing alerts, at the source');
    expect(await states(integration)).toEqual(['silenced']);

    await counter.says('ben', 'unsilence', { incident });
    await shows('The silence is over');
    expect(await states(integration)).toEqual(['firing']);
  });

  it('is previewed and silenced by what Alertmanager itself says that conditions fit', async () => {
    const { server, integration, counter } = await evening();
    await server.post([
      ...['a', 'b', 'c'].map((pod) => ({
        labels: { alertname: 'Slow', severity: 'warning', pod },
      })),
      { labels: { alertname: 'Slow', severity: 'warning', pod: 'a", x=~".*', note: 'ü {"\\"}' } },
    ]);
    const incident = await delivered(counter, server);
    const says = (line: string) => counter.says('ana', line, { incident });
    const pods = `alertname="Slow", severity="warning", pod=~"a|b", note!~"x.+"`;
    expect(await says(`silence 10m reason=known preview=yes match='${pods}'`)).toContain(
      'It would hide 2 alerts that fire',
    );
    expect(await says('silence 10m reason=known preview=yes')).toContain(
      'It would hide 4 alerts that fire',
    );
    // Two conditions that are none, the second of a kind that costs a backtracking engine the night.
    for (const value of ['(a', '(a+)+\\\\1']) {
      const match = `alertname="Slow", severity="warning", pod=~"${value}"`;
      expect(await says(`silence 10m reason=known match='${match}'`)).toContain('MATCHERS_REFUSED');
    }
    const slow = `alertname="Slow", severity="warning", pod=~"(a+)+(x|x)*(y{900}){1}z?"`;
    expect(await says(`silence 10m reason=known match='${slow}'`)).toContain(
      'SILENCE_FITS_NOTHING',
    );
    await says(`silence 10m reason=known match='${pods}'`);
    await showing(counter, incident)('2 of 4 firing alerts, at the source');
    expect([...(await states(integration))].sort()).toEqual([
      'firing',
      'firing',
      'silenced',
      'silenced',
    ]);
  });

  it('is silenced over what is critical once two people approved it, and ended by anybody', async () => {
    const { server, integration, counter } = await evening();
    await server.post([{ labels: { alertname: 'Down', severity: 'critical' } }]);
    const incident = await delivered(counter, server);
    const shows = showing(counter, incident);
    const asked = await counter.says('ana', 'silence 10m reason="known, being moved"', {
      incident,
    });
    expect(asked).toContain('The plan is ready');
    await shows('Down (critical) 1 firing → hidden');
    const operation = counter.operation();
    expect(await counter.presses('ana', 'approve', operation)).not.toContain('Approved');
    await counter.presses('ben', 'approve', operation);
    expect(await states(integration)).toEqual(['firing']);
    await counter.presses('cleo', 'approve', operation);
    await shows('had it silenced until');
    await eventually('it is silent', async () => (await states(integration))[0] === 'silenced');
    await eventually('the operation has ended', async () => {
      return (await counter.bot.engine.operation(operation))?.status === 'done';
    });
    await counter.says('ben', 'unsilence', { incident });
    await shows('The silence is over');
    expect(await states(integration)).toEqual(['firing']);
  });

  it('is silent for longer under the same name, and under another one over other alerts', async () => {
    const { server, integration, counter } = await evening();
    await server.post(
      ['a', 'b'].map((pod) => ({ labels: { alertname: 'Slow', severity: 'warning', pod } })),
    );
    const incident = await delivered(counter, server);
    const shows = showing(counter, incident);
    const silence = () => counter.bot.engine.readings.incidents.get(incident)?.state;
    const last = () => {
      const state = silence();
      return state?.status === 'open' ? state.silences.at(-1) : undefined;
    };
    await counter.says('ana', 'silence 10m reason=known', { incident });
    await shows('2 of 2 firing alerts, at the source');
    const first = last();
    await counter.says('ben', 'silence 20m reason="still known"', { incident });
    await eventually('it lasts longer', async () => {
      const now = last();
      return now?.status === 'made' && now.until > (first?.until ?? 0);
    });
    expect(last()).toMatchObject({ ref: first?.ref, silence: first?.silence, person: 'ben' });
    const one = `alertname="Slow", severity="warning", pod="a"`;
    await counter.says('ana', `silence 20m reason="one is enough" match='${one}'`, { incident });
    await eventually('it is over one alert', async () => {
      return [...(await states(integration))].sort().join() === 'firing,silenced';
    });
    await eventually('its new name is followed', async () => last()?.status === 'made');
    expect(last()?.ref).not.toBe(first?.ref);
    expect(last()?.silence).toBe(first?.silence);
    await counter.says('ana', 'unsilence', { incident });
    await shows('The silence is over');
    expect(await states(integration)).toEqual(['firing', 'firing']);
  });
});

async function evening() {
  const server = await startAlertmanager();
  ends.push(server.close);
  const clock = { now: Date.now, after: systemClock.after };
  const api = { source: 'alertmanager/main', url: server.url, timeoutMs: 5000 };
  const integration = connect(api, { clock });
  const { source, silences, planner, openWriter } = integration;
  const counter = await openCounter(undefined, {
    clock: systemClock,
    sources: [source],
    silences: [{ ...silences, planner, openWriter }],
    times: { ...times, compareEveryMs: 200 },
  });
  ends.push(integration.close, counter.bot.close);
  // The record is written now, not in the night that the other suites play.
  counter.clock.now = Date.now();
  counter.bot.start([]);
  return { server, integration, counter };
}

function showing(counter: Counter, incident: string) {
  return (text: string) =>
    eventually(`the thread shows ${text}`, async () =>
      (await thread(counter, incident)).includes(text),
    );
}

const times = {
  resolvedJoinMs: 1_800_000,
  ackReminderMs: 300_000,
  deadlinesEveryMs: 1000,
  operationPollMs: 500,
  snapshotEveryMs: 300_000,
};

async function delivered({ bot }: Counter, server: AlertmanagerServer): Promise<string> {
  const [body = ''] = await server.received(1);
  const about = { source: 'alertmanager/main', receivedAt: Date.now(), sha256 };
  const read = readAlertmanager(body, about);
  if (read.kind !== 'accepted') throw new Error(read.problem.code);
  const index = bot.engine.readings.correlation;
  const how = { settings: bot.desk.settings, index, now: Date.now(), sha256, sourceAnswers: true };
  const intent = receiveIntent(read.delivery, how);
  await bot.engine.receive(intent, { cause: 'delivery/1', by: 'source:alertmanager/main' });
  return intent.incident;
}

async function thread({ bot }: Counter, incident: string): Promise<string> {
  const shown = await bot.threads.desired(incident);
  return shown ? threadText(shown) : '';
}

async function states({ source }: Integration): Promise<readonly string[]> {
  return (await source.current()).map(({ state }) => state);
}
