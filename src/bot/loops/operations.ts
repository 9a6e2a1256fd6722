import type { OperationIntent } from '../../core/operation/decide.ts';
import { type OperationState, type StepState, terminal } from '../../core/operation/operation.ts';
import type { Verdict } from '../../core/operation/policy.ts';
import { currentStep, mayBeSent } from '../../core/operation/step-decide.ts';
import type { Evidence } from '../../core/person.ts';
import type { Ownership } from '../../core/ports/journal.ts';
import type { Checked, Observed, Probed, StepDriver } from '../../core/ports/step.ts';
import { type Facts, ProblemError, problem, problemOf } from '../../core/problem.ts';
import type { Clock } from '../clock.ts';
import type { Engine, Told } from '../engine.ts';

export interface OperationsLoopOptions {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly ownership: Ownership;
  /** The only way to a writer. Opened on first need; undefined for a kind nobody registers. */
  readonly driver: (kind: string, target: string) => Promise<StepDriver | undefined>;
  /** The approvers of an operation as they are known now. */
  readonly standing: (operation: OperationState) => Promise<readonly Evidence[]>;
  readonly policyDigest: () => string;
  /** What the policy says now of an operation that is approved; undefined where the record holds too little of it. */
  readonly verdict: (operation: OperationState) => Promise<Verdict | undefined>;
  readonly pollMs: number;
  readonly log: (message: string, fields: Readonly<Record<string, unknown>>) => void;
}

export interface OperationsLoop {
  /** Looks at everything that is under way. */
  start(): void;
  wake(operation: string): void;
  /** No new step; a step in flight and a critical section may finish. */
  close(): Promise<void>;
}

/** After an append or a driver that failed: look again this much later. */
const retryMs = 2000;
/** Where a directory is silent it is asked again; it rests between its own tries, so this costs nothing. */
const putOffMs = 5000;

/**
 * Brings each approved operation to its end, one step after the other. The intent of a step is on disk before its
 * side effect and its result after it; whatever is found `intended` without a result is looked at, never sent again blindly.
 */
