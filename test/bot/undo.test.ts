import { describe, expect, it } from 'vitest';
import type { Step } from '../../src/core/operation/plan.ts';
import type { AllowRule, PolicyRule } from '../../src/core/operation/policy.ts';
import type { Draft, DraftRequest } from '../../src/core/ports/step.ts';
import { problem } from '../../src/core/problem.ts';
import { cardText } from '../../src/core/view/text.ts';
import { rule, step } from '../core/operation/sample.ts';
import { type SmallBot, type SmallBotOptions, startSmallBot } from '../fakes/small-bot.ts';

const minute = 60_000;
const line = 'restart checkout env=production';

function changes(more: Partial<AllowRule> = {}): AllowRule {
  return rule({
    match: { risk: ['change'] },
    undo: { withinMs: 30 * minute, danger: false },
    ...more,
  });
}

function targetOf(name: string) {
  return { id: `kubernetes/eu-1/${name}`, identity: name };
}

/** Two steps on two targets; the way back from one is the step that it promised. */
async function draft(operation: string, { undoes }: DraftRequest): Promise<Draft> {
  const steps: readonly Step[] = undoes
    ? [way(undoes)]
    : ['one', 'two'].map((name, index) => step(`s${index + 1}`, { target: targetOf(name) }));
  const targets = steps.map(({ target }) => target);
  const diff = steps.flatMap(({ change }) => change);
  if (operation === '') return { ok: false, problem: problem('PLANNING_FAILED') };
  return { ok: true, steps, targets, diff, warnings: [], blast: {}, risk: 'change' };
}

function way({ target, undo }: Step): Step {
  if (undo === 'irreversible') throw new Error('there is no way back');
  return step('s1', { target, change: undo.change, params: undo.params });
}

async function started(rules: readonly PolicyRule[], more: SmallBotOptions = {}) {
  const small = await startSmallBot({ rules, draft, ...more });
  small.bot.start([]);
  return small;
}

async function newest(small: SmallBot): Promise<string> {
  return [...small.bot.engine.readings.operations.keys()].at(-1) ?? '';
}

/** Ana asks, ben approves, it is done. */
async function done(small: SmallBot): Promise<string> {
  await small.says('ana', line);
  const operation = await newest(small);
  const hash = (await small.bot.engine.operation(operation))?.hash ?? '';
  await small.says('ben', `approve ${operation} ${hash.slice(0, 10)}`);
  await small.clock.passes(5000);
  expect((await small.bot.engine.operation(operation))?.status).toBe('done');
  return operation;
}

async function undone(small: SmallBot, operation: string, person = 'ana') {
  const said = await small.says(person, `undo ${operation}`);
  const undo = await newest(small);
  await small.clock.passes(5000);
  return { said, undo, state: await small.bot.engine.operation(undo) };
}

describe('the undo of an operation with several steps', () => {
  it('takes them back from the last to the first, as one plan', async () => {
    const small = await started([rule({ match: { risk: ['change'] } })]);
    const operation = await done(small);
    const { state } = await undone(small, operation);
    expect(state?.status).toBe('waiting');
    expect(state?.plan?.steps.map(({ id, target }) => [id, target.identity])).toEqual([
      ['s1', 'two'],
      ['s2', 'one'],
    ]);
    expect(state?.plan?.targets.map(({ identity }) => identity)).toEqual(['two', 'one']);
  });

  it('is none where a step has no way back, or two of them changed the same', async () => {
    const final = await started([changes()], {
      draft: async (operation, request) => {
        const drafted = await draft(operation, request);
        if (!drafted.ok) return drafted;
        const [first, second] = drafted.steps;
        if (!first || !second) return drafted;
        return { ...drafted, steps: [first, { ...second, undo: 'irreversible' }] };
      },
    });
    const one = await undone(final, await done(final));
    expect(one.said).toContain('NOTHING_TO_UNDO');
    const same = await started([changes()], {
      draft: async (operation, request) => {
        const drafted = await draft(operation, request);
        if (!drafted.ok) return drafted;
        const steps = drafted.steps.map((each) => ({ ...each, target: targetOf('one') }));
        return { ...drafted, steps };
      },
    });
    const two = await undone(same, await done(same));
    expect(two.said).toContain('NOTHING_TO_UNDO');
  });
});

describe('an undo that was approved with what it takes back', () => {
  it('is promised by the card, and runs without a further approval', async () => {
    const small = await started([changes()]);
    await small.says('ana', line);
    const card = await small.bot.threads.desired(await newest(small));
    expect(card && cardText(card.root)).toContain(
      'It is approved as well, for 30 min after the end.',
    );
    await small.says('ana', `cancel ${await newest(small)}`);
    const operation = await done(small);
    const { undo, state } = await undone(small, operation);
    expect(state?.status).toBe('done');
    expect(state?.approvals).toEqual([]);
    expect(small.target.writes.slice(-2)).toEqual([`${undo}/s1`, `${undo}/s2`]);
    const after = await small.bot.threads.desired(undo);
    expect(after && cardText(after.root)).toContain(`together with \`${operation}\``);
    expect((await undone(small, undo)).state?.status).not.toBe('done');
  });

  it('runs for whoever approved it, too', async () => {
    const small = await started([changes({ requesters: ['sre'] })]);
    const { state } = await undone(small, await done(small), 'ben');
    expect(state?.status).toBe('done');
  });

  it('is part of what was approved', async () => {
    const small = await started([changes()]);
    const operation = await small.bot.engine.operation(await done(small));
    expect(operation?.plan?.undoWithinMs).toBe(30 * minute);
  });

  it('waits for people when its time is over', async () => {
    const small = await started([changes()]);
    const operation = await done(small);
    await small.clock.passes(31 * minute);
    expect((await undone(small, operation)).state?.status).toBe('waiting');
  });

  it('waits for people when it would do something else than was shown', async () => {
    const small = await started([changes()], {
      draft: async (operation, request) => {
        const drafted = await draft(operation, request);
        if (!drafted.ok || !request.undoes) return drafted;
        const other = { path: 'replicas', what: 'changed', from: '6', to: '2' } as const;
        return { ...drafted, steps: drafted.steps.map((each) => ({ ...each, change: [other] })) };
      },
    });
    expect((await undone(small, await done(small))).state?.status).toBe('waiting');
  });

  it('is not done where a rule denies it', async () => {
    const deny: PolicyRule = { kind: 'deny', where: 'tocsin.yaml:9', match: { verb: ['undo'] } };
    const small = await started([deny, changes()]);
    const { said, state } = await undone(small, await done(small));
    expect(said).toContain('POLICY_DENIED');
    expect(state?.status).toBe('refused');
  });

  it('waits as everything does while something halts it', async () => {
    const small = await started([changes()]);
    const operation = await done(small);
    await small.says('ben', 'freeze all for=5m reason=audit');
    expect((await undone(small, operation)).said).toContain('FROZEN');
  });
});
