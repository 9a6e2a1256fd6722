import type { SeverityKnown } from '../../../../src/core/alert/severity.ts';
import {
  evolve,
  initialOperation,
  type OperationEvent,
} from '../../../../src/core/operation/operation.ts';
import type { Evidence } from '../../../../src/core/person.ts';
import { problem } from '../../../../src/core/problem.ts';
import {
  ana,
  applied,
  ben,
  cleo,
  dbaAndSre,
  dora,
  eve,
  evidence,
  intended,
  minute,
  oneSre,
  operationFailed,
  planned,
  rule,
  running,
  type Story,
  step,
  succeeded,
  T0,
  verified,
  asked as wasAsked,
} from '../sample.ts';
import type { Asking, Demand, Night, Original } from './night.ts';

const gone = evidence('ana', []);
const silent: Evidence = {
  ...gone,
  unreachable: [
    { group: 'sre', problem: problem('DIRECTORY_UNREACHABLE', { directory: 'slack', since: '3' }) },
  ],
};

const ordinary = {
  risk: 'change',
  asker: [ana, gone, silent],
  people: [ben, cleo, eve],
  severities: [[]],
  times: [T0],
} as const;

/** Whoever asks is to be known as one of the requesters. */
function byRequester(demand: Demand) {
  return ({ asker }: Asking) => (isIn(asker, 'sre') ? demand : undefined);
}

const everyGlass = { from: ['lead'], perDay: 1 } as const;
const leads = [evidence('ben', ['sre', 'lead']), cleo, eve];

const twoGroups: Night = {
  ...ordinary,
  name: 'two groups approve',
  rules: [rule({ places: dbaAndSre })],
  wants: byRequester({ places: dbaAndSre }),
};

const twoOfOne: Night = {
  ...ordinary,
  name: 'two of one group and one of another approve, and somebody is in both',
  people: [ben, dora, cleo, eve],
  rules: [
    rule({
      places: [
        { count: 2, from: 'sre' },
        { count: 1, from: 'dba' },
      ],
    }),
  ],
  wants: byRequester({
    places: [
      { count: 2, from: 'sre' },
      { count: 1, from: 'dba' },
    ],
  }),
};

const danger: Night = {
  ...ordinary,
  name: 'danger wants two with a second factor each',
  risk: 'danger',
  rules: [rule({ places: dbaAndSre, stepUp: true })],
  wants: byRequester({ places: dbaAndSre, stepUp: true }),
};

const dangerOfOne: Night = {
  ...ordinary,
  name: 'danger under rules that ask for one or for nobody never begins',
  risk: 'danger',
  rules: [rule({ match: { onCall: true }, places: [] }), rule({ places: oneSre })],
  onCall: 'primary',
  asker: [ana, evidence('ana', ['sre', 'primary'])],
  wants: () => undefined,
};

const console: Night = {
  ...ordinary,
  name: 'only the console may approve',
  rules: [rule({ places: dbaAndSre, surfaces: ['console'] })],
  wants: byRequester({ places: dbaAndSre, surfaces: ['console'] }),
};

const alone: Night = {
  ...ordinary,
  name: 'the glass may be broken, with a factor',
  people: leads,
  asker: [evidence('ana', ['sre', 'lead']), gone],
  rules: [rule({ places: dbaAndSre, stepUp: true, breakGlass: everyGlass })],
  wants: byRequester({ places: dbaAndSre, stepUp: true, glass: everyGlass }),
};

const onCall: Night = {
  ...ordinary,
  name: 'whoever is on call needs nobody',
  onCall: 'primary',
  asker: [
    ana,
    evidence('ana', ['sre', 'primary']),
    { ...ana, unreachable: [{ group: 'primary', problem: problem('DIRECTORY_UNREACHABLE') }] },
    gone,
  ],
  rules: [
    rule({ where: 'on call', match: { onCall: true }, places: [] }),
    rule({ where: 'others', places: oneSre }),
  ],
  wants({ asker }) {
    if (asker.unreachable || !isIn(asker, 'sre')) return undefined;
    return { places: isIn(asker, 'primary') ? [] : oneSre };
  },
};

const byLabel: SeverityKnown = { is: 'critical', alerts: ['critical'], by: [] };
const byAna: SeverityKnown = { is: 'critical', alerts: ['info'], by: ['ana'] };
const byBen: SeverityKnown = { is: 'critical', alerts: ['info'], by: ['ben'] };
const byOthers: SeverityKnown = { is: 'critical', alerts: ['info'], by: ['ben', 'dora'] };

