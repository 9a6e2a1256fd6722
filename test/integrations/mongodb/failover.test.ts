import { afterEach, describe, expect, it } from 'vitest';
import type { Step } from '../../../src/core/operation/plan.ts';
import type { DraftRequest } from '../../../src/core/ports/step.ts';
import { connect } from '../../../src/integrations/mongodb/index.ts';
import type { MongodbConfig } from '../../../src/integrations/mongodb/schema.ts';
import {
  type FakeSet,
  type FakeSetOptions,
  startReplicaSet,
} from '../../fakes/mongodb/replica-set.ts';

let set: FakeSet | undefined;
afterEach(async () => {
  await set?.close();
  set = undefined;
});

async function world(options: FakeSetOptions = {}, changes: Partial<MongodbConfig> = {}) {
  const started = await startReplicaSet(options);
  set = started;
  const [m1, m2, m3] = started.members;
  if (!m1 || !m2 || !m3) throw new Error('a set has three members');
  const members = started.members.map(({ name }) => {
    const [host = '', port = ''] = name.split(':');
    return { host, port: Number(port) };
  });
  const config = {
    target: 'orders-db',
    set: 'rs0',
    members,
    authSource: 'admin',
    timeoutMs: 300,
  };
  const integration = connect({ ...config, ...changes });
  const draft = (args: DraftRequest['args'] = {}) =>
    integration.planner.draft({ ...request, args });
  async function planned(): Promise<Step> {
    const drafted = await draft();
    if (!drafted.ok) throw new Error(drafted.problem.code);
    const [step] = drafted.steps;
    if (!step) throw new Error('a failover has a step');
    return step;
  }
  const driver = () => {
    const found = integration.openWriter().steps['mongodb.step-down'];
    if (!found) throw new Error('there is a driver');
    return found;
  };
  const stepDowns = () => started.asked.filter(({ command }) => command === 'replSetStepDown');
  return { set: started, m1, m2, m3, integration, draft, planned, driver, stepDowns };
}

const target = { integration: 'mongodb', target: 'orders-db', locator: {}, bounds: {}, show: [] };
const request = { verb: 'failover', operation: 'op-1', service: 'orders', target, args: {} };
const context = { operation: 'op-1', outputs: {}, startedAt: 0 };

async function checked(driver: Awaited<ReturnType<typeof world>>['driver'], step: Step) {
  const found = await driver().check(step, context);
  if (!found.ok) throw new Error(found.problem.code);
  return { ...context, token: found.token, attempt: 1 };
}

