import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { tailJournal, verifyJournal } from '../../src/journal/index.ts';
import { type Sandbox, shop, startSandbox } from '../../src/sandbox/index.ts';
import {
  type Running,
  startAlertmanager,
  startChromium,
  startPrometheus,
} from '../provision/start.ts';
import { type ConfigFolder, configFolder } from '../support/config-file.ts';
import { eventually } from '../support/eventually.ts';
import { type Relay, startRelay } from '../support/relay.ts';
import { launch, run, type TocsinProcess, tocsin } from '../support/tocsin-process.ts';

/** A busy machine is slow; only what never comes is a failure. */
const patience = { timeout: 120_000 };

const folder = mkdtempSync(join(tmpdir(), 'tocsin-rules-'));
let cluster: Sandbox;
let relay: Relay;
let alertmanager: Running;
let prometheus: Running;
let files: ConfigFolder;
let bot: TocsinProcess;
let browser: Browser;

beforeAll(async () => {
  cluster = await startSandbox();
  cluster.shop.seed();
  relay = await startRelay();
  files = configFolder(cluster);
  alertmanager = await startAlertmanager(alertmanagerConfig(relay.url, files.bearer));
  files.write({ api: alertmanager.url });
  bot = await launch({ argv: [tocsin, 'start', '--config', files.file], env: files.env });
  relay.to(bot.urls.server);
  const rules = join(folder, 'rules.yml');
  writeFileSync(rules, ruleFile);
  prometheus = await startPrometheus(
    prometheusConfig({ rules, cluster: cluster.url, alertmanager: alertmanager.url }),
  );
  browser = await startChromium();
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await prometheus?.stop();
  await alertmanager?.stop();
  await bot?.signal('SIGTERM');
  await relay?.close();
  await cluster?.close();
  files?.remove();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

it('a rule fires, two people roll the release back in the console, the rule stops', {
  timeout: 480_000,
}, async () => {
  const ana = await signedIn('ana');
  const ben = await signedIn('ben');
  await ana.getByText('Nothing is open.').waitFor(patience);

  cluster.shop.breakCheckout();
  for (const page of [ana, ben]) await openIncident(page);
  expect(await root(ana).innerText()).toContain('CRITICAL');
  expect(await root(ana).innerText()).toContain('Runbook');

  await ana.locator('#line').fill('rollback reason="1.9.0 crashes at its start"');
  await ana.locator('#line').press('Enter');
  await operation(ana, 'WAITING').waitFor(patience);
  await operation(ana, 'WAITING').getByRole('button', { name: 'Approve' }).click();
  await ana
    .locator('#answers')
    .getByText('You asked for it, so somebody else must approve it.')
    .waitFor(patience);
  await expectImage(shop.badImage);

  await operation(ben, 'WAITING').waitFor(patience);
  expect(await operation(ben, 'WAITING').innerText()).toContain('checkout:1.8.2');
  await operation(ben, 'WAITING').getByRole('button', { name: 'Approve' }).click();
  await eventually('the cluster is changed', () => imageOf() === shop.goodImage, {
    withinMs: patience.timeout,
  });
  await operation(ana, 'DONE').waitFor(patience);

  await root(ana).getByText('RESOLVED', { exact: true }).waitFor(patience);
  await root(ben).getByText('RESOLVED', { exact: true }).waitFor(patience);
  await ana
    .locator('#thread .said')
    .getByText('Resolved: every alert has stopped')
    .waitFor(patience);
  await operation(ana, 'DONE').getByText('The alert has stopped.').waitFor(patience);
  await keepPicture(ana);

  const writes = cluster.ledger.applied({ resource: 'deployments', fieldManager: 'tocsin' });
  expect(writes).toHaveLength(1);
  expect(relay.bodies.some((body) => body.includes('"status":"resolved"'))).toBe(true);
  expect((await bot.signal('SIGTERM')).code).toBe(0);
  expect(verifyJournal(files.journal)).toMatchObject({ ok: true });
  const told = tailJournal(files.journal, { limit: 10_000 }).recorded.map(
    ({ event }) => event.type,
  );
  expect(told.filter((type) => type === 'RequestRefused')).toHaveLength(1);
  expect(told.filter((type) => type === 'IncidentResolved')).toHaveLength(1);
});

async function signedIn(person: string): Promise<Page> {
  const { code, stdout, stderr } = await run({
    argv: [tocsin, 'console-link', person, '--config', files.file],
    env: files.env,
  });
  expect({ code, stderr }).toMatchObject({ code: 0 });
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  await page.goto(stdout.trim());
  await page.getByRole('button', { name: /^Sign in/ }).click();
  await page.waitForURL('**/incidents/', patience);
  return page;
}

async function openIncident(page: Page): Promise<void> {
  await page.locator('[data-list="open"] a').first().waitFor(patience);
  await page.locator('[data-list="open"] a').first().click();
  await root(page).waitFor(patience);
  await root(page).getByText('KubePodCrashLooping').first().waitFor(patience);
}

function root(page: Page) {
  return page.locator('#thread article[data-key="root"]');
}

function operation(page: Page, mark: string) {
  return page
    .locator('#thread article[data-key^="operation/"]')
    .filter({ has: page.locator('.mark', { hasText: new RegExp(`^${mark}$`) }) });
}

async function expectImage(image: string): Promise<void> {
  expect(imageOf()).toBe(image);
  expect(cluster.ledger.applied({ fieldManager: 'tocsin' })).toEqual([]);
}

function imageOf(): string {
  const found = cluster.get('deployments', 'shop', 'checkout');
  return found?.spec.template.spec.containers[0]?.image ?? '';
}

/** For whoever wants to see what people saw: TOCSIN_PICTURES names a folder. */
async function keepPicture(page: Page): Promise<void> {
  const pictures = process.env['TOCSIN_PICTURES'];
  if (pictures) await page.screenshot({ path: join(pictures, 'story.png'), fullPage: true });
}

const ruleFile = `groups:
  - name: shop
    interval: 1s
    rules:
      - alert: KubePodCrashLooping
        expr: max_over_time(kube_pod_container_status_waiting_reason{namespace="shop",reason="CrashLoopBackOff"}[10s]) >= 1
        labels: { severity: critical }
        annotations:
          summary: Pod is crash looping.
          description: 'Pod {{ $labels.namespace }}/{{ $labels.pod }} ({{ $labels.container }}) waits.'
`;

function prometheusConfig(at: Record<'rules' | 'cluster' | 'alertmanager', string>): string {
  return `global: { scrape_interval: 1s, evaluation_interval: 1s }
rule_files: [ ${at.rules} ]
scrape_configs:
  - { job_name: sandbox, static_configs: [ { targets: [ '${new URL(at.cluster).host}' ] } ] }
alerting:
  alertmanagers: [ { static_configs: [ { targets: [ '${new URL(at.alertmanager).host}' ] } ] } ]
`;
}

function alertmanagerConfig(webhook: string, bearer: string): string {
  return `route: { receiver: tocsin, group_by: [ alertname, namespace ], group_wait: 0s, group_interval: 1s, repeat_interval: 1h }
receivers:
  - name: tocsin
    webhook_configs:
      - url: ${webhook}/webhooks/alertmanager
        send_resolved: true
        http_config: { authorization: { type: Bearer, credentials: ${bearer} } }
`;
}
