import { setTimeout as delay } from 'node:timers/promises';
import { type Alertmanager, startAlertmanager } from './alertmanager.ts';
import { median, percentile, round, say } from './figures.ts';
import { inFolder } from './process.ts';
import { type SlackSide, startSlackSide } from './slack.ts';
import { bearer, startTocsin, webhookPath } from './tocsin.ts';

const samples = Number(process.env['BENCH_NATIVE_SAMPLES'] ?? 50);
/** Between two samples: Tocsin posts a root and what is said below it, at one message a second. */
const pauseMs = 1250;

/**
 * From an alert being handed to a real Alertmanager to its message standing in a channel: by way of Tocsin, and by
 * Alertmanager's own receiver for Slack, in turns. Both channels are of the same fake Slack, without limits, in this process.
 */
export async function besideNative(): Promise<object> {
  return inFolder(async (folder) => {
    const side = await startSlackSide({ rates: 'unlimited' });
    const tocsin = await startTocsin({ folder, ...side.options });
    await side.slack.until(() => side.slack.sockets.count() > 0);
    const native = side.shop.channel('native');
    const hook = side.shop.incomingWebhook(side.shop.otherApp('alertmanager'), native);
    const server = await startAlertmanager(
      folder,
      configOf({ hook, webhook: tocsin.urls.server + webhookPath }),
    );
    const times = { tocsin: [] as number[], native: [] as number[] };
    const channels = { tocsin: side.ops, native };
    for (let turn = 0; turn < 2 * (samples + 3); turn += 1) {
      const way = turn % 2 === 0 ? 'tocsin' : 'native';
      const ms = await sample(server, side, { way, channel: channels[way], turn });
      // The first of each find nothing connected yet.
      if (turn >= 6) times[way].push(ms);
      await delay(pauseMs);
    }
    await server.close();
    await tocsin.close();
    await side.close();
    say(`Alertmanager ${server.version}: ${times.native.length} samples each way`);
    return {
      added_p50_ms: round(median(times.tocsin) - median(times.native)),
      tocsin_ms: { p50: round(median(times.tocsin)), p99: round(percentile(times.tocsin, 99)) },
      native_ms: { p50: round(median(times.native)), p99: round(percentile(times.native, 99)) },
    };
  });
}

async function sample(
  server: Alertmanager,
  { slack, shop }: SlackSide,
  {
    way,
    channel,
    turn,
  }: { readonly way: string; readonly channel: SlackSide['ops']; readonly turn: number },
): Promise<number> {
  const name = `Latency${String(turn).padStart(4, '0')}`;
  const began = performance.now();
  const posted = server.post([
    { labels: { alertname: name, way, severity: 'warning', service: 'checkout' }, annotations: {} },
  ]);
  await slack.until(() => shop.message(channel, name), 15_000);
  const ms = performance.now() - began;
  await posted;
  return ms;
}

function configOf({ hook, webhook }: { readonly hook: string; readonly webhook: string }): string {
  return `route:
  receiver: native
  group_by: [alertname]
  group_wait: 0s
  group_interval: 5m
  repeat_interval: 4h
  routes: [ { receiver: tocsin, matchers: [ 'way="tocsin"' ] } ]
receivers:
  - name: native
    slack_configs: [ { api_url: '${hook}', channel: '#native' } ]
  - name: tocsin
    webhook_configs:
      - { url: '${webhook}', http_config: { authorization: { credentials: ${bearer} } } }
`;
}
