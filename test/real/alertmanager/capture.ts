import { writeFile } from 'node:fs/promises';
import { startAlertmanager } from './alertmanager-server.ts';

/** Captures the bodies of test/fixtures/alertmanager anew from the Alertmanager of this machine, run by hand with node. */
async function capture(): Promise<void> {
  await groupOfThree();
  await cutGroup();
  await hostileText();
}

async function groupOfThree(): Promise<void> {
  const server = await startAlertmanager({ receiver: 'web.hook-main' });
  const started = new Date(Date.now() - 1000).toISOString();
  const [one, two, three] = ['checkout-1', 'checkout-2', 'checkout-3'].map((pod) =>
    crash(pod, started),
  );
  await server.post([one, two]);
  await save('firing-2', (await server.received(1))[0]);
  await server.post([ended(one), three]);
  await save('firing-2-resolved-1', (await server.received(2))[1]);
  await save('api-v2-alerts-firing', await alerts(server.url));
  const silence = await server.silence({ pod: 'checkout-2' });
  await waitFor(async () => (await alerts(server.url)).includes(silence));
  await save('api-v2-alerts-silenced', await alerts(server.url));
  await fetch(`${server.url}/api/v2/silence/${silence}`, { method: 'DELETE' });
  await server.post([ended(two), ended(three)]);
  await save('resolved-all', (await server.received(3))[2]);
  await server.close();
}

async function cutGroup(): Promise<void> {
  const server = await startAlertmanager({ receiver: 'cut', maxAlerts: 2 });
  const started = new Date(Date.now() - 1000).toISOString();
  const pods = ['a', 'b', 'c', 'd', 'e'].map((pod) => crash(pod, started));
  await server.post(pods);
  await save('cut-firing', (await server.received(1))[0]);
  await server.post(pods.slice(0, 2).map(ended));
  await save('cut-calls-itself-resolved', (await server.received(2))[1]);
  await server.close();
}

async function hostileText(): Promise<void> {
  const server = await startAlertmanager({
    receiver: 'web.hook+(a|b)',
    groupBy: ['alertname', 'x'],
  });
  const annotations = {
    summary: '<!channel> @everyone **bold** [link](http://evil.example) <b>&amp;</b>',
    description: 'line 1\nline 2\t"quoted" \\ ünïcode 🔥',
  };
  const labels = { alertname: 'Hostile', x: 'a"b\\c{}', severity: 'page' };
  await server.post([
    { labels, annotations, generatorURL: 'http://prometheus.example/graph?a=1&b=<2>' },
  ]);
  await save('hostile-text', (await server.received(1))[0]);
  await server.close();
}

function crash(pod: string, startsAt: string) {
  return {
    labels: {
      alertname: 'KubePodCrashLooping',
      app: 'checkout',
      namespace: 'shop',
      pod,
      severity: 'critical',
    },
    annotations: { summary: `Pod ${pod} is crash-looping` },
    generatorURL: 'http://prometheus.example/graph?g0.expr=x',
    startsAt,
  };
}

function ended<T>(alert: T): T & { endsAt: string } {
  return { ...alert, endsAt: new Date().toISOString() };
}

async function alerts(url: string): Promise<string> {
  const answer = await fetch(`${url}/api/v2/alerts`);
  return answer.text();
}

async function waitFor(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 50));
}

async function save(name: string, body: string | undefined): Promise<void> {
  if (body === undefined) throw new Error(`no body for ${name}`);
  // As it came, byte for byte: the bodies are what is tested.
  await writeFile(new URL(`../../fixtures/alertmanager/${name}.json`, import.meta.url), body);
}

await capture();
