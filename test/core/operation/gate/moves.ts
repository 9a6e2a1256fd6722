import type { OperationIntent } from '../../../../src/core/operation/decide.ts';
import { planHash } from '../../../../src/core/operation/hash.ts';
import { type OperationState, terminal } from '../../../../src/core/operation/operation.ts';
import type { Plan } from '../../../../src/core/operation/plan.ts';
import type { AllowRule, Policy } from '../../../../src/core/operation/policy.ts';
import { currentStep } from '../../../../src/core/operation/step-decide.ts';
import type { Evidence, StepUp } from '../../../../src/core/person.ts';
import { problem } from '../../../../src/core/problem.ts';
import { asking } from '../model.ts';
import { evidence, plan, rule, sha256, shown, step, T0 } from '../sample.ts';
import {
  type Core,
  expiresAtTick,
  type Moment,
  type Move,
  type Night,
  tick,
  type Witness,
} from './night.ts';

/** Every single thing that could be off, or every combination of them. */
export type Thoroughness = 'each' | 'all';

export interface Stage {
  readonly night: Night;
  readonly moments: readonly Moment[];
  readonly plan: Plan;
  readonly hash: string;
  readonly thorough: Thoroughness;
}

export function stageOf(core: Core, night: Night, thorough: Thoroughness): Stage {
  const policy: Policy = {
    rules: night.rules,
    digest: 'policy-1',
    localTime: (at) => ({ day: at === T0 ? 'fri' : 'sat', minute: 180 }),
  };
  const moments = night.asker.flatMap((asker) =>
    night.severities.flatMap((severities) =>
      night.times.map((at) => {
        const said = { asker, severities, at };
        return {
          ...said,
          verdict: verdictOf(core, policy, night, said),
          demand: night.wants(said),
        };
      }),
    ),
  );
  const whole = plan({
    risk: night.risk,
    steps: [step('s1', night.originals && backwards)],
    expiresAt: T0 + expiresAtTick * tick,
  });
  return { night, moments, plan: whole, hash: planHash(whole, sha256), thorough };
}

/** Everything that anybody could do now. */
export function movesFrom(
  stage: Stage,
  operation: OperationState,
  witness: Witness,
): readonly Move[] {
  const at = T0 + witness.ticks * tick;
  switch (operation.status) {
    case 'none':
      return askMoves(stage);
    case 'asked':
      return [...planMoves(stage, operation), ...peopleMoves(stage, operation, at)];
    case 'waiting':
    case 'approved':
      return [
        ...peopleMoves(stage, operation, at),
        ...beginMoves(stage, { state: operation, witness }),
        { name: 'the loop looks at the clock', intent: { type: 'Expire', at } },
        ...jumps,
      ];
    default:
      return [
        ...(operation.glass || !terminal.has(operation.status)
          ? peopleMoves(stage, operation, at)
          : []),
        ...beginMoves(stage, { state: operation, witness }).slice(0, 1),
        ...stepMoves(operation, at),
      ];
  }
}

const jumps: readonly Move[] = [-1, 2].map((jump) => ({
  name: `the clock jumps by ${jump} minutes`,
  intent: { type: 'VoidApprovals', jumpMs: jump * tick },
  jump,
}));

/** What the undo of the sample step does, so that it is as it was shown. */
const backwards = {
  change: [{ path: 'replicas', what: 'changed', from: '6', to: '3' }],
  params: { replicas: 3 },
} as const;

function verdictOf(
  { judge }: Core,
  policy: Policy,
  { risk, onCall }: Night,
  { asker, severities, at }: Pick<Moment, 'asker' | 'severities' | 'at'>,
) {
  return judge(policy, {
    verb: 'scale',
    family: 'workload',
    risk,
    service: 'checkout',
    environment: 'production',
    requester: asker,
    ...(onCall !== undefined && { onCall }),
    targets: ['eu-1'],
    args: {},
    reason: 'the queue grows',
    severities,
    at,
  });
}

