import type { OperationIntent } from '../../../../src/core/operation/decide.ts';
import type { OperationEvent, OperationState } from '../../../../src/core/operation/operation.ts';
import { type AllowRule, judge } from '../../../../src/core/operation/policy.ts';
import type { Evidence } from '../../../../src/core/person.ts';
import { realCore } from './explore.ts';
import type { Core } from './night.ts';

/** A gate that was broken in one place, the night that notices and by which promise. */
export interface Flaw {
  readonly name: string;
  readonly night: string;
  readonly promise: string;
  readonly core: Core;
}

type Of<T extends OperationIntent['type']> = Extract<OperationIntent, { readonly type: T }>;
type Flawed = readonly [name: string, night: string, promise: string, core: Core];
type Seen = readonly [intent: OperationIntent, state: OperationState];

const groups = 'two groups approve';
const danger = 'danger wants two with a second factor each';
const fewDangers = 'danger under rules that ask for one or for nobody never begins';
const consoleOnly = 'only the console may approve';
const glass = 'the glass may be broken, with a factor';
const onCall = 'whoever is on call needs nobody';
const severity = 'what is critical needs fewer, when somebody else says that it is';
const stricter = 'it becomes forbidden, or wants more than was given, while people are asked';
const undo = 'an undo that was approved with what it takes back';

/** The gate sees something else than what is so. */
function seeing<T extends OperationIntent['type']>(
  type: T,
  change: (intent: Of<T>, state: OperationState) => Seen,
): Core {
  const isIt = (intent: OperationIntent): intent is Of<T> => intent.type === type;
  return {
    ...realCore,
    decide(intent, state) {
      if (!isIt(intent)) return realCore.decide(intent, state);
      return realCore.decide(...change(intent, state)).map((event) => restored(event, intent));
    },
  };
}

/** Who it was stays on the record as it is. */
function restored(event: OperationEvent, intent: OperationIntent): OperationEvent {
  if (event.type === 'ApprovalGiven' && 'by' in intent) return { ...event, approver: intent.by };
  if (event.type === 'GlassBroken' && 'by' in intent) return { ...event, breaker: intent.by };
  return event.type === 'OperationPlanned' && intent.type === 'Plan'
    ? { ...event, plan: intent.plan }
    : event;
}

function withRule(state: OperationState, more: Partial<AllowRule>): OperationState {
  return state.rule ? { ...state, rule: { ...state.rule, ...more } } : state;
}

function withoutRule(state: OperationState, name: 'stepUp' | 'surfaces'): OperationState {
  if (!state.rule) return state;
  const { [name]: _, ...rule } = state.rule;
  return { ...state, rule };
}

function inGroups(by: Evidence, ...names: readonly string[]): Evidence {
  const memberships = names.map((group) => ({ group, source: 'static', ageMs: 0 }) as const);
  return { ...by, memberships };
}

function ageless(state: OperationState): OperationState {
  return state.plan ? { ...state, plan: { ...state.plan, expiresAt: Infinity } } : state;
}

function anybodyElse({ asked, ...state }: OperationState): OperationState {
  if (!asked) return state;
  return { ...state, asked: { ...asked, requester: { ...asked.requester, person: 'zoe' } } };
}

const begun = (state: OperationState): OperationEvent => ({
  type: 'OperationStarted',
  v: 1,
  hash: state.hash ?? '',
});

function beginningWhen(isSo: (state: OperationState) => boolean): Core {
  return {
    ...realCore,
    decide: (intent, state) =>
      intent.type === 'Begin' && isSo(state) ? [begun(state)] : realCore.decide(intent, state),
  };
}

function deafTo(type: OperationIntent['type']): Core {
  return {
    ...realCore,
    decide: (intent, state) => (intent.type === type ? [] : realCore.decide(intent, state)),
  };
}

