import { describe, expect, it } from 'vitest';
import type { CheckResult } from '../../src/core/health.ts';
import type { WorkloadStatus } from '../../src/core/ports/workload.ts';
import { type Problem, problem } from '../../src/core/problem.ts';
import { cardText } from '../../src/core/view/text.ts';
import type { Asking } from '../../src/handlers/command.ts';
import { health } from '../../src/handlers/commands/health.ts';
import type { Standing } from '../../src/handlers/desk.ts';

const at = Date.UTC(2026, 10, 19, 3, 14);
const down = problem('K8S_UNREACHABLE', { target: 'eu-1' });
const checks: readonly CheckResult[] = [
  {
    name: 'https://shop.example/health answers 200',
    outcome: 'failed',
    said: 'it answered 503',
    at,
  },
  { name: 'errors is below 0.05', outcome: 'no data', said: 'nothing was measured', at },
  { name: 'pg:5432 takes connections', outcome: 'passed', said: 'it took a connection', at },
];

describe('health of a service', () => {
  it('tells instances, database, cache and checks, each with when it was asked', async () => {
    const said = await answered({ roles: ['workload', 'database', 'cache'], checks });
    expect(said).toContain('checkout · production · 3 of 4 ready · 1 of 3 checks hold');
    expect(said).toContain('3 of 4 ready, 4 of this revision');
    expect(said).toMatch(/database +`redis\/database`, degraded/);
    expect(said).toMatch(/leader +pg-a/);
    expect(said).toContain('FAILS `https://shop.example/health answers 200` · it answered 503 · ');
    expect(said).toContain('NO DATA `errors is below 0.05` · nothing was measured · ');
    expect(said).toContain('holds `pg:5432 takes connections`');
    expect(said.match(/03:14 UTC/g)?.length).toBe(6);
  });

  it('says of what could not be asked why, and the others stand', async () => {
    const said = await answered({
      roles: ['workload', 'cache'],
      checks,
      status: down,
      standing: { problem: down },
    });
    expect(said).toContain('checkout · production · 1 of 3 checks hold');
    // Each is named, and says its code.
    expect(said.match(/K8S_UNREACHABLE/g)?.length).toBe(4);
    expect(said).toContain('holds `pg:5432');
  });

  it('is told without instances where none are configured, and of what only answered last', async () => {
    const said = await answered({ roles: ['database'], standing: {} });
    expect(said).toMatch(/^checkout · production\n/);
    expect(said).toContain('answered last: degraded');
    expect(said).not.toContain('ROLE_NOT_CONFIGURED');
  });

  it('is a problem where nothing is configured, or nothing else could be asked', async () => {
    expect(await answered({ roles: [] })).toBe('ROLE_NOT_CONFIGURED');
    expect(await answered({ roles: ['workload'], status: down })).toBe('K8S_UNREACHABLE');
  });
});

interface Given {
  readonly roles: readonly string[];
  readonly checks?: readonly CheckResult[];
  readonly status?: Problem;
  readonly standing?: Partial<Standing>;
}

async function answered({ roles, checks: held = [], status, standing }: Given): Promise<string> {
  const targets = Object.fromEntries(
    roles.map((role) => [
      role,
      { integration: 'redis', target: role, locator: {}, bounds: {}, show: [] },
    ]),
  );
  const environments = [{ name: 'production', targets, match: {} }];
  const services = [{ name: 'checkout', match: {}, environments }];
  const stands: Standing = {
    state: 'degraded',
    ...(standing ?? { at, facts: { leader: 'pg-a', members: 3 } }),
  };
  const asking = {
    service: 'checkout',
    environment: 'production',
    desk: {
      settings: { catalog: { services } },
      words: { names: new Map(), book: {} },
      now: () => at,
      workload: () => ({
        status: async () => (status ? { ok: false, problem: status } : { ok: true, value: well }),
      }),
      standing: async () => stands,
      checks: async () => held,
    },
  } as unknown as Asking;
  if (health.does !== 'read') throw new Error('it reads');
  const reading = await health.answer(asking);
  if ('code' in reading) return reading.code;
  const { title, blocks } = reading;
  return cardText({
    key: 'a',
    tone: 'neutral',
    mark: '',
    title,
    blocks,
    actions: [],
    footnote: [],
  });
}

const well: WorkloadStatus = {
  id: 'kubernetes/eu-1/shop/deployment/checkout',
  identity: 'uid',
  replicas: { desired: 4, ready: 3, updated: 4, available: 3 },
  images: ['checkout:1.9.0'],
  paused: false,
  conditions: [],
  unhealthy: [],
  events: [],
};
