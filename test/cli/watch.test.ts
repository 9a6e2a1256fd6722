import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { startLivingBot } from '../support/living-bot.ts';

it('the real program watches what the configuration declares, and takes back what it proposed', async () => {
  let status = 503;
  const server = createServer((_, response) => response.writeHead(status).end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  const { bot } = await startLivingBot(
    `people: [ { id: ana, name: Ana }, { id: ben, name: Ben } ]
groups: { sre: { members: [ana, ben] } }
console:
  listen: 127.0.0.1:0
  tokens: { reader: { token: "\${env:READ}", scopes: [read] }, ci: { token: "\${env:LINES}", scopes: [commands] } }
default_route: { notify: sre }
targets: { eu-1: { kubernetes: { read: { server: "http://127.0.0.1:1", token: "\${env:READ}" } } } }
services:
  checkout:
    environments: { production: { workload: { kubernetes: eu-1, namespace: shop, deployment: checkout } } }
policies: [ { match: { risk: change }, requesters: [sre], approvals: [ { count: 1, from: sre } ], expires: 30m } ]
watch:
  front: { http: "http://127.0.0.1:${port}/health", every: 1s, timeout: 500ms, strikes: 1, propose: restart checkout env=production }
`,
    { READ: 'read-token', LINES: 'line-token' },
  );
  const url = `${bot.urls.console}/api/v1/incidents`;
  const read = async (path: string) =>
    JSON.parse(
      await (await fetch(url + path, { headers: { authorization: 'Bearer read-token' } })).text(),
    );
  const incident = await eventually('an incident is open', async () => {
    const { incidents } = await read('');
    return incidents[0]?.incident;
  });
  const proposal = await eventually('it is proposed', async () => {
    const { proposals } = await read(`/${incident}/proposals`);
    return proposals[0];
  });
  expect(proposal).toMatchObject({
    ...{ state: 'live', line: 'restart checkout env=production', request: null },
    proposedBy: { kind: 'watch', name: 'front' },
    why: expect.stringContaining('answered 503'),
  });
  // A program proposes the same: it is one proposal, and no program takes back what is another's.
  const send = (path: string, body: object) =>
    fetch(`${url}/${incident}/proposals${path}`, {
      method: 'POST',
      headers: { authorization: 'Bearer line-token', 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const joined = await send('', { line: proposal.line, why: 'the deploy looks wrong' });
  expect([joined.status, JSON.parse(await joined.text()).how]).toEqual([200, 'joined']);
  expect((await send(`/${proposal.proposal}/withdraw`, { why: 'no' })).status).toBe(404);
  const metrics = await (await fetch(`${bot.urls.metrics}/metrics`)).text();
  expect(metrics).toMatch(/tocsin_watch_up\{watch="front"\} 0/);
  status = 200;
  await eventually('it is taken back', async () => {
    const { proposals } = await read(`/${incident}/proposals`);
    return proposals[0].state === 'withdrawn';
  });
});
