import { createServer } from 'node:http';
import { expect, it, onTestFinished } from 'vitest';
import type { Facts } from '../../../src/core/problem.ts';
import { connect } from '../../../src/integrations/patroni/index.ts';
import { startFakePatroni } from '../../fakes/patroni.ts';
import { configOf, request } from './step-worlds.ts';

it('a mode would have no effect, so it is refused', async () => {
  const { endpoints } = await started();
  expect(await draft(endpoints, { mode: 'forced' })).toMatchObject({
    ok: false,
    problem: { code: 'PATRONI_NO_MODE' },
  });
});

it('members that differ about who leads are not chosen between', async () => {
  const [here, there] = [await started(), await started()];
  there.lead('n2');
  const endpoints = [here.endpoints[0] ?? '', there.endpoints[1] ?? ''];
  expect(await draft(endpoints)).toMatchObject({
    ok: false,
    problem: { code: 'PATRONI_DISAGREE', facts: { told: 'n1, n2' } },
  });
});

it('what is no answer of Patroni is said to be none', async () => {
  const server = createServer((_, reply) => void reply.end('<h1>It works!</h1>'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  expect(await draft([`http://127.0.0.1:${port}`])).toMatchObject({
    ok: false,
    problem: { code: 'PATRONI_UNREADABLE', facts: { endpoint: `127.0.0.1:${port}` } },
  });
});

it('a cluster of which no member answers is left alone for a while, and that is said', async () => {
  const { endpoints, state } = await started();
  for (const member of Object.values(state.members)) member.silent = true;
  const { planner } = connect(configOf({ endpoints }), { clock: { now: () => 0 } });
  for (let turn = 0; turn < 5; turn += 1) await planner.draft(request);
  expect(await planner.draft(request)).toMatchObject({
    ok: false,
    problem: { code: 'PATRONI_RESTS', facts: { target: 'pg-main', failures: 5, seconds: 60 } },
  });
});

async function started() {
  const patroni = await startFakePatroni();
  onTestFinished(() => patroni.close());
  return patroni;
}

function draft(endpoints: readonly string[], args: Facts = {}) {
  return connect(configOf({ endpoints })).planner.draft({ ...request, args });
}
