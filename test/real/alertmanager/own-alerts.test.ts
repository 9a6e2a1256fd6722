import { existsSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/bot/clock.ts';
import { createOwnAlertsLoop } from '../../../src/bot/loops/own-alerts.ts';
import { connect } from '../../../src/integrations/alertmanager/index.ts';
import { openWebhookDoor } from '../../bot/webhook-door.ts';
import { eventually } from '../../support/eventually.ts';
import { ALERTMANAGER, startAlertmanager } from './alertmanager-server.ts';

const ends: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

describe.skipIf(!existsSync(ALERTMANAGER))(
  'what Tocsin says of itself to a real Alertmanager',
  () => {
    it('is routed on by it, comes back and opens nothing here, and ends with its incident', async () => {
      const server = await startAlertmanager({ groupBy: ['alertname', 'tocsin'] });
      ends.push(server.close);
      const own = await door('inst-1');
      const other = await door('inst-2');
      const clock = { now: Date.now, after: systemClock.after };
      const about = { source: 'alertmanager/main', url: server.url, timeoutMs: 5000 };
      const integration = connect({ ...about, installation: 'inst-1' }, { clock });
      const neighbour = connect({ ...about, installation: 'inst-2' }, { clock });
      ends.push(integration.close, neighbour.close);
      const { bot } = own.small;
      const loop = createOwnAlertsLoop({
        clock,
        sinks: [integration.sink],
        incidents: bot.desk.allIncidents,
        accepting: () => true,
        installation: 'inst-1',
        publicUrl: 'https://ops.example',
        log: () => undefined,
      });

      await bot.security.tell(
        { kind: 'fuse-blown', facts: { count: 5 } },
        { cause: 'test', by: 'tocsin' },
      );
      await loop.turn();
      const [body = ''] = await server.received(1);
      expect(JSON.parse(body)).toMatchObject({
        alerts: [
          {
            status: 'firing',
            labels: { alertname: 'TocsinFuseBlown', severity: 'critical', tocsin: 'inst-1' },
          },
        ],
      });
      const before = own.small.types();
      expect((await own.post(body)).status).toBe(200);
      expect(own.small.types()).toEqual(before);
      // Whoever else hears of it has an incident of it; and what we are asked of there is not counted as firing.
      expect((await other.post(body)).status).toBe(200);
      expect(other.small.types()).toContain('AlertsFired');
      expect(await integration.source.current()).toEqual([]);
      expect(await neighbour.source.current()).toMatchObject([{ state: 'firing' }]);
      // It may be silenced there like every other, and counts as hidden by what would.
      const matching = await integration.silences.matching([
        { name: 'alertname', op: '=~', value: 'Tocsin.*' },
      ]);
      expect(matching.ok && matching.alerts).toHaveLength(1);

      const [incident = ''] = [...bot.engine.readings.incidents.keys()];
      await own.small.says('ana', 'resolve reason="it was lifted"', { incident });
      await loop.turn();
      await eventually('it has ended there', async () => {
        return (await neighbour.source.current()).length === 0;
      });
      const [, end = ''] = await server.received(2);
      expect(JSON.parse(end)).toMatchObject({ status: 'resolved' });
      const told = own.small.types();
      expect((await own.post(end)).status).toBe(200);
      expect(own.small.types()).toEqual(told);
    });

    it('reaches every peer that answers', async () => {
      const [first, second] = [await startAlertmanager(), await startAlertmanager()];
      ends.push(first.close, second.close);
      const clock = { now: Date.now, after: systemClock.after };
      const api = {
        source: 'alertmanager/main',
        url: first.url,
        peers: [second.url],
        timeoutMs: 5000,
      };
      const { sink, close } = connect(api, { clock });
      ends.push(close);
      const alert = {
        key: 'inc-1',
        labels: { alertname: 'TocsinFuseBlown', tocsin: 'inst-1' },
        annotations: {},
        startsAt: Date.now(),
        endsAt: Date.now() + 60_000,
        url: '',
      };
      expect(await sink.post([alert])).toEqual({ ok: true });
      for (const { url } of [first, second]) {
        const one = connect({ ...api, url, peers: [] }, { clock });
        ends.push(one.close);
        expect(await one.source.current()).toHaveLength(1);
      }
      process.kill(first.pid, 'SIGKILL');
      expect(await sink.post([alert])).toEqual({ ok: true });
      process.kill(second.pid, 'SIGKILL');
      await eventually('nobody takes them', async () => !(await sink.post([alert])).ok);
    });
  },
);

async function door(installation: string) {
  const opened = await openWebhookDoor([
    { name: 'alertmanager/main', auth: { kind: 'none' }, answers: true, installation },
  ]);
  ends.push(opened.close);
  return opened;
}