const approves: readonly Flawed[] = [
  [
    'whoever asked may approve',
    groups,
    'approved by whoever asked',
    seeing('Approve', (i, s) => [i, anybodyElse(s)]),
  ],
  [
    'anybody may approve',
    groups,
    'approved by a stranger',
    seeing('Approve', (i, s) => [{ ...i, by: inGroups(i.by, 'sre', 'dba') }, s]),
  ],
  [
    'any hash will do',
    groups,
    'another plan approved',
    seeing('Approve', (i, s) => [{ ...i, typed: false, hash: s.hash ?? '' }, s]),
  ],
  [
    'a plan never expires for approvers',
    groups,
    'approved after the expiry',
    seeing('Approve', (i, s) => [i, ageless(s)]),
  ],
  [
    'factors are not asked for',
    danger,
    'approved without the factor',
    seeing('Approve', (i, s) => [i, withoutRule(s, 'stepUp')]),
  ],
  [
    'old cards are fresh',
    danger,
    'danger approved on an old card',
    seeing('Approve', (i, s) => [{ ...i, fresh: true }, s]),
  ],
  [
    'surfaces are all the same',
    consoleOnly,
    'approved from a surface that may not',
    seeing('Approve', (i, s) => [i, withoutRule(s, 'surfaces')]),
  ],
  [
    'one person counts twice',
    groups,
    'approved twice by one person',
    seeing('Approve', (i, s) => [i, { ...s, approvals: [] }]),
  ],
];

const plans: readonly Flawed[] = [
  [
    'a plan for somebody else is taken',
    groups,
    'planned for somebody else',
    seeing('Plan', (i, s) => [
      { ...i, plan: { ...i.plan, requester: s.asked?.requester.person ?? '' } },
      s,
    ]),
  ],
  [
    'a requester may have any number',
    groups,
    'planned over what a requester may have waiting',
    seeing('Plan', ({ waiting: _, ...i }, s) => [i, s]),
  ],
  [
    'a full rule lets more be planned',
    groups,
    'planned while its rule is full',
    seeing('Plan', ({ full: _, ...i }, s) => [i, s]),
  ],
  [
    'danger is taken for a change',
    fewDangers,
    'planned though no rule allows it',
    {
      decide: seeing('Plan', (i, s) => [{ ...i, plan: { ...i.plan, risk: 'change' } }, s]).decide,
      judge: (policy, question) => judge(policy, { ...question, risk: 'change' }),
    },
  ],
  [
    'who cannot be asked counts as on call',
    onCall,
    'planned though no rule allows it',
    {
      ...realCore,
      judge: (policy, question) =>
        judge(policy, { ...question, requester: { ...question.requester, unreachable: [] } }),
    },
  ],
  [
    'labels lower what is needed',
    severity,
    'begun with an empty seat',
    {
      ...realCore,
      judge: (policy, question) =>
        judge(policy, {
          ...question,
          severities: question.severities.map((each) => ({ ...each, alerts: [], by: ['zoe'] })),
        }),
    },
  ],
  [
    'deny rules are passed over',
    stricter,
    'planned though no rule allows it',
    {
      ...realCore,
      judge: (policy, question) =>
        judge({ ...policy, rules: policy.rules.filter(({ kind }) => kind === 'allow') }, question),
    },
  ],
];

const begins: readonly Flawed[] = [
  [
    'approvals are not waited for',
    groups,
    'begun with an empty seat',
    beginningWhen(({ status }) => status === 'waiting'),
  ],
  [
    'a no does not last',
    groups,
    'begun after a no',
    beginningWhen(({ status }) => status === 'declined'),
  ],
  ['a withdrawal is not heard', groups, 'begun with an empty seat', deafTo('Withdraw')],
  [
    'a jump of the clock takes nothing back',
    groups,
    'begun with an empty seat',
    deafTo('VoidApprovals'),
  ],
  [
    'who left still counts',
    groups,
    'begun with an empty seat',
    seeing('Begin', (i, s) => [{ ...i, standing: s.approvals.map(({ evidence }) => evidence) }, s]),
  ],
  [
    'it begins whenever it was approved',
    groups,
    'begun after the expiry',
    seeing('Begin', (i, s) => [i, ageless(s)]),
  ],
  [
    'another policy is the same',
    groups,
    'begun under another policy',
    seeing('Begin', (i, s) => [{ ...i, policy: 'policy-1' }, s]),
  ],
  [
    'halts are not looked at',
    groups,
    'begun while it is halted',
    seeing('Begin', ({ halt: _, ...i }, s) => [i, s]),
  ],
  [
    'full rules are not looked at',
    groups,
    'begun while its rule is full',
    seeing('Begin', ({ full: _, ...i }, s) => [i, s]),
  ],
  [
    'the policy is asked once',
    stricter,
    'begun though no rule allows it by now',
    seeing('Begin', ({ verdict: _, ...i }, s) => [i, s]),
  ],
  [
    'it begins a second time',
    groups,
    'begun twice',
    beginningWhen(({ status }) => status === 'running'),
  ],
  [
    'those involved stand for the severity',
    severity,
    'begun on a severity that only those involved set',
    {
      ...realCore,
      decide: (i, s) =>
        realCore.decide(
          i.type === 'Begin' && i.verdict?.allowed
            ? { ...i, verdict: { allowed: true, rule: { ...i.verdict.rule, severityBy: ['zoe'] } } }
            : i,
          s.rule?.severityBy ? withRule(s, { severityBy: ['zoe'] }) : s,
        ),
    },
  ],
];

