import { existsSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { ALERTMANAGER } from './alertmanager-server.ts';
import { delivered, type Evening, evening, showing, states } from './silence-evening.ts';

const ends: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

describe.skipIf(!existsSync(ALERTMANAGER))('an incident of a real Alertmanager', () => {
  it('is silenced from its thread, says so, and is heard again when somebody wants it', async () => {
    const { server, integration, counter } = await begun();
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
    const { server, integration, counter } = await begun();
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
    const { server, integration, counter } = await begun();
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

  it('is heard again when its operation is undone', async () => {
    const { server, integration, counter } = await begun();
    await server.post([{ labels: { alertname: 'Down', severity: 'critical' } }]);
    const incident = await delivered(counter, server);
    await counter.says('ana', 'silence 10m reason=known', { incident });
    const operation = counter.operation();
    for (const person of ['ben', 'cleo']) await counter.presses(person, 'approve', operation);
    await eventually('it is silent', async () => (await states(integration))[0] === 'silenced');
    await eventually('the operation has ended', async () => {
      return (await counter.bot.engine.operation(operation))?.status === 'done';
    });
    expect(await counter.says('ana', `undo ${operation}`, { incident })).toContain('The plan is');
    const back = counter.operation();
    expect(back).not.toBe(operation);
    await counter.presses('ben', 'approve', back);
    await eventually('it is heard', async () => (await states(integration))[0] === 'firing');
    await eventually('the way back has ended', async () => {
      return (await counter.bot.engine.operation(back))?.status === 'done';
    });
    await showing(counter, incident)('The silence is over: it was ended at its source');
  });

  it('is silent for longer under the same name, and under another one over other alerts', async () => {
    const { server, integration, counter } = await begun();
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

async function begun(): Promise<Evening> {
  const opened = await evening();
  ends.push(opened.close);
  return opened;
}
