import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Draft } from '../../../src/core/ports/step.ts';
import { connect, problems } from '../../../src/integrations/patroni/index.ts';
import { type FakePatroni, startFakePatroni } from '../../fakes/patroni.ts';
import { configOf, request } from './step-worlds.ts';

let patroni: FakePatroni;
beforeEach(async () => {
  patroni = await startFakePatroni();
});
afterEach(() => patroni.close());

describe('the plan', () => {
  it('is a switchover where the leader is well, to the one that received most', async () => {
    const drafted = await draft();
    expect(drafted).toMatchObject({
      ok: true,
      risk: 'danger',
      targets: [{ id: 'patroni/pg-main', identity: 'shop/771' }],
      steps: [
        {
          kind: 'patroni.switchover',
          guard: 'unguarded',
          params: { leader: 'n1', candidate: '', candidates: 'n2, n3', follow: 'n1, n2, n3' },
        },
      ],
      warnings: [{ code: 'PATRONI_NOTHING_LOST' }],
    });
    const { driver, step } = await prepared(drafted);
    expect(await driver.check(step, context)).toEqual({ ok: true, token: '4/n3' });
  });

  it('holds to the one that was named', async () => {
    const drafted = await draft('n2');
    const { driver, step } = await prepared(drafted);
    expect(step.change[0]).toMatchObject({ path: 'leader', from: 'n1', to: 'n2' });
    expect(await driver.check(step, context)).toEqual({ ok: true, token: '4/n2' });
    member('n2').tags = { nofailover: true };
    expect(await driver.check(step, context)).toMatchObject({
      ok: false,
      problem: { code: 'PLAN_STALE', facts: { field: 'candidates', planned: 'n2' } },
    });
  });

  it('is a failover where the leader is silent, and says what may be lost and that it may split', async () => {
    member('n1').silent = true;
    member('n2').lag = 700;
    const drafted = await draft();
    expect(drafted).toMatchObject({
      ok: true,
      steps: [{ kind: 'patroni.failover', params: { follow: 'n2, n3' } }],
      warnings: [
        { code: 'PATRONI_LOSS_BOUND', facts: { leader: 'n1', bytes: 700 } },
        { code: 'PATRONI_BY_ITSELF' },
        { code: 'PATRONI_SILENT' },
      ],
      splitBrain: { old: 'n1', because: expect.stringContaining('no watchdog is set') },
    });
  });

  it.each([
    ['paused', () => (patroni.state.paused = true), 'PATRONI_PAUSED'],
    ['scheduled', () => (patroni.state.scheduledAt = '05:00'), 'PATRONI_SCHEDULED'],
    ['without a replica', () => (member('n2').silent = true), 'PATRONI_SILENT'],
  ])('of a cluster that is %s says so', async (_, make, code) => {
    make();
    expect(codesOf(await draft())).toContain(code);
  });

  it('takes synchronous standbys alone in synchronous mode', async () => {
    patroni.state.config['synchronous_mode'] = true;
    member('n2').role = 'sync_standby';
    const drafted = await draft();
    expect(drafted).toMatchObject({ steps: [{ params: { candidates: 'n2' } }] });
    expect(codesOf(drafted)).toContain('PATRONI_SYNCHRONOUS');
  });
});

describe('no plan is made', () => {
  it.each([
    ['tagged nofailover', { tags: { nofailover: true } }, 'it is tagged nofailover'],
    ['of priority 0', { tags: { failover_priority: 0 } }, 'it is tagged nofailover'],
    ['on another timeline, whatever its lag', { timeline: 3, lag: 0 }, 'it is on timeline 3'],
    ['too far behind', { lag: 2_000_000 }, 'it lacks 2000000 bytes, and 1048576 are the most'],
    ['of unknown lag', { lag: 'unknown' }, 'Patroni does not know how far it is behind'],
    ['not running', { state: 'stopped' }, 'it is stopped'],
  ])('to a member that is %s', async (_, fields, why) => {
    Object.assign(member('n2'), fields);
    const refused = await draft('n2');
    expect(refused).toMatchObject({ ok: false, problem: { code: 'PATRONI_NOT_TO' } });
    expect(!refused.ok && refused.problem.facts['why']).toContain(why);
    // Without a name the other one is taken.
    expect(await draft()).toMatchObject({ steps: [{ params: { candidates: 'n3' } }] });
    Object.assign(member('n3'), fields);
    expect(await draft()).toMatchObject({ ok: false, problem: { code: 'PATRONI_NO_CANDIDATE' } });
  });

  it.each([
    ['to the leader itself', 'n1'],
    ['to nobody we know', 'n9'],
  ])('%s', async (_, to) => {
    expect(await draft(to)).toMatchObject({ ok: false, problem: { code: 'PATRONI_NOT_TO' } });
  });

  it('while two take writes', async () => {
    member('n2').rogue = true;
    expect(await draft()).toMatchObject({
      ok: false,
      problem: { code: 'PATRONI_SPLIT', facts: { primaries: 'n1, n2' } },
    });
  });

  it.each([
    ['of another name', { scope: 'cart' }],
    ['of other data', { system: '999' }],
  ])('where an endpoint belongs to a cluster %s', async (_, fields) => {
    Object.assign(member('n3'), fields);
    expect(await draft()).toMatchObject({ ok: false, problem: { code: 'PATRONI_SEVERAL' } });
  });

  it('where nobody answers', async () => {
    for (const each of Object.values(patroni.state.members)) each.silent = true;
    expect(await draft()).toMatchObject({ ok: false, problem: { code: 'PATRONI_UNREACHABLE' } });
  });

  it('for another verb', async () => {
    const { planner } = connect(configOf(patroni));
    const refused = await planner.draft({ ...request, verb: 'scale' });
    expect(refused).toMatchObject({ ok: false, problem: { code: 'PATRONI_UNKNOWN_VERB' } });
  });

  it('of a cluster that follows another one', async () => {
    member('n1').role = 'standby_leader';
    patroni.state.leader = '';
    expect(await draft()).toMatchObject({
      ok: false,
      problem: { code: 'PATRONI_STANDBY_CLUSTER' },
    });
  });
});

it('whatever is said has its words', async () => {
  member('n1').silent = true;
  patroni.state.paused = true;
  patroni.state.scheduledAt = '05:00';
  for (const code of codesOf(await draft())) expect(problems).toHaveProperty(code);
});

const context = { operation: 'op-1', outputs: {}, startedAt: 0 };

function draft(to = ''): Promise<Draft> {
  const args = to === '' ? {} : { to };
  return connect(configOf(patroni)).planner.draft({ ...request, args });
}

async function prepared(drafted: Draft) {
  const step = drafted.ok ? drafted.steps[0] : undefined;
  const driver = step && connect(configOf(patroni)).openWriter().steps[step.kind];
  if (!step || !driver) throw new Error(`it is drafted: ${JSON.stringify(drafted)}`);
  return { step, driver };
}

function member(name: string) {
  const found = patroni.state.members[name];
  if (!found) throw new Error(`there is no ${name}`);
  return found;
}

function codesOf(drafted: Draft): readonly string[] {
  return drafted.ok ? drafted.warnings.map(({ code }) => code) : [drafted.problem.code];
}
