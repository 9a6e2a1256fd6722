import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Running,
  startAlertmanager,
  startChromium,
  startPrometheus,
} from '../provision/start.ts';

describe('the real servers', () => {
  const running: Running[] = [];

  afterAll(async () => {
    await Promise.all(running.map((server) => server.stop()));
  });

  it('starts an Alertmanager that takes an alert and shows it', async () => {
    const alertmanager = await startAlertmanager(
      'route: {receiver: none}\nreceivers: [{name: none}]\n',
    );
    running.push(alertmanager);
    const posted = await fetch(`${alertmanager.url}/api/v2/alerts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify([{ labels: { alertname: 'Provisioned' } }]),
    });
    expect(posted.status).toBe(200);
    const shown = await fetch(`${alertmanager.url}/api/v2/alerts`);
    expect(JSON.stringify(await shown.json())).toContain('Provisioned');
  });

  it('starts a Prometheus that answers a query', async () => {
    const prometheus = await startPrometheus('global: {scrape_interval: 1s}\n');
    running.push(prometheus);
    const answer = await fetch(`${prometheus.url}/api/v1/query?query=1%2B1`);
    expect(await answer.json()).toMatchObject({ status: 'success', data: { result: [{}, '2'] } });
  });

  it('says what a server printed when it refuses to start', async () => {
    await expect(startPrometheus('nonsense: true\n')).rejects.toThrow(
      /ended before it listened[\s\S]*nonsense/,
    );
  });
});

describe('the real browser', () => {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html').end('<h1>Tocsin</h1>');
  });

  beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve())));
  afterAll(() => new Promise<void>((resolve) => server.close(() => resolve())));

  it('opens a page of ours', async () => {
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const browser = await startChromium();
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${port}/`);
    expect(await page.textContent('h1')).toBe('Tocsin');
    await browser.close();
  });
});
