import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createMetrics } from '../../src/bot/metrics.ts';

/** What a Prometheus reads from a Tocsin in which everything that is counted has happened once. */
export async function scrapeAll(): Promise<string> {
  const surface = 'slack/main';
  const waiting = { root: 1, reply: 1, edit: 1, doubt: 1, storm: 1, place: 1 };
  const lane = { surface, waiting, downSince: 1, storms: ['#ops'], lost: [], givenUp: 1 };
  const subject = { service: 'checkout', environment: 'production', what: 'database' };
  const taken = {
    ...{ id: 'b1', operation: 'op-1', store: '/backups', name: 'b1.dump', bytes: 5 },
    ...{ sha256: '', manifest: '', startedAt: 1_000, endedAt: 2_000 },
    verified: { at: 3_000, operation: 'op-2', ok: true, checks: [] },
  };
  const backup = {
    ...{ subject, record: { taken: [taken] }, underWay: 1 },
    ...{ failures: new Map(), bytes: new Map() },
  };
  const metrics = createMetrics(
    {
      openIncidents: () => 1,
      liveOperations: () => ({ running: 1 }),
      pagesWaiting: () => 0,
      resting: () => [{ system: 'pagerduty/main', rests: true }],
      threadsWaiting: () => 1,
      asksWorking: () => 1,
      enrichmentsWaiting: () => 0,
      graphsWaiting: () => 1,
      lanes: () => [lane],
      backups: () => [backup],
      connections: () => [{ surface, isWell: true }],
      journal: () => ({ waiting: 1, appends: 1, commits: 1, events: 1, bytes: 1 }),
    },
    '0.0.0',
  );
  metrics.intake.webhook('alertmanager/main', 'accepted');
  metrics.intake.alerts('alertmanager/main', 1);
  metrics.consoleClients(1);
  metrics.consoleDropped();
  metrics.security.refused('console', 'A_CODE');
  metrics.security.denied('A_CODE');
  metrics.security.noticed('forged-requests');
  metrics.chat.acknowledged(surface, 5);
  metrics.chat.called(surface, 'chat.postMessage', 'ok');
  metrics.dispatch.understood('ack');
  metrics.heartbeat.pinged('told');
  metrics.approvals.approved('all', 5);
  metrics.dispatch.answered(5);
  metrics.enrichment.found('past', 'known');
  metrics.watches.checked('checkout-cache', { isUp: true, strikes: 0, ms: 5 });
  metrics.graphs.ended('drawn');
  metrics.graphs.painted(5);
  const [route] = metrics.routes;
  const server = createServer((request, response) => void route?.handle(request, response, {}));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const answer = await fetch(`http://127.0.0.1:${port}/metrics`, {
    headers: { connection: 'close' },
  });
  const text = await answer.text();
  await new Promise((resolve) => server.close(resolve));
  return text;
}
