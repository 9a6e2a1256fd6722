import {
  type Halt,
  type HaltState,
  type Lifted,
  ownTarget,
  standing,
} from '../core/operation/halt.ts';
import type { Step } from '../core/operation/plan.ts';
import type { Draft, DraftRequest, StepDriver } from '../core/ports/step.ts';
import { type Problem, problem } from '../core/problem.ts';
import type { ConnectedTarget } from './bot-parts.ts';
import type { Engine } from './engine.ts';

const kind = 'tocsin.lift';

/** Our own halts as a target: to lift one is planned, approved and recorded like every change. */
export function createOwnTarget(engine: Engine): ConnectedTarget {
  return {
    name: `${ownTarget.integration}/${ownTarget.target}`,
    planner: { draft: async (request) => draft(request, engine.halts()) },
    health: () => 'ok',
    doctor: async () => [],
    openWriter: () => ({ steps: { [kind]: driverOf(engine) }, close: () => undefined }),
    close: () => undefined,
  };
}

function draft({ target }: DraftRequest, halts: HaltState): Draft {
  const what = liftedOf(target.locator);
  const stands = standing(halts, what);
  const fixed = stands ? undefined : configured(what, halts);
  if (fixed) return { ok: false, problem: fixed };
  if (!stands) return { ok: false, problem: problem('FREEZE_NOT_FOUND', { what: nameOf(what) }) };
  const id = `tocsin/halts/${what.kind}${what.kind === 'freeze' ? `/${what.scope}` : ''}`;
  const written = { id, identity: String(stands.at) };
  const change = [{ path: nameOf(what), what: 'removed', from: said(stands) }] as const;
  const step: Step = {
    id: 's1',
    kind,
    v: 1,
    target: written,
    at: { ...ownTarget, locator: target.locator },
    change,
    params: { since: stands.at },
    preconditions: { since: stands.at },
    postconditions: { holds: false },
    verify: { what: 'it holds no more', withinMs: 60_000 },
    guard: 'conditional',
    undo: 'irreversible',
    onFailure: 'stop',
    critical: false,
  };
  return {
    ok: true,
    steps: [step],
    targets: [written],
    diff: change,
    warnings: [],
    blast: { lifts: nameOf(what) },
    risk: 'change',
  };
}

/** What the calendar freezes is lifted where the calendar stands. */
function configured(what: Lifted, { open }: HaltState): Problem | undefined {
  const scope = what.kind === 'freeze' ? what.scope : '';
  const window = open.find(({ scopes }) => scopes.includes(scope));
  if (!window) return undefined;
  const { name, line, until } = window;
  const end = new Date(until).toISOString();
  return problem('FREEZE_CONFIGURED', { scope, window: name, line, until: end });
}

function driverOf(engine: Engine): StepDriver {
  return {
    async check(step, { operation }) {
      const halts = engine.halts();
      const stands = standing(halts, liftedOf(step.at.locator));
      const since = Number(step.params['since']);
      if (stands?.at === since) return { ok: true, token: String(since) };
      const field = nameOf(liftedOf(step.at.locator));
      const stale = problem('PLAN_STALE', {
        field,
        planned: since,
        observed: stands?.at ?? 'not there',
      });
      return { ok: false, problem: stale, ours: !stands && halts.liftedBy === operation };
    },
    async apply(step, { operation, token, attempt }) {
      const told = await engine.tellHalts(
        { type: 'Lift', what: liftedOf(step.at.locator), since: Number(token), operation },
        { cause: `halts/${operation}/${step.id}/${attempt}`, by: 'tocsin' },
      );
      return told.changed || engine.halts().liftedBy === operation
        ? { outcome: 'applied' }
        : { outcome: 'moved' };
    },
    probe: async (_step, { operation }) =>
      engine.halts().liftedBy === operation ? 'yes' : 'cannot-know',
    observe: async () => ({ state: 'done' }),
    undo: () => 'irreversible',
    // The append has been answered, or this process is gone and with it the request.
    landsWithinMs: 10_000,
  };
}

function liftedOf(locator: Readonly<Record<string, unknown>>): Lifted {
  return locator['kind'] === 'freeze'
    ? { kind: 'freeze', scope: String(locator['scope']) }
    : { kind: 'read-only' };
}

function nameOf(what: Lifted): string {
  return what.kind === 'read-only' ? 'read-only' : `the freeze of ${what.scope}`;
}

function said({ person, reason }: Halt): string {
  return `by ${person}: ${reason}`;
}
