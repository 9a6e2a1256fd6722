import type { OperationIntent } from '../../../src/core/operation/decide.ts';
import { type OperationState, terminal } from '../../../src/core/operation/operation.ts';
import type { Verdict } from '../../../src/core/operation/policy.ts';
import { currentStep, mayBeSent } from '../../../src/core/operation/step-decide.ts';
import type { Evidence, StepUp } from '../../../src/core/person.ts';
import type { Checked, Probed } from '../../../src/core/ports/step.ts';
import { problem } from '../../../src/core/problem.ts';
import { ana, dbaAndSre, evidence, hashOf, rule, type Story, shown, T0 } from './sample.ts';

export interface Bounds {
  readonly story: Story;
  /** Who presses besides the requester. */
  readonly people: readonly Evidence[];
  /** How often the clock may tick before it begins; the plan expires at the third tick. */
  readonly ticksMax: number;
  readonly depthMax: number;
  /** What may go wrong outside, so that a small run stays small. */
  readonly may: {
    readonly worldMoves: boolean;
    readonly crashes: boolean;
    readonly policyChanges: boolean;
    readonly membersLeave: boolean;
  };
}

export const tick = 60_000;

export interface World {
  readonly ticks: number;
  readonly worldMoved: boolean;
  readonly policyChanged: boolean;
  readonly left: readonly string[];
  /** How often the effect of each step really happened. */
  readonly effects: Readonly<Record<string, number>>;
  /** The write that the newest intent is about. */
  readonly write: 'none' | 'unsent' | 'under way' | 'landed' | 'refused' | 'lost';
  /** The process that wrote the intent down is gone, and with it the answer. */
  readonly crashed: boolean;
}

export interface Node {
  readonly operation: OperationState;
  readonly world: World;
  readonly from: Node | undefined;
  readonly by: string;
  readonly depth: number;
}

export interface Move {
  readonly name: string;
  readonly intent?: OperationIntent;
  readonly world?: Partial<World>;
}

/** Everything that could happen next. */
export function movesFrom(node: Node, bounds: Bounds): readonly Move[] {
  return [...peopleMoves(node, bounds), ...outsideMoves(node, bounds), ...loopMoves(node, bounds)];
}

function peopleMoves({ operation, world }: Node, { people, story }: Bounds): readonly Move[] {
  if (terminal.has(operation.status)) return [];
  const at = T0 + world.ticks * tick;
  const hash = hashesOf(story);
  return [ana, ...people].flatMap((by): readonly Move[] => {
    const standing = world.left.includes(by.person) ? evidence(by.person, []) : by;
    const who = { at, by: standing };
    const press = { ...who, hash: hash.right, typed: false };
    const factor: StepUp = { factor: 'passkey', credential: 'pk-1', hash: hash.right, at };
    const withFactor = (more: Partial<StepUp>) => ({
      ...press,
      by: { ...standing, stepUp: { ...factor, ...more } },
    });
    const factored: readonly Move[] = story.rule?.stepUp
      ? [
          say('approves with a factor', { type: 'Approve', ...withFactor({}), shown }),
          say('approves with the factor of another plan', {
            type: 'Approve',
            ...withFactor({ hash: hash.wrong }),
            shown,
          }),
        ]
      : [];
    return [
      ...factored,
      say('approves', { type: 'Approve', ...press, shown }),
      say('approves an old card', { type: 'Approve', ...press, hash: hash.wrong, shown }),
      say('types nine characters', {
        type: 'Approve',
        ...press,
        hash: hash.right.slice(0, 9),
        typed: true,
        shown,
      }),
      say('withdraws', { type: 'Withdraw', ...who }),
      say('declines', { type: 'Decline', ...press, reason: '' }),
      say('cancels', { type: 'Cancel', ...who }),
      say('stops', { type: 'Stop', ...who }),
      say('settles as done', { type: 'Settle', ...who, as: 'done', reason: '' }),
      say('settles as not done', { type: 'Settle', ...who, as: 'not-done', reason: '' }),
    ];

    function say(what: string, intent: OperationIntent): Move {
      return { name: `${by.person} ${what}`, intent };
    }
  });
}