describe('the plan of a failover', () => {
  it('names the primary, who can be elected with their lag, and what is lost: nothing acknowledged', async () => {
    const { m1, m2, m3, draft } = await world();
    m3.lagMs = 400;
    const drafted = await draft();
    expect(drafted).toMatchObject({
      ok: true,
      risk: 'danger',
      steps: [{ kind: 'mongodb.step-down', guard: 'unguarded', undo: 'irreversible' }],
      warnings: [{ code: 'MONGODB_NOTHING_LOST', facts: { primary: m1.name, seconds: 10 } }],
      blast: { primary: m1.name, members: '3 of 3 are well', loses: 'nothing acknowledged' },
    });
    const change = JSON.stringify(drafted.ok && drafted.diff);
    expect(change).toContain(`${m2.name} (0 s behind, priority 1)`);
    expect(change).toContain(`${m3.name} (0.4 s behind, priority 1)`);
  });

  it('is drafted without a change', async () => {
    const {
      draft,
      set: { asked },
    } = await world();
    await draft();
    const commands = new Set(asked.map(({ command }) => command));
    for (const command of [
      'replSetStepDown',
      'appendOplogNote',
      'replSetFreeze',
      'replSetReconfig',
    ])
      expect(commands).not.toContain(command);
  });

  it('says that the old primary comes back where its priority is the highest', async () => {
    const { draft } = await world({ rules: [{ priority: 5 }, {}, {}] });
    expect(await draft()).toMatchObject({
      warnings: [
        { code: 'MONGODB_NOTHING_LOST' },
        { code: 'MONGODB_COMES_BACK', facts: { best: 1 } },
      ],
    });
  });

  it('counts nobody who cannot be elected: hidden, without priority, an arbiter, recovering', async () => {
    const { m1, draft } = await world({
      rules: [{}, { hidden: true, priority: 0 }, { arbiterOnly: true, priority: 0 }],
    });
    expect(await draft()).toMatchObject({
      ok: false,
      problem: { code: 'MONGODB_NO_CANDIDATE', facts: { primary: m1.name } },
    });
  });

  it('says which members do not answer, and is refused where the rest could elect nobody', async () => {
    const { m3, m2, draft } = await world({ rules: [{}, {}, {}, {}, {}] });
    m3.down = true;
    const drafted = await draft();
    expect(drafted).toMatchObject({ ok: true, blast: { members: '4 of 5 are well' } });
    expect(drafted.ok && drafted.warnings.map(({ code }) => code)).toContain('MONGODB_SILENT');
    for (const each of set?.members.slice(3) ?? []) each.down = true;
    expect(await draft()).toMatchObject({
      ok: false,
      problem: { code: 'MONGODB_NO_MAJORITY', facts: { votesWell: 2, votes: 5 } },
    });
    expect(m2.state).toBe('SECONDARY');
  });

  it('is refused while nobody or two are primary, and for a member of another set', async () => {
    const { m1, m2, draft } = await world();
    m2.state = 'PRIMARY';
    expect(await draft()).toMatchObject({ problem: { code: 'MONGODB_TWO_PRIMARIES' } });
    m1.state = 'SECONDARY';
    m2.state = 'SECONDARY';
    expect(await draft()).toMatchObject({ problem: { code: 'MONGODB_NO_PRIMARY' } });
    const other = await world({ set: 'rs9' });
    expect(await other.draft()).toMatchObject({
      problem: { code: 'MONGODB_OTHER_SET', facts: { set: 'rs9', expected: 'rs0' } },
    });
  });

  it('is refused where every secondary is too far behind', async () => {
    const { m2, m3, draft } = await world();
    m2.lagMs = 11_000;
    m3.lagMs = 60_000;
    expect(await draft()).toMatchObject({
      problem: { code: 'MONGODB_SECONDARIES_LATE', facts: { seconds: 11, bound: 10 } },
    });
  });

  it('takes a name only where it is the only one that can be elected', async () => {
    const { m2, m3, draft } = await world();
    expect(await draft({ to: m2.name })).toMatchObject({ problem: { code: 'MONGODB_NOT_TO' } });
    m3.state = 'RECOVERING';
    expect(await draft({ to: m2.name })).toMatchObject({ ok: true });
    expect(await draft({ to: m3.name })).toMatchObject({ problem: { code: 'MONGODB_NOT_TO' } });
  });

  it('takes no mode', async () => {
    const { integration } = await world();
    const asked = { ...request, args: { mode: 'takeover' } };
    expect(await integration.planner.draft(asked)).toMatchObject({
      problem: { code: 'MONGODB_NO_MODE' },
    });
  });

  it('knows no other verb', async () => {
    const { integration } = await world();
    expect(await integration.planner.draft({ ...request, verb: 'scale' })).toMatchObject({
      problem: { code: 'MONGODB_UNKNOWN_VERB' },
    });
  });
});

