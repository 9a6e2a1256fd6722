import { beforeEach, describe, expect, it } from 'vitest';
import type { Step } from '../../../src/core/operation/plan.ts';
import type { ApplyContext, Draft, DraftRequest } from '../../../src/core/ports/step.ts';
import { createPlanner } from '../../../src/integrations/alertmanager/planner.ts';
import { silenceDriver } from '../../../src/integrations/alertmanager/steps/silence.ts';
import { unsilenceDriver } from '../../../src/integrations/alertmanager/steps/unsilence.ts';
import { createFakeSilences, type FakeSilences } from '../../fakes/silences.ts';

const source = 'alertmanager/main';
let now = 0;
let silences: FakeSilences;

beforeEach(() => {
  now = 1_000_000;
  silences = createFakeSilences(source);
  silences.alerts.push(down('a'), down('b'));
});

describe('a step that makes a silence', () => {
  it('is drafted with what falls silent', async () => {
    const { step, ...draft } = await drafted();
    expect(step).toMatchObject({
      kind: 'alertmanager.silence',
      guard: 'unguarded',
      target: { id: 'alertmanager/main/silences/sil-1', identity: 'sil-1' },
      preconditions: { firing: 2, critical: 2 },
      undo: { params: { silence: 'sil-1' } },
    });
    expect(draft).toMatchObject({
      risk: 'danger',
      blast: { hides: 2, critical: 2, lasts: '1h' },
      diff: [
        { what: 'added', to: 'alertname="Down" for 1h' },
        { path: 'Down (critical)', from: '2 firing', to: 'hidden' },
      ],
      warnings: [{ code: 'SILENCE_IS_DANGEROUS' }],
    });
  });

  it('lasts from when it is made, and says who asked for it by which operation', async () => {
    const { step } = await drafted();
    now += 600_000;
    const made = await applied(step);
    expect(made).toMatchObject({ outcome: 'applied', outputs: { until: now + 3_600_000 } });
    expect([...silences.held.values()]).toMatchObject([
      { endsAt: now + 3_600_000, createdBy: 'ana (tocsin)', comment: 'known · ana in inc-1, op-1' },
    ]);
    expect(await driver().observe(step, context())).toEqual({ state: 'done' });
  });

  it('is stale when more critical alerts fit than were shown, or ten others more', async () => {
    const { step } = await drafted();
    for (let pod = 0; pod < 10; pod += 1) silences.alerts.push(down(`x${pod}`, 'warning'));
    expect((await driver().check(step, context())).ok).toBe(true);
    silences.alerts.push(down('x', 'warning'));
    expect(await driver().check(step, context())).toMatchObject({
      problem: { code: 'PLAN_STALE', facts: { planned: 2, observed: 13 } },
    });
    silences.alerts.splice(2);
    silences.alerts.push(down('c'));
    expect(await applied(step)).toEqual({ outcome: 'moved' });
    expect(silences.held.size).toBe(0);
    // Fewer is no reason to ask anybody again.
    silences.alerts.splice(1);
    expect((await driver().check(step, context())).ok).toBe(true);
  });

  it('is believed after a lost answer, and not made again', async () => {
    const { step } = await drafted();
    silences.fails('lost');
    expect((await applied(step)).outcome).toBe('unknown');
    expect(await probed(step)).toBe('yes');
    expect(await driver().check(step, context())).toMatchObject({ ok: false, ours: true });
    expect((await applied(step)).outcome).toBe('applied');
    expect(silences.held.size).toBe(1);
  });

  it('is said not to be made only when it can no longer land, and everybody was asked', async () => {
    const { step } = await drafted();
    silences.fails('late');
    const token = String(now);
    expect((await applied(step)).outcome).toBe('unknown');
    expect(await probed(step, token)).toBe('cannot-know');
    now += 19_999;
    expect(await probed(step, token)).toBe('cannot-know');
    const { find } = silences;
    const half = { ...silences, find: async (it: { silence: string }) => partly(await find(it)) };
    now += 1;
    expect(await probed(step, token, half)).toBe('cannot-know');
    expect(await probed(step, token)).toBe('no');
    silences.lands();
    expect(await probed(step, token)).toBe('yes');
  });

  it('is refused in words when the source refuses', async () => {
    const { step } = await drafted();
    silences.fails('refused');
    expect(await applied(step)).toMatchObject({
      outcome: 'refused',
      problem: { code: 'ALERTMANAGER_TIMEOUT' },
    });
  });

  it('is not taken for made because somebody wrote its name into a reason', async () => {
    const { step } = await drafted();
    await silences.create({
      silence: 'sil-1',
      matchers: [],
      startsAt: now,
      endsAt: now + 1,
      createdBy: 'eve (tocsin)',
      comment: 'x, op-1 [tocsin sil-1] · eve in inc-1',
    });
    expect(await probed(step)).not.toBe('yes');
  });

  it('cannot be drafted while nobody answers', async () => {
    silences.isDown = true;
    expect(await draft()).toMatchObject({ ok: false, problem: { code: 'ALERTMANAGER_TIMEOUT' } });
  });
});