const glasses: readonly Flawed[] = [
  [
    'anybody breaks the glass',
    glass,
    'a glass broken by a stranger',
    seeing('BreakGlass', (i, s) => [{ ...i, by: inGroups(i.by, 'lead') }, s]),
  ],
  [
    'no reason is needed',
    glass,
    'a glass broken without a reason',
    seeing('BreakGlass', (i, s) => [{ ...i, reason: 'x'.repeat(40) }, s]),
  ],
  [
    'nobody counts',
    glass,
    'a glass broken too often',
    seeing('BreakGlass', (i, s) => [{ ...i, broken: 0 }, s]),
  ],
  [
    'the glass is good for any plan',
    glass,
    'a glass broken for another plan',
    seeing('BreakGlass', (i, s) => [{ ...i, typed: false, hash: s.hash ?? '' }, s]),
  ],
  [
    'the glass takes no factor',
    glass,
    'a glass broken without the factor',
    seeing('BreakGlass', (i, s) => [i, withoutRule(s, 'stepUp')]),
  ],
  [
    'the glass outlives the plan',
    glass,
    'a glass broken after the expiry',
    seeing('BreakGlass', (i, s) => [i, ageless(s)]),
  ],
  [
    'who broke it may have left',
    glass,
    'begun by a glass that is not theirs',
    seeing('Begin', (i, s) => [{ ...i, standing: s.glass ? [s.glass.evidence] : i.standing }, s]),
  ],
  [
    'who broke it reviews it',
    glass,
    'reviewed by those it is about',
    seeing('ReviewGlass', (i, s) => [{ ...i, by: { ...i.by, person: 'zoe' } }, s]),
  ],
  [
    'strangers review it',
    glass,
    'reviewed by a stranger',
    seeing('ReviewGlass', (i, s) => [{ ...i, by: inGroups(i.by, 'lead') }, s]),
  ],
  [
    'it is reviewed before its end',
    glass,
    'reviewed before its end',
    seeing('ReviewGlass', (i, s) => [i, { ...s, status: 'done' }]),
  ],
];

const others: readonly Flawed[] = [
  [
    'anybody declines',
    groups,
    'ended by somebody without a say',
    seeing('Decline', (i, s) => [{ ...i, by: inGroups(i.by, 'sre') }, s]),
  ],
  [
    'whoever asked settles',
    groups,
    'settled by whoever asked',
    seeing('Settle', (i, s) => [i, anybodyElse(s)]),
  ],
  [
    'an undo needs no original',
    undo,
    'an undo planned that nobody approved',
    {
      ...realCore,
      decide: (i, s) =>
        i.type === 'Plan' && i.rule.preapproved
          ? [
              { type: 'OperationPlanned', v: 1, plan: i.plan, hash: i.hash, rule: i.rule },
              { type: 'OperationApproved', v: 1, hash: i.hash },
            ]
          : realCore.decide(i, s),
    },
  ],
  [
    'an undo may be late',
    undo,
    'an undo begun that nobody approved',
    seeing('Begin', (i, s) => [{ ...i, at: s.asked?.at ?? 0 }, s]),
  ],
];

export const flaws: readonly Flaw[] = [...approves, ...plans, ...begins, ...glasses, ...others].map(
  ([name, night, promise, core]) => ({ name, night, promise, core }),
);