describe('a step-down', () => {
  it('is asked of the primary once, never by force, and is done when another one takes writes', async () => {
    const { m1, planned, driver, stepDowns, set: there } = await world();
    const step = await planned();
    const given = await checked(driver, step);
    expect(await driver().apply(step, given)).toEqual({ outcome: 'applied' });
    expect(stepDowns()).toMatchObject([
      {
        member: m1.name,
        words: { replSetStepDown: 300, secondaryCatchUpPeriodSecs: 10, force: false },
      },
    ]);
    expect(await driver().probe(step, given)).toBe('yes');
    expect(await driver().observe(step, context)).toMatchObject({ state: 'done' });
    expect([m1.state, there.primary()?.name === m1.name, there.term()]).toEqual([
      'SECONDARY',
      false,
      2,
    ]);
    expect(
      there.asked.at(-1)?.command === 'endSessions' ||
        there.asked.some(
          ({ command, words }) =>
            command === 'appendOplogNote' && JSON.stringify(words).includes('majority'),
        ),
    ).toBe(true);
  });

  it('is followed while the election lasts and until the old primary is well', async () => {
    const { m1, planned, driver, set: there } = await world();
    there.holdElections();
    const step = await planned();
    const given = await checked(driver, step);
    await driver().apply(step, given);
    expect(await driver().probe(step, given)).toBe('cannot-know');
    expect(await driver().observe(step, context)).toMatchObject({ state: 'progress' });
    there.letElect();
    m1.state = 'RECOVERING';
    expect(await driver().observe(step, context)).toMatchObject({
      state: 'progress',
      progress: { done: 1, of: 3 },
    });
    m1.state = 'SECONDARY';
    expect(await driver().observe(step, context)).toMatchObject({ state: 'done' });
  });

  it('that the primary refuses changed nothing, in its own words', async () => {
    const { m1, m2, m3, planned, driver } = await world();
    const step = await planned();
    const given = await checked(driver, step);
    m2.lagMs = 20_000;
    m3.lagMs = 20_000;
    expect(await driver().apply(step, given)).toMatchObject({
      outcome: 'refused',
      problem: {
        code: 'MONGODB_REFUSED',
        facts: { command: 'replSetStepDown', why: expect.stringContaining('ExceededTimeLimit') },
      },
    });
    expect(m1.state).toBe('PRIMARY');
  });

  it('whose answer is lost is unknown, believed once it shows, and never sent again', async () => {
    const { planned, driver, stepDowns, set: there } = await world();
    const step = await planned();
    const given = await checked(driver, step);
    there.loseAnswer('replSetStepDown');
    expect(await driver().apply(step, given)).toMatchObject({
      outcome: 'unknown',
      problem: { code: 'MONGODB_NO_ANSWER' },
    });
    expect(await driver().probe(step, given)).toBe('yes');
    expect(stepDowns()).toHaveLength(1);
  });

  it('that got lost on its way is not known to have failed', async () => {
    const { m1, planned, driver, stepDowns, set: there } = await world();
    const step = await planned();
    const given = await checked(driver, step);
    there.loseRequest('replSetStepDown');
    expect(await driver().apply(step, given)).toMatchObject({ outcome: 'unknown' });
    expect(await driver().probe(step, given)).toBe('cannot-know');
    expect([m1.state, stepDowns()].flat()).toMatchObject(['PRIMARY', {}]);
  });

  it('is not sent to a set that had an election since it was checked', async () => {
    const { m1, m2, planned, driver, stepDowns, set: there } = await world();
    const step = await planned();
    const given = await checked(driver, step);
    there.elect(m2);
    there.elect(m1);
    expect(await driver().apply(step, given)).toEqual({ outcome: 'moved' });
    expect(stepDowns()).toEqual([]);
  });

  it('is stale where another one is primary, or others can be elected, than was shown', async () => {
    const { m1, m2, m3, planned, driver, set: there } = await world();
    const step = await planned();
    m3.state = 'RECOVERING';
    expect(await driver().check(step, context)).toMatchObject({
      problem: { code: 'PLAN_STALE', facts: { field: 'candidates' } },
    });
    m3.state = 'SECONDARY';
    there.elect(m2);
    expect(await driver().check(step, context)).toMatchObject({
      problem: {
        code: 'PLAN_STALE',
        facts: { field: 'primary', planned: m1.name, observed: m2.name },
      },
    });
  });

  it('has failed where the same member was elected again', async () => {
    const { m1, planned, driver, set: there } = await world();
    const step = await planned();
    const given = await checked(driver, step);
    await driver().apply(step, given);
    m1.awayUntil = 0;
    there.elect(m1);
    expect(await driver().observe(step, context)).toMatchObject({
      state: 'failed',
      problem: { code: 'MONGODB_SAME_PRIMARY' },
    });
  });

  it('is not verified by a primary that has no majority for a write', async () => {
    const { m1, m3, planned, driver } = await world();
    m3.down = true;
    const step = await planned();
    const given = await checked(driver, step);
    await driver().apply(step, given);
    m1.down = true;
    expect(await driver().observe(step, context)).toMatchObject({ state: 'progress' });
  });
});

describe('a login', () => {
  const users = { tocsin: 'right' };
  it('is proven by SCRAM; a wrong one is said without the password', async () => {
    const right = await world({ users }, { username: 'tocsin', password: 'right' });
    expect(await right.draft()).toMatchObject({ ok: true });
    await right.set.close();
    const wrong = await world({ users }, { username: 'tocsin', password: 'a-secret-word' });
    const drafted = await wrong.draft();
    expect(drafted).toMatchObject({
      ok: false,
      problem: { code: 'MONGODB_REFUSED', facts: { command: 'authenticate' } },
    });
    expect(JSON.stringify(drafted)).not.toContain('a-secret-word');
  });

  it('is missed by the command that needs it', async () => {
    const { draft } = await world({ users });
    expect(await draft()).toMatchObject({
      problem: { code: 'MONGODB_REFUSED', facts: { why: expect.stringContaining('Unauthorized') } },
    });
  });
});

describe('the doctor', () => {
  it('says who is primary, and which members are missing', async () => {
    const { m1, m3, integration } = await world();
    expect(await integration.doctor()).toMatchObject([{ facts: { primary: m1.name, well: 3 } }]);
    expect(integration.health()).toBe('ok');
    m3.down = true;
    expect(await integration.doctor()).toMatchObject([
      { facts: { well: 2, members: 3 } },
      { check: 'member', problem: { code: 'MONGODB_SILENT' } },
    ]);
    expect(integration.health()).toBe('degraded');
    for (const each of set?.members ?? []) each.down = true;
    expect(await integration.doctor()).toMatchObject([
      { problem: { code: 'MONGODB_UNREACHABLE' } },
    ]);
    expect(integration.health()).toBe('degraded');
    for (let tries = 1; tries < 5; tries += 1) await integration.doctor();
    expect(integration.health()).toBe('down');
    const asked = set?.asked.length;
    expect(await integration.doctor()).toMatchObject([{ problem: { code: 'MONGODB_RESTS' } }]);
    expect(set?.asked.length).toBe(asked);
  });
});