describe('the way back', () => {
  it('ends what the operation made, once', async () => {
    const { step } = await drafted();
    await applied(step);
    const back = await stepOf(draft({ undoes: step }));
    expect(back).toMatchObject({ kind: 'alertmanager.unsilence', undo: 'irreversible' });
    const undo = unsilenceDriver({ silences, now: () => now });
    expect((await undo.check(back, context('op-2'))).ok).toBe(true);
    expect(await undo.apply(back, context('op-2'))).toEqual({ outcome: 'applied' });
    expect(silences.held.size).toBe(0);
    expect(await undo.probe(back, context('op-2'))).toBe('yes');
    expect(await undo.observe(back, context('op-2'))).toEqual({ state: 'done' });
    expect(await undo.check(back, context('op-2'))).toMatchObject({ ok: false, ours: true });
  });

  it('is refused when it is over already', async () => {
    const { step } = await drafted();
    expect(await draft({ undoes: step })).toMatchObject({
      ok: false,
      problem: { code: 'ALERTMANAGER_SILENCE_OVER' },
    });
  });
});

function down(pod: string, severity = 'critical') {
  return { labels: { alertname: 'Down', severity, pod } };
}

function partly<T extends object>(found: T): T {
  return { ...found, isWhole: false };
}

function driver(port: FakeSilences = silences) {
  return silenceDriver({ silences: port, now: () => now });
}

function applied(step: Step) {
  return driver().apply(step, context());
}

function probed(step: Step, token = String(now), port = silences) {
  return driver(port).probe(step, { ...context(), token });
}

function context(operation = 'op-1'): ApplyContext {
  return { operation, outputs: {}, startedAt: 0, token: String(now), attempt: 1 };
}

function draft(more: Partial<DraftRequest> = {}): Promise<Draft> {
  return createPlanner(silences).draft({
    verb: 'silence',
    operation: 'op-1',
    service: 'shop',
    target: {
      integration: 'alertmanager',
      target: 'main',
      locator: { source },
      bounds: {},
      show: [],
    },
    args: {
      silence: 'sil-1',
      matchers: 'alertname="Down"',
      durationMs: 3_600_000,
      createdBy: 'ana (tocsin)',
      comment: 'known · ana in inc-1',
    },
    ...more,
  });
}

async function stepOf(asked: Promise<Draft>): Promise<Step> {
  const found = await asked;
  const [step] = found.ok ? found.steps : [];
  if (!step) throw new Error(JSON.stringify(found));
  return step;
}

async function drafted() {
  const found = await draft();
  if (!found.ok) throw new Error(found.problem.code);
  return { ...found, step: await stepOf(draft()) };
}