function askMoves({ night }: Stage): readonly Move[] {
  const strangers = night.people.filter(({ person }) => person === 'eve');
  return [...night.asker, ...strangers].map((requester) => ({
    name: `${nameOf(requester)} asks`,
    intent: { ...asking, requester, undoes: night.originals ? 'op-40' : '' } as OperationIntent,
  }));
}

function planMoves(stage: Stage, { asked }: OperationState): readonly Move[] {
  const { night, hash } = stage;
  const person = asked?.requester.person ?? '';
  const full = { problem: problem('QUOTA_CONCURRENT', { rule: 'r', max: 1, operations: 'op-1' }) };
  const waiting = { max: 1, operations: ['op-1'], freeAt: T0 };
  // A stranger's request is judged as theirs, and the draft of somebody else's is never taken for it.
  const own = { ...stage.plan, requester: person };
  const asAsked = stage.moments.map((moment) =>
    person === 'ana' ? moment : { ...moment, demand: undefined, verdict: refused },
  );
  const drafts = asAsked.flatMap((moment): readonly Move[] => {
    const { verdict } = moment;
    const name = `with ${nameOf(moment.asker)} it is planned`;
    if (!verdict.allowed) {
      return [{ name, moment, intent: { type: 'RefusePlan', problem: verdict.problem } }];
    }
    const intent = { type: 'Plan', plan: own, hash, rule: verdict.rule } as const;
    return [
      { name, moment, intent },
      { name: `${name} over the quota`, moment, intent: { ...intent, waiting } },
      { name: `${name} while the rule is full`, moment, intent: { ...intent, full } },
      {
        name: `${name} for ben`,
        moment,
        intent: { ...intent, plan: { ...own, requester: 'ben' } },
      },
    ];
  });
  const moment = asAsked[0];
  const undos = (night.originals ?? []).map((original): Move => {
    const intent = { type: 'Plan', plan: own, hash, rule: forged } as const;
    return {
      name: `it is planned as the undo of one that ${original.name}`,
      ...(moment && { moment }),
      original,
      intent: { ...intent, original: original.state },
    };
  });
  return [...drafts, ...undos];
}

const refused = { allowed: false, problem: problem('POLICY_NO_RULE') } as const;

/** What would be on the plan if whoever made it believed that the undo was approved before. */
const forged: AllowRule = rule({
  places: [],
  preapproved: { operation: 'op-40', until: T0 + 100 * tick },
});

function peopleMoves(stage: Stage, operation: OperationState, at: number): readonly Move[] {
  const { night } = stage;
  return [...night.asker.slice(0, 1), ...night.people].flatMap((person) =>
    standingsOf(person).flatMap((by) => [
      ...pressMoves(stage, by, at),
      ...(operation.glass || operation.status !== 'asked' ? glassMoves(stage, by, at) : []),
      ...wordMoves(stage, by, at),
    ]),
  );
}

/** As they are, gone from every group, and in groups that nobody can be asked for. */
function standingsOf(person: Evidence): readonly Evidence[] {
  const silent = person.memberships.map(({ group }) => ({
    group,
    problem: problem('DIRECTORY_UNREACHABLE', { directory: 'slack', since: 'now' }),
  }));
  const { memberships: _, ...who } = person;
  const gone = { ...who, memberships: [] };
  return silent.length === 0 ? [person] : [person, gone, { ...gone, unreachable: silent }];
}

interface Way {
  readonly surface: 'console' | 'slack/main';
  readonly factor: 'none' | 'its own' | 'of another plan' | 'long ago' | 'not yet';
  readonly names: 'pressed' | 'ten' | 'nine' | 'another';
  readonly fresh: boolean;
}