export function createOperationsLoop(options: OperationsLoopOptions): OperationsLoop {
  const { engine, clock, log } = options;
  /** Operations with a turn under way; `again` when something happened meanwhile. */
  const turning = new Map<string, { again: boolean; readonly done: Promise<void> }>();
  const timers = new Map<string, () => void>();
  let closing = false;

  function wake(id: string): void {
    const running = turning.get(id);
    if (running) {
      running.again = true;
      return;
    }
    timers.get(id)?.();
    timers.delete(id);
    const entry = { again: false, done: Promise.resolve() };
    turning.set(id, entry);
    entry.done = turn(id)
      .catch((error: unknown) => {
        log('operation turn failed', { operation: id, error });
        return retryMs;
      })
      .then((pause) => {
        turning.delete(id);
        if (entry.again && !closing) wake(id);
        else if (pause !== undefined && !closing) later(id, pause);
      });
  }

  function later(id: string, ms: number): void {
    timers.get(id)?.();
    timers.set(
      id,
      clock.after(ms, () => wake(id)),
    );
  }

  /** As far as it goes now. Answers when to look again; undefined when an event will say so. */
  async function turn(id: string): Promise<number | undefined> {
    for (;;) {
      const operation = await engine.operation(id);
      if (!operation || terminal.has(operation.status)) return undefined;
      if (operation.status === 'approved') {
        if (closing) return undefined;
        const told = await begin(operation);
        if (told === 'put off') return putOffMs;
        if (!told.changed) return pauseUntil(told.freeAt);
        continue;
      }
      if (operation.status !== 'running' && operation.status !== 'verifying') return undefined;
      const step = currentStep(operation);
      if (!step || (closing && !mayGoOn(operation, step))) return undefined;
      const pause = await work(operation, step);
      if (pause === undefined) continue;
      if (!closing) return pause;
      await new Promise<void>((resolve) => clock.after(pause, resolve));
    }
  }

  /** `put off`: a directory that has a say in it did not answer, and no event will say when it does. */
  async function begin(operation: OperationState): Promise<Told | 'put off'> {
    const verdict = await options.verdict(operation);
    const standing = await options.standing(operation);
    const told = await tell(operation, {
      type: 'Begin',
      at: clock.now(),
      standing,
      policy: options.policyDigest(),
      ...(verdict && { verdict }),
    });
    const isSilent =
      standing.some(({ unreachable }) => unreachable !== undefined) ||
      (verdict?.allowed === false && verdict.problem.code === 'DIRECTORY_UNREACHABLE');
    const now = await engine.operation(operation.id);
    return isSilent && now?.status === 'approved' ? 'put off' : told;
  }

  function pauseUntil(at: number | undefined): number | undefined {
    return at === undefined ? undefined : Math.max(at - clock.now(), options.pollMs);
  }

  async function work(operation: OperationState, step: StepState): Promise<number | undefined> {
    const { integration, target } = step.step.at;
    const driver = await options.driver(step.step.kind, `${integration}/${target}`);
    if (!driver) {
      await tell(operation, { type: 'ReportNoDriver', step: step.step.id });
      return undefined;
    }
    if (step.phase === 'waiting') return attempt(operation, step, driver);
    if (step.phase === 'intended') return settle(operation, step, driver);
    return verify(operation, step, driver);
  }

  /** Check, put the intent on disk, write, put the answer on disk. */
  async function attempt(
    operation: OperationState,
    step: StepState,
    driver: StepDriver,
  ): Promise<number | undefined> {
    const checked = await check(operation, step, driver);
    const { landsWithinMs } = driver;
    const at = clock.now();
    const told = await tell(operation, {
      type: 'ReportCheck',
      at,
      step: step.step.id,
      checked,
      landsWithinMs,
    });
    const intended = await engine.operation(operation.id);
    const now = intended && currentStep(intended);
    // Only what this turn itself put on disk is sent; any other intent is settled by looking.
    const mine =
      told.changed &&
      checked.ok &&
      now?.phase === 'intended' &&
      now.step.id === step.step.id &&
      now.attempt === step.attempt + 1;
    if (!intended || !mine) return undefined;
    const context = { ...contextOf(intended), token: now.token, attempt: now.attempt };
    if (!mayBeSent(now, { at: clock.now(), landsWithinMs })) {
      await tell(intended, {
        type: 'ReportApply',
        at: clock.now(),
        step: now.step.id,
        applied: { outcome: 'moved' },
      });
      return undefined;
    }
    const applied = await driver.apply(now.step, context).catch((error: unknown) => {
      const otherwise = problem('STEP_OUTCOME_UNKNOWN', { step: now.step.id });
      return { outcome: 'unknown', problem: problemOf(error, otherwise) } as const;
    });
    await tell(intended, { type: 'ReportApply', at: clock.now(), step: now.step.id, applied });
    return applied.outcome === 'unknown' ? options.pollMs : undefined;
  }

  /** An intent without a result: did it take effect? */
  async function settle(
    operation: OperationState,
    step: StepState,
    driver: StepDriver,
  ): Promise<number | undefined> {
    const context = { ...contextOf(operation), token: step.token, attempt: step.attempt };
    const probed: Probed = await driver.probe(step.step, context).catch(() => 'cannot-know');
    const late = clock.now() >= step.landsBefore;
    const checked =
      probed === 'cannot-know' && late ? await check(operation, step, driver) : undefined;
    const told = await tell(operation, {
      type: 'ReportProbe',
      at: clock.now(),
      step: step.step.id,
      probed,
      ...(checked ? { checked } : {}),
    });
    return told.changed ? undefined : options.pollMs;
  }

  async function verify(
    operation: OperationState,
    step: StepState,
    driver: StepDriver,
  ): Promise<number | undefined> {
    const observed: Observed = await driver
      .observe(step.step, contextOf(operation))
      .catch((error: unknown) => {
        const what = `cannot be looked at (${problemOf(error, problem('UNREACHABLE')).code})`;
        return { state: 'progress', progress: { done: 0, of: 0, what } };
      });
    await tell(operation, { type: 'ReportObserve', at: clock.now(), step: step.step.id, observed });
    return observed.state === 'progress' ? options.pollMs : undefined;
  }

  async function check(
    operation: OperationState,
    step: StepState,
    driver: StepDriver,
  ): Promise<Checked> {
    const context = { ...contextOf(operation), sent: step.attempt };
    return driver.check(step.step, context).catch((error: unknown) => {
      const otherwise = problem('STEP_FAILED', { step: step.step.id, operation: operation.id });
      return { ok: false, problem: problemOf(error, otherwise) };
    });
  }

  async function tell(operation: OperationState, intent: OperationIntent): Promise<Told> {
    const fence = await options.ownership.claim('operations');
    // Another process looks after it. The turn ends, and asks again in a while: the other may be gone by then.
    if (!fence) throw new ProblemError(problem('NOT_THE_OWNER', {}));
    const version = engine.readings.operations.get(operation.id)?.version ?? 0;
    const isResult = intent.type !== 'Begin' && intent.type !== 'ReportCheck';
    return engine.tellOperation(operation.id, intent, {
      cause: `operations/${operation.id}/${version}/${intent.type}`,
      by: 'tocsin',
      fence,
      urgent: isResult,
    });
  }

  return {
    start() {
      for (const id of engine.readings.operations.keys()) wake(id);
    },
    wake,
    async close() {
      closing = true;
      // What waits for its next look is looked at now: a critical section goes on, everything else stays as it is.
      for (const id of [...timers.keys()]) wake(id);
      await Promise.all([...turning.values()].map(({ done }) => done));
    },
  };
}

/** On shutdown: a critical step that has begun, and the one it binds, are brought to their end. */
function mayGoOn(operation: OperationState, step: StepState): boolean {
  const before = operation.steps[operation.steps.indexOf(step) - 1];
  const isBound = before?.step.critical === true && before.appliedAt > 0;
  return isBound || (step.step.critical && step.phase !== 'waiting');
}

function contextOf(operation: OperationState) {
  const outputs: Facts = Object.assign({}, ...operation.steps.map((step) => step.outputs));
  return {
    operation: operation.id,
    outputs,
    startedAt: operation.startedAt ?? 0,
    ...(operation.stoppedBy !== undefined && { stopped: true as const }),
  };
}
