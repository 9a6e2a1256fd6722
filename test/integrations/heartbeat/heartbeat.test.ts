import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { ProblemError } from '../../../src/core/problem.ts';
import { Secret } from '../../../src/core/secret.ts';
import { connect } from '../../../src/integrations/heartbeat/index.ts';

const word = 'a1b2c3d4';

async function checker(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return `http://127.0.0.1:${port}/ping/${word}`;
}

async function problemOf(url: string, timeoutMs = 2_000) {
  const failed = await connect({ url: new Secret(url), timeoutMs })
    .ping()
    .catch((error: unknown) => error);
  if (!(failed instanceof ProblemError)) throw new Error('it did not fail');
  // The address is what nobody else may know.
  expect(JSON.stringify([failed.problem, failed.message, failed.stack])).not.toContain(word);
  return failed.problem;
}

it('is one GET to the address', async () => {
  const asked: string[] = [];
  const url = await checker((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.end('OK');
  });
  await connect({ url: new Secret(url), timeoutMs: 2_000 }).ping();
  expect(asked).toEqual([`GET /ping/${word}`]);
});

it.each([404, 500, 302])(
  'that is answered %i is a problem that keeps the address',
  async (status) => {
    const url = await checker((_request, response) => {
      response.writeHead(status, { location: '/elsewhere' }).end();
    });
    expect(await problemOf(url)).toEqual({ code: 'HEARTBEAT_REFUSED', facts: { status } });
  },
);

it('that nobody answers is a problem in time', async () => {
  const url = await checker(() => undefined);
  expect(await problemOf(url, 100)).toMatchObject({
    code: 'HEARTBEAT_UNREACHABLE',
    facts: { why: 'no answer within 100 ms' },
  });
});

it('that finds nobody is a problem', async () => {
  expect(await problemOf(`http://127.0.0.1:1/${word}`)).toMatchObject({
    code: 'HEARTBEAT_UNREACHABLE',
    facts: { why: 'ECONNREFUSED' },
  });
});