/** Critical lets one do: where somebody else says so. Labels and whoever asks lower nothing. */
const severity: Night = {
  ...ordinary,
  name: 'what is critical needs fewer, when somebody else says that it is',
  people: [ben, cleo, eve],
  asker: [ana],
  severities: [[], [byLabel], [byAna], [byBen], [byOthers]],
  rules: [
    rule({ where: 'critical', match: { severity: ['critical'] }, places: oneSre }),
    rule({ where: 'usual', places: dbaAndSre }),
  ],
  wants({ severities: [known] }) {
    const isConfirmed = known?.by.some((person) => person !== 'ana') === true;
    return isConfirmed ? { places: oneSre, severityBy: known?.by ?? [] } : { places: dbaAndSre };
  },
};

/** Nothing on a Saturday, nothing for guests, and less with a factor while it is critical. */
const stricter: Night = {
  ...ordinary,
  name: 'it becomes forbidden, or wants more than was given, while people are asked',
  asker: [
    ana,
    { ...ana, memberships: [...ana.memberships, { group: 'guests', source: 'static', ageMs: 0 }] },
  ],
  people: leads,
  severities: [[], [byLabel]],
  times: [T0, T0 + 24 * 60 * minute],
  rules: [
    { kind: 'deny', where: 'guests', match: { group: ['guests'] } },
    { kind: 'deny', where: 'weekend', match: { when: { days: ['sat'], timeZone: 'UTC' } } },
    rule({
      where: 'critical',
      match: { severity: ['critical'] },
      places: dbaAndSre,
      stepUp: true,
      surfaces: ['console'],
    }),
    rule({ where: 'usual', places: oneSre, breakGlass: everyGlass }),
  ],
  wants({ asker, severities, at }) {
    if (at !== T0 || isIn(asker, 'guests')) return undefined;
    return severities.length === 0
      ? { places: oneSre, glass: everyGlass }
      : { places: dbaAndSre, stepUp: true, surfaces: ['console'] };
  },
};

const within = 2 * minute;
const undo: Story = {
  rule: { undo: { withinMs: within, danger: false } },
  plan: { undoWithinMs: within },
};

function original(
  name: string,
  events: readonly OperationEvent[],
  covers: Original['covers'] = () => false,
): Original {
  const state = events.reduce(
    (before, event) => evolve(before, event, { at: T0 }),
    initialOperation('op-40'),
  );
  return { name, state, covers };
}

const end: readonly OperationEvent[] = [intended(), applied(), verified(), succeeded];
const other = step('s1', {
  target: { id: 'kubernetes/eu-1/shop/deployment/cart', identity: 'uid' },
});

const takingBack: Night = {
  ...ordinary,
  name: 'an undo that was approved with what it takes back',
  asker: [ana, gone],
  rules: [rule({ places: dbaAndSre })],
  wants: byRequester({ places: dbaAndSre }),
  originals: [
    original(
      'is done',
      [...running(undo), ...end],
      (by, at) => at < T0 + within && by.person === 'ana' && isIn(by, 'sre'),
    ),
    original('is running', running(undo)),
    original('was never approved', [
      wasAsked,
      planned(undo),
      { type: 'OperationStarted', v: 1, hash: '' },
      ...end,
    ]),
    original('has an undo that was not shown', [...running({ rule: undo.rule ?? {} }), ...end]),
    original('has a rule without undo', [...running({ plan: { undoWithinMs: within } }), ...end]),
    original('was approved under another policy', [
      ...running({ ...undo, plan: { ...undo.plan, policy: 'policy-0' } }),
      ...end,
    ]),
    original('did something else', [
      ...running({ ...undo, plan: { ...undo.plan, steps: [other] } }),
      ...end,
    ]),
    original('changed nothing', [...running(undo), operationFailed(problem('STOPPED_UNCHANGED'))]),
  ],
};

export const nights: readonly Night[] = [
  twoGroups,
  danger,
  dangerOfOne,
  console,
  alone,
  onCall,
  severity,
  stricter,
  takingBack,
];

/** Too many ways for every day. */
export const longNights: readonly Night[] = [...nights, twoOfOne];

function isIn({ memberships }: Evidence, group: string): boolean {
  return memberships.some((membership) => membership.group === group);
}
