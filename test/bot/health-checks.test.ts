import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { HealthCheck } from '../../src/core/health.ts';
import { drafted, type SmallBot, startSmallBot } from '../fakes/small-bot.ts';
import { eventually } from '../support/eventually.ts';

let server: Server;
let status: number;
let health: readonly HealthCheck[];

beforeEach(async () => {
  status = 503;
  server = createServer((_request, response) => response.writeHead(status).end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  health = [{ kind: 'http', url: `http://127.0.0.1:${port}/health?key=s3cret` }];
});
afterEach(() => server.close());

it('a plan looks at the service after its last step, and is not done before it is well', async () => {
  const small = await started();
  const { plan, id } = await approved(small);
  expect(plan?.steps.map(({ kind }) => kind)).toEqual([
    'kubernetes.set-replicas',
    'tocsin.check-health',
  ]);
  await until(small, async () => (await stateOf(small, id))?.steps[1]?.progress !== undefined);
  const state = await stateOf(small, id);
  expect(state?.status).toBe('verifying');
  expect(state?.steps[1]?.progress?.what).toContain('it answered 503');
  expect(JSON.stringify(small.journal.all)).not.toContain('s3cret');
  status = 200;
  await until(small, async () => (await stateOf(small, id))?.status === 'done');
});

it('what does not become well fails, says by what, and can be taken back without what only looked', async () => {
  const small = await started();
  const { id } = await approved(small);
  await until(small, async () => (await stateOf(small, id))?.status === 'failed', 10_000);
  expect((await stateOf(small, id))?.problem).toMatchObject({
    code: 'VERIFY_TIMED_OUT',
    facts: { progress: expect.stringContaining('it answered 503') },
  });
  await small.says('ana', `undo ${id}`);
  const undo = await stateOf(small, newest(small));
  expect(undo?.plan?.steps.map(({ kind }) => kind)).toEqual([
    'kubernetes.set-replicas',
    'tocsin.check-health',
  ]);
});

it('checks that were changed since the plan was shown make it stale, and nothing is said to be well', async () => {
  const small = await started();
  const { id, approve } = await asked(small);
  const [first] = health;
  if (first?.kind !== 'http') throw new Error('no check');
  Object.assign(first, { url: first.url.replace('/health', '/ready') });
  await approve();
  await until(small, async () => (await stateOf(small, id))?.status === 'failed');
  expect((await stateOf(small, id))?.problem?.code).toBe('STEP_STALE');
});

async function started(): Promise<SmallBot> {
  const small = await startSmallBot({
    health,
    draft: async (operation) => ({ ...drafted, ...(operation === '' && { diff: [] }) }),
  });
  small.bot.start([]);
  return small;
}

async function asked(small: SmallBot) {
  await small.says('ana', 'restart checkout env=production');
  const id = newest(small);
  const state = await stateOf(small, id);
  const approve = () => small.says('ben', `approve ${id} ${state?.hash?.slice(0, 10)}`);
  return { id, plan: state?.plan, approve };
}

async function approved(small: SmallBot) {
  const { approve, ...rest } = await asked(small);
  await approve();
  return rest;
}

function newest(small: SmallBot): string {
  return [...small.bot.engine.readings.operations.keys()].at(-1) ?? '';
}

function stateOf(small: SmallBot, id: string) {
  return small.bot.engine.operation(id);
}

/** The server is a real one: its answers come between two moments of the clock. */
function until(small: SmallBot, look: () => Promise<boolean>, stepMs = 500) {
  return eventually('it came to this', async () => {
    await small.clock.passes(stepMs);
    return look();
  });
}
