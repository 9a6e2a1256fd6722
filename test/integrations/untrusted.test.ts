import { expect, it, onTestFinished } from 'vitest';
import { Secret } from '../../src/core/secret.ts';
import { connect as connectPagerduty } from '../../src/integrations/pagerduty/index.ts';
import { connect as connectPrometheus } from '../../src/integrations/prometheus/index.ts';
import { startFakePagerduty } from '../fakes/pagerduty/index.ts';
import { stillClock } from '../fakes/still-clock.ts';
import { behindTls } from '../surfaces/discord/detour.ts';
import { wanted } from './pagerduty/given.ts';

/** Whoever stands in between with a certificate that no machine knows. */
async function between(url: string): Promise<string> {
  const detour = await behindTls(url);
  onTestFinished(() => detour.close());
  return `https://127.0.0.1:${detour.port}`;
}

async function pagerduty() {
  const there = await startFakePagerduty({ now: stillClock().now });
  onTestFinished(() => there.close());
  return there;
}

it('a PagerDuty whose certificate nobody vouches for is told nothing, by neither of its ways', async () => {
  const there = await pagerduty();
  const url = await between(there.url);
  const token = new Secret(there.token);
  const integration = connectPagerduty(
    {
      ...{ source: 'pagerduty/main', eventsUrl: url, timeoutMs: 2000 },
      pages: new Map([['payments', new Secret(there.routingKey)]]),
      api: { url, token, from: 'tocsin@example.com', services: [], teams: [] },
    },
    { clock: stillClock(), accountOf: () => 'PANA', personOf: () => undefined },
  );
  onTestFinished(() => integration.close());
  for (const asked of [
    wanted({ kind: 'trigger' }, { page: '' }),
    wanted({ kind: 'acknowledge' }),
  ]) {
    expect(await integration.pager.perform(asked)).toMatchObject({
      ...{ ok: false, why: 'wait' },
      problem: { code: 'PAGERDUTY_CERTIFICATE', facts: { why: 'DEPTH_ZERO_SELF_SIGNED_CERT' } },
    });
  }
  expect(there.requests).toEqual([]);
});

it('a Prometheus whose certificate nobody vouches for is not believed', async () => {
  const url = await between((await pagerduty()).url);
  const { readers, close } = connectPrometheus(
    { target: 'prometheus/prom', url, timeoutMs: 2000, bytesMax: 1024 },
    { clock: stillClock() },
  );
  onTestFinished(() => close());
  const looked = await readers.telemetry.range({
    query: 'up',
    from: 0,
    to: 60_000,
    stepMs: 60_000,
  });
  expect(looked).toMatchObject({
    ok: false,
    problem: { code: 'PROMETHEUS_CERTIFICATE', facts: { why: 'DEPTH_ZERO_SELF_SIGNED_CERT' } },
  });
});