const rightWay: Way = { surface: 'console', factor: 'its own', names: 'pressed', fresh: true };
const surfaces = ['console', 'slack/main'] as const;
const factors = ['none', 'its own', 'of another plan', 'long ago', 'not yet'] as const;
const names = ['pressed', 'ten', 'nine', 'another'] as const;

function waysOf(thorough: Thoroughness): readonly Way[] {
  if (thorough === 'each') {
    return [
      ...surfaces.map((surface) => ({ ...rightWay, surface })),
      ...factors.map((factor) => ({ ...rightWay, factor })),
      ...names.map((each) => ({ ...rightWay, names: each, fresh: false })),
    ];
  }
  return surfaces.flatMap((surface) =>
    factors.flatMap((factor) =>
      names.flatMap((each) =>
        [true, false].map((fresh) => ({ surface, factor, names: each, fresh })),
      ),
    ),
  );
}

const ways = { each: waysOf('each'), all: waysOf('all') };

function pressMoves(stage: Stage, by: Evidence, at: number): readonly Move[] {
  return ways[stage.thorough].map((way) => ({
    name: `${nameOf(by)} approves (${way.surface}, ${way.factor}, ${way.names}, ${way.fresh})`,
    intent: { type: 'Approve', at, ...pressOf(stage, { by, at, way }), shown, fresh: way.fresh },
  }));
}

function pressOf(
  { hash }: Stage,
  { by, at, way }: { readonly by: Evidence; readonly at: number; readonly way: Way },
) {
  const { surface, factor, names: name } = way;
  const typed = name === 'ten' || name === 'nine';
  const given = { pressed: hash, ten: hash.slice(0, 10), nine: hash.slice(0, 9), another };
  const stepUp: StepUp = {
    factor: 'passkey',
    credential: 'pk-1',
    hash: factor === 'of another plan' ? another : hash,
    at:
      at +
      { none: 0, 'its own': 0, 'of another plan': 0, 'long ago': -3, 'not yet': 1 }[factor] * tick,
  };
  const who = { ...by, surface, account: `${surface}:${by.person}` };
  return { by: factor === 'none' ? who : { ...who, stepUp }, hash: given[name], typed };
}

const another = 'f'.repeat(64);
const reason = 'nobody answers and the shop is down';

function glassMoves(stage: Stage, by: Evidence, at: number): readonly Move[] {
  const right = pressOf(stage, { by, at, way: rightWay });
  const broken = { type: 'BreakGlass', at, reason, shown, told: [], broken: 0 } as const;
  const says = (what: string, intent: OperationIntent) => ({
    name: `${nameOf(by)} ${what}`,
    intent,
  });
  return [
    says('breaks the glass', { ...broken, ...right }),
    says('breaks the glass for no reason', { ...broken, ...right, reason: 'hurry  now  ok' }),
    says('breaks the glass once more', { ...broken, ...right, broken: 1 }),
    ...ways.each.slice(2).map((way) =>
      says(`breaks the glass (${way.factor}, ${way.names})`, {
        ...broken,
        ...pressOf(stage, { by, at, way }),
      }),
    ),
    says('finds it right', { type: 'ReviewGlass', at, by, as: 'ok', comment: '' }),
    says('finds it wrong', { type: 'ReviewGlass', at, by, as: 'not-ok', comment: '' }),
  ];
}

function wordMoves({ hash }: Stage, by: Evidence, at: number): readonly Move[] {
  const press = { at, by, typed: false, reason: '' };
  const intents: readonly OperationIntent[] = [
    { type: 'Decline', ...press, hash },
    { type: 'Decline', ...press, hash: another },
    { type: 'Withdraw', at, by },
    { type: 'Cancel', at, by },
    { type: 'Stop', at, by },
    { type: 'Stop', at, by, onCall: 'support' },
    { type: 'Settle', at, by, as: 'done', reason: '' },
  ];
  return intents.map((intent) => ({ name: `${nameOf(by)} says ${intent.type}`, intent }));
}

