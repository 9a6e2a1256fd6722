import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startWorld, type World } from './world.ts';

describe('the metrics of the sandbox', () => {
  let world: World;
  beforeEach(async () => {
    world = await startWorld();
    world.sandbox.shop.seed();
    world.clock.advance(5_000);
  });
  afterEach(() => world.stop());

  async function value(series: string): Promise<number | undefined> {
    const response = await fetch(`${world.sandbox.url}/metrics`);
    const lines = (await response.text()).split('\n');
    const line = lines.find((each) => each.startsWith(`${series} `));
    return line === undefined ? undefined : Number(line.slice(series.length + 1));
  }
  async function waiting(reason: string): Promise<number> {
    const text = await (await fetch(`${world.sandbox.url}/metrics`)).text();
    const family = 'kube_pod_container_status_waiting_reason{namespace="shop",pod="checkout';
    return text.split('\n').filter((line) => line.startsWith(family) && line.includes(reason))
      .length;
  }
  const requests = (code: string) =>
    value(`http_requests_total{namespace="shop",service="checkout",code="${code}"}`);
  const unavailable =
    'kube_deployment_status_replicas_unavailable{namespace="shop",deployment="checkout"}';

  it('show a crash loop and its end', async () => {
    expect(await value(unavailable)).toBe(0);
    world.sandbox.shop.breakCheckout();
    world.clock.advance(20_000);
    expect(await value(unavailable)).toBe(2);
    expect(await waiting('CrashLoopBackOff')).toBe(2);
    world.sandbox.shop.seed();
    world.clock.advance(10_000);
    expect(await value(unavailable)).toBe(0);
    expect(await waiting('CrashLoopBackOff')).toBe(0);
  });

  it('count errors by the share of the image that runs', async () => {
    const [good = 0, bad = 0] = [await requests('200'), await requests('500')];
    world.clock.advance(10_000);
    expect((await requests('200')) ?? 0).toBe(good + 200);
    expect(await requests('500')).toBe(bad);
    world.sandbox.shop.degradeCheckout();
    world.clock.advance(10_000);
    const before = (await requests('500')) ?? 0;
    world.clock.advance(10_000);
    expect(((await requests('500')) ?? 0) - before).toBe(80);
    world.sandbox.shop.seed();
    world.clock.advance(10_000);
    const after = await requests('500');
    world.clock.advance(10_000);
    expect(await requests('500')).toBe(after);
  });

  it('answer 503 for a service without a ready pod', async () => {
    world.sandbox.seed.deployment({
      namespace: 'shop',
      name: 'checkout',
      image: 'app:1',
      replicas: 0,
    });
    world.clock.advance(5_000);
    const before = (await requests('503')) ?? 0;
    world.clock.advance(10_000);
    expect(((await requests('503')) ?? 0) - before).toBe(200);
  });

  it('are written as Prometheus reads them', async () => {
    const text = await (await fetch(`${world.sandbox.url}/metrics`)).text();
    const sample = /^[a-z_]+\{([a-z_]+="[^"]*",?)*\} -?\d+(\.\d+)?$/;
    const comment = /^# (HELP|TYPE) [a-z_]+ .+$/;
    const odd = text.split('\n').filter((line) => !sample.test(line) && !comment.test(line));
    expect(odd).toEqual(['']);
    expect(text).toContain(
      'kube_deployment_spec_replicas{namespace="shop",deployment="checkout"} 4',
    );
  });
});

describe('the shop of the demo', () => {
  let world: World;
  beforeEach(async () => {
    world = await startWorld();
    world.sandbox.shop.seed();
    world.clock.advance(10_000);
  });
  afterEach(() => world.stop());
  const checkout = () => world.sandbox.get('deployments', 'shop', 'checkout');

  it('serves, and has a past to go back to', () => {
    expect(checkout()?.status).toMatchObject({ availableReplicas: 4, updatedReplicas: 4 });
    const revisions = world.sandbox
      .list('replicasets', 'shop')
      .filter((set) => set.metadata.name.startsWith('checkout'))
      .map((set) => set.metadata.annotations?.['deployment.kubernetes.io/revision']);
    expect(revisions.sort()).toEqual(['1', '2']);
    expect(world.sandbox.get('statefulsets', 'shop', 'sessions')?.status.readyReplicas).toBe(3);
    expect(world.sandbox.get('daemonsets', 'shop', 'log-agent')?.status.numberReady).toBe(2);
  });

  it('ends the same when the bad release comes at once', async () => {
    await world.stop();
    world = await startWorld();
    world.sandbox.shop.seed();
    world.sandbox.shop.breakCheckout();
    world.clock.advance(70_000);
    expect(checkout()?.status).toMatchObject({ availableReplicas: 3, unavailableReplicas: 2 });
    const sets = world.sandbox
      .list('replicasets', 'shop')
      .filter((set) => set.metadata.name.startsWith('checkout'))
      .map((set) => set.metadata.annotations?.['deployment.kubernetes.io/revision']);
    expect(sets.sort()).toEqual(['1', '2', '3']);
  });

  it('gets a bad release that crashes and stands still, three of four still serving', () => {
    world.sandbox.shop.breakCheckout();
    world.clock.advance(70_000);
    const progress = checkout()?.status.conditions?.find((each) => each.type === 'Progressing');
    expect(progress?.reason).toBe('ProgressDeadlineExceeded');
    expect(checkout()?.status).toMatchObject({ availableReplicas: 3, unavailableReplicas: 2 });
    expect(checkout()?.metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('3');
  });
});