/** Time passes, the process dies, others write, people leave: nothing asks us first. */
function outsideMoves({ operation, world }: Node, bounds: Bounds): readonly Move[] {
  if (terminal.has(operation.status)) return [];
  const { may, ticksMax, people } = bounds;
  const moves: Move[] = [];
  if (world.ticks < ticksMax || operation.startedAt !== undefined) {
    // A write that has not landed within its time never will: that is what `landsWithinMs` promises.
    const isTooLate = T0 + (world.ticks + 1) * tick >= (currentStep(operation)?.landsBefore ?? 0);
    const lost = world.write === 'under way' && isTooLate ? { write: 'lost' as const } : {};
    moves.push({ name: 'a tick', world: { ticks: world.ticks + 1, ...lost } });
  }
  if (may.worldMoves && !world.worldMoved) {
    moves.push({ name: 'somebody else writes', world: { worldMoved: true } });
  }
  if (may.policyChanges && !world.policyChanged) {
    moves.push({ name: 'the policy changes', world: { policyChanged: true } });
  }
  if (may.membersLeave && operation.startedAt === undefined) {
    const staying = people.filter(({ person }) => !world.left.includes(person));
    moves.push(
      ...staying.map(({ person }) => ({
        name: `${person} leaves the group`,
        world: { left: [...world.left, person] },
      })),
    );
  }
  const current = currentStep(operation);
  if (current?.phase === 'intended' && world.write !== 'none') {
    if (may.crashes && !world.crashed) {
      const write = world.write === 'unsent' ? 'lost' : world.write;
      moves.push({ name: 'crash', world: { crashed: true, write } });
    }
    if (world.write === 'under way') moves.push(...landings(world, current.step));
  }
  return moves;
}

function landings(
  world: World,
  step: { readonly id: string; readonly guard: 'conditional' | 'unguarded' },
): readonly Move[] {
  const count = world.effects[step.id] ?? 0;
  // A conditional write names what it read: the target refuses it over another state.
  const isRefused = step.guard === 'conditional' && (world.worldMoved || count > 0);
  return [
    ...(isRefused
      ? [{ name: 'the target refuses the write', world: { write: 'refused' as const } }]
      : [
          {
            name: 'the write lands',
            world: {
              write: 'landed' as const,
              effects: { ...world.effects, [step.id]: count + 1 },
            },
          },
        ]),
    { name: 'the write is lost', world: { write: 'lost' as const } },
  ];
}

function loopMoves(node: Node, bounds: Bounds): readonly Move[] {
  const { operation, world } = node;
  const at = T0 + world.ticks * tick;
  if (operation.status === 'waiting' || operation.status === 'approved') {
    const standing = bounds.people.map((each) =>
      world.left.includes(each.person) ? evidence(each.person, []) : each,
    );
    const policy = world.policyChanged ? 'policy-2' : 'policy-1';
    const begin = { type: 'Begin', at, standing, policy } as const;
    return [
      { name: 'the loop begins', intent: begin },
      { name: 'the loop begins while it is halted', intent: { ...begin, halt } },
      ...verdicts.map((verdict) => ({
        name: `the loop begins under ${verdict.allowed ? 'a stricter rule' : 'a refusal'}`,
        intent: { ...begin, verdict },
      })),
      { name: 'the loop looks at the clock', intent: { type: 'Expire', at } },
    ];
  }
  const current = currentStep(operation);
  if (!current || operation.startedAt === undefined) return [];
  const id = current.step.id;
  if (current.phase === 'waiting') {
    const unreachable = { ok: false, problem: problem('K8S_UNREACHABLE') } as const;
    const checks = [checkOf(node, id), unreachable].map((checked) => ({
      name: `check of ${id} ${checked.ok ? 'passes' : checked.problem.code}`,
      intent: { type: 'ReportCheck', at, step: id, checked, landsWithinMs: tick } as const,
    }));
    const halted = checks.map(({ name, intent }) => ({
      name: `${name} while it is halted`,
      intent: { ...intent, halt },
    }));
    return [...checks, ...halted];
  }
  return current.phase === 'intended' ? writeMoves(node, id, at) : watchMoves(id, at);
}

const halt = problem('READ_ONLY');