/** The last look, with everybody who approved or broke the glass standing as they may by now. */
function beginMoves(
  stage: Stage,
  { state, witness }: { readonly state: OperationState; readonly witness: Witness },
): readonly Move[] {
  const at = T0 + witness.ticks * tick;
  const involved = [...state.approvals, ...(state.glass ? [state.glass] : [])];
  const people = involved.map(({ evidence: { person, surface } }) => {
    const base = [...stage.night.asker.slice(0, 1), ...stage.night.people];
    const known = base.find((each) => each.person === person) ?? evidence(person, []);
    return { ...known, surface };
  });
  const standings = combined(people.map(standingsOf));
  const original = stage.night.originals?.find(({ name }) => name === witness.original);
  return stage.moments.flatMap((moment, index) =>
    standings.flatMap((standing, nth) => {
      const name = `it begins with ${[moment.asker, ...standing].map(nameOf).join(', ')}`;
      const { verdict } = moment;
      const intent = { type: 'Begin', at, standing, policy: 'policy-1', verdict } as const;
      const moves = [
        { name, moment, intent },
        { name: `${name} while it is halted`, moment, intent: { ...intent, halt } },
        {
          name: `${name} while its rule is full`,
          moment,
          intent: { ...intent, full: { problem: halt } },
        },
        { name: `${name} under another policy`, moment, intent: { ...intent, policy: 'policy-2' } },
      ];
      // What halts does not ask who stands how: once for each is enough where not every combination is wanted.
      const wanted = stage.thorough === 'all' || index + nth === 0 ? moves : moves.slice(0, 1);
      return wanted.map((move) => ({
        ...move,
        ...(original && { original }),
        intent: { ...move.intent, ...(original && { original: original.state }) },
      }));
    }),
  );
}

const halt = problem('READ_ONLY');

/** One write in every way it may go: what follows the gate is looked at closer by the models of the writes. */
function stepMoves(state: OperationState, at: number): readonly Move[] {
  const current = currentStep(state);
  if (!current || state.startedAt === undefined) return [];
  const { id } = current.step;
  const report = { at, step: id } as const;
  const ok = { ok: true, token: 'rv-1' } as const;
  const moved = { ok: false, problem: problem('PLAN_STALE', { field: 'replicas' }) } as const;
  const intents: Record<string, readonly OperationIntent[]> = {
    waiting: [ok, moved].flatMap((checked) => [
      { type: 'ReportCheck', ...report, checked, landsWithinMs: tick },
      { type: 'ReportCheck', ...report, checked, landsWithinMs: tick, halt },
    ]),
    intended: [
      { type: 'ReportApply', ...report, applied: { outcome: 'applied' } },
      { type: 'ReportApply', ...report, applied: { outcome: 'refused', problem: halt } },
      ...(current.attempt < 2 ? [{ type: 'ReportProbe', ...report, probed: 'no' } as const] : []),
      { type: 'ReportProbe', ...report, probed: 'yes' },
      { type: 'ReportProbe', ...report, at: current.landsBefore, probed: 'cannot-know' },
    ],
    applied: [
      { type: 'ReportObserve', ...report, observed: { state: 'done' } },
      { type: 'ReportObserve', ...report, observed: { state: 'failed', problem: halt } },
    ],
  };
  return (intents[current.phase] ?? []).map((intent) => ({
    name: `${id} after a crash or not: ${intent.type}`,
    intent,
  }));
}

function combined<T>(lists: readonly (readonly T[])[]): readonly (readonly T[])[] {
  return lists.reduce<readonly (readonly T[])[]>(
    (done, list) => done.flatMap((before) => list.map((each) => [...before, each])),
    [[]],
  );
}

function nameOf({ person, memberships, unreachable = [] }: Evidence): string {
  const groups = memberships.map(({ group }) => group).join('+');
  const silent = unreachable.map(({ group }) => `${group}?`).join('+');
  return `${person}[${groups}${silent}]`;
}