/** What the policy may say by the time it would begin, beside what it said before. */
const verdicts: readonly Verdict[] = [
  {
    allowed: false,
    problem: problem('POLICY_DENIED', { verb: 'scale', service: 'checkout', rule: 'now' }),
  },
  { allowed: true, rule: rule({ where: 'now', places: [...dbaAndSre, ...dbaAndSre.slice(0, 1)] }) },
  { allowed: true, rule: rule({ where: 'now', places: dbaAndSre }) },
];

function checkOf({ operation, world }: Node, id: string): Checked {
  const isOurs = (world.effects[id] ?? 0) > 0;
  const facts = { field: 'replicas', planned: 3, observed: 5 };
  const index = operation.steps.findIndex(({ step }) => step.id === id);
  return world.worldMoved || isOurs
    ? { ok: false, problem: problem('PLAN_STALE', facts) }
    : { ok: true, token: `rv-${index}` };
}

function writeMoves(node: Node, id: string, at: number): readonly Move[] {
  const { world } = node;
  const moves: Move[] = [];
  // Only the process that wrote the intent down may send; after a crash the loop looks before anything else.
  if (world.write === 'unsent' && !world.crashed) {
    const step = currentStep(node.operation);
    if (!step || !mayBeSent(step, { at, landsWithinMs: tick })) {
      const moved = { type: 'ReportApply', at, step: id, applied: { outcome: 'moved' } } as const;
      return [{ name: `${id} is not sent so late`, intent: moved, world: { write: 'lost' } }];
    }
    moves.push({ name: `${id} is sent`, world: { write: 'under way' } });
    moves.push({
      name: `${id} is refused`,
      intent: {
        type: 'ReportApply',
        at,
        step: id,
        applied: { outcome: 'refused', problem: problem('K8S_FORBIDDEN') },
      },
      world: { write: 'lost' },
    });
    return moves;
  }
  if (!world.crashed && world.write === 'landed') {
    moves.push({
      name: `${id} is answered`,
      intent: { type: 'ReportApply', at, step: id, applied: { outcome: 'applied' } },
    });
  }
  if (!world.crashed && world.write === 'refused') {
    moves.push({
      name: `${id} finds that the world moved`,
      intent: { type: 'ReportApply', at, step: id, applied: { outcome: 'moved' } },
    });
  }
  const unknown = { outcome: 'unknown', problem: problem('K8S_TIMEOUT') } as const;
  moves.push({
    name: `the answer of ${id} is lost`,
    intent: { type: 'ReportApply', at, step: id, applied: unknown },
  });
  return [...moves, ...probes(node, id, at)];
}

/** A probe may not know. When it does know, it is right: `no` means that the write can no longer land. */
function probes(node: Node, id: string, at: number): readonly Move[] {
  const { write } = node.world;
  const unreachable = { ok: false, problem: problem('K8S_UNREACHABLE') } as const;
  const answers: readonly (readonly [Probed, Checked | undefined])[] = [
    ...(write === 'landed' ? [['yes', undefined] as const] : []),
    ...(write === 'lost' || write === 'refused' ? [['no', undefined] as const] : []),
    ['cannot-know', checkOf(node, id)],
    ['cannot-know', unreachable],
    ['cannot-know', undefined],
  ];
  return answers.map(([probed, checked]) => ({
    name: `probe of ${id}: ${probed}`,
    intent: { type: 'ReportProbe', at, step: id, probed, ...(checked ? { checked } : {}) },
  }));
}

function watchMoves(id: string, at: number): readonly Move[] {
  const progress = { done: 1, of: 2, what: 'pods ready' };
  const seen = [
    { state: 'progress', progress },
    { state: 'done' },
    { state: 'failed', problem: problem('K8S_CRASH_LOOP') },
  ] as const;
  return seen.map((observed) => ({
    name: `${id}: ${observed.state}`,
    intent: { type: 'ReportObserve', at, step: id, observed },
  }));
}

const known = new Map<Story, { readonly right: string; readonly wrong: string }>();

function hashesOf(story: Story): { readonly right: string; readonly wrong: string } {
  const before = known.get(story);
  if (before) return before;
  const hashes = { right: hashOf(story), wrong: hashOf({ plan: { nonce: 'another' } }) };
  known.set(story, hashes);
  return hashes;
}
