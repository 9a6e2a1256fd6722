import type { Step } from '../../core/operation/plan.ts';
import type { SplitBrain } from '../../core/operation/split-brain.ts';
import type { Draft, DraftRequest, Planner } from '../../core/ports/step.ts';
import { type Problem, problem } from '../../core/problem.ts';
import { candidatesOf, rule, whyNot } from './candidates.ts';
import type { Member } from './schema.ts';
import { failoverKind, switchoverKind } from './steps/kinds.ts';
import { seenIn } from './steps/lead.ts';
import { problemIn, type View } from './view.ts';

/** Reads; holds nothing it could change a cluster with. */
export function createPlanner(read: () => Promise<View>): Planner {
  return {
    async draft(request: DraftRequest): Promise<Draft> {
      if (request.verb !== 'failover') {
        return { ok: false, problem: problem('PATRONI_UNKNOWN_VERB', { verb: request.verb }) };
      }
      if (request.args['mode'] !== undefined) {
        return { ok: false, problem: problem('PATRONI_NO_MODE', {}) };
      }
      try {
        return draftLead(request, await read());
      } catch (error) {
        return { ok: false, problem: problemIn(error) };
      }
    },
  };
}

function draftLead(request: DraftRequest, view: View): Draft {
  const { target } = request.target;
  const named = String(request.args['to'] ?? '');
  const refused = refusal(view, target, named);
  if (refused) return { ok: false, problem: refused };
  const able = candidatesOf(view).filter(({ name }) => named === '' || name === named);
  const step = stepOf(request, { view, named, able });
  const { kind, verify } = step;
  const bytes = Math.max(...able.map(({ lag }) => lag ?? 0));
  return {
    ok: true,
    steps: [step],
    targets: [step.target],
    diff: step.change,
    warnings: warningsOf(view, { target, isPlanned: kind === switchoverKind, bytes }),
    blast: {
      patroni: target,
      cluster: view.scope,
      leader: view.leader?.name ?? 'nobody',
      members: view.members.length,
      ...figuresOf(view, { isPlanned: kind === switchoverKind, bytes, withinMs: verify.withinMs }),
    },
    risk: 'danger',
    ...(kind === failoverKind && view.unseen.length > 0 && { splitBrain: splitIn(view) }),
  };
}

/** https://patroni.readthedocs.io/en/latest/watchdog.html */
function splitIn({ unseen, rules: { ttl } }: View): SplitBrain {
  const old = unseen.join(', ');
  const because = `${old} is not seen; where its Patroni lives it ends its PostgreSQL within ${ttl} s of losing the lease, but where only its Patroni died, and no watchdog is set, its PostgreSQL goes on taking writes`;
  return { old, because };
}

function refusal(view: View, target: string, named: string): Problem | undefined {
  const { leader, members, primaries } = view;
  if (leader?.role === 'standby_leader') return problem('PATRONI_STANDBY_CLUSTER', { target });
  if (primaries.length > 1) {
    return problem('PATRONI_SPLIT', { target, primaries: primaries.join(', ') });
  }
  if (named !== '') {
    const member = members.find(({ name }) => name === named);
    const known = members.map(({ name }) => name).join(', ');
    const why = member ? whyNot(view, member) : `the members are ${known}`;
    return why === undefined ? undefined : problem('PATRONI_NOT_TO', { target, to: named, why });
  }
  if (candidatesOf(view).length > 0) return undefined;
  const why = members
    .filter(({ name }) => name !== leader?.name)
    .map((member) => `${member.name}: ${whyNot(view, member)}`)
    .join('; ');
  return problem('PATRONI_NO_CANDIDATE', { target, why: why || 'there is no other member' });
}

interface Choice {
  readonly view: View;
  readonly named: string;
  readonly able: readonly Member[];
}

/** Patroni is told once; whom the rule means now is settled just before, and kept with the intent. */
function stepOf(request: DraftRequest, { view, named, able }: Choice): Step {
  const { target, locator } = request.target;
  const leader = view.leader?.name ?? 'nobody';
  const names = able.map(({ name }) => name).sort();
  const candidates = names.join(', ');
  const isPlanned = view.isLeaderWell;
  const to = names.length === 1 ? candidates : `one of ${candidates}: ${rule}`;
  // Who runs now is to follow at the end; a leader that does not answer may never come back.
  const follow = view.members
    .filter(({ name, state }) => state === 'running' || state === 'streaming' || name === leader)
    .filter(({ name }) => isPlanned || name !== leader);
  return {
    id: 's1',
    kind: isPlanned ? switchoverKind : failoverKind,
    v: 1,
    target: { id: `patroni/${target}`, identity: `${view.scope}/${view.system}` },
    at: { integration: 'patroni', target, locator },
    change: [
      { path: 'leader', what: 'changed', from: leader, to },
      {
        path: 'timeline',
        what: 'changed',
        from: String(view.timeline),
        to: `${view.timeline + 1} or later`,
      },
      ...(isPlanned
        ? ([{ path: leader, what: 'changed', from: 'leader', to: 'replica' }] as const)
        : []),
    ],
    params: {
      leader,
      candidate: named,
      candidates,
      timeline: view.timeline,
      follow: follow.map(({ name }) => name).join(', '),
    },
    preconditions: seenIn(view, named),
    postconditions: { leader: candidates },
    verify: {
      what: 'one member leads on a new timeline, the old leader takes no writes, the others stream',
      withinMs: isPlanned ? settleMs : settleMs + view.rules.ttl * 1000,
    },
    guard: 'unguarded',
    undo: 'irreversible',
    onFailure: 'stop',
    critical: false,
  };
}

/** An old leader that has to be rewound reads and copies before it follows. */
const settleMs = 180_000;

function warningsOf(
  view: View,
  { target, isPlanned, bytes }: { target: string; isPlanned: boolean; bytes: number },
): readonly Problem[] {
  const leader = view.leader?.name ?? 'nobody';
  const { ttl, loopWait, synchronous } = view.rules;
  const loss = isPlanned
    ? problem('PATRONI_NOTHING_LOST', { leader, bytes })
    : problem('PATRONI_LOSS_BOUND', { leader, bytes, seconds: loopWait });
  return [
    loss,
    ...(view.paused ? [problem('PATRONI_PAUSED', { target })] : []),
    ...(isPlanned || view.paused ? [] : [problem('PATRONI_BY_ITSELF', { leader, ttl })]),
    ...(view.scheduled ? [problem('PATRONI_SCHEDULED', { at: view.scheduled })] : []),
    ...(synchronous ? [problem('PATRONI_SYNCHRONOUS', {})] : []),
    ...(view.silent.length > 0
      ? [problem('PATRONI_SILENT', { endpoints: view.silent.join(', ') })]
      : []),
  ];
}

function figuresOf(
  { rules: { ttl, loopWait } }: View,
  { isPlanned, bytes, withinMs }: { isPlanned: boolean; bytes: number; withinMs: number },
): { readonly loses: string; readonly takes: string } {
  const lease = isPlanned ? '' : `up to ${ttl} s until the old lease has ended, then `;
  const until = `; up to ${withinMs / 1000} s until it is verified`;
  return {
    loses: isPlanned
      ? `nothing acknowledged; at most ${bytes} bytes if the leader dies while it hands over`
      : `up to ${bytes} bytes, and what was acknowledged in the last ${loopWait} s that Patroni knew of`,
    takes: `${lease}seconds without writes, as a rule fewer than ${Math.max(10, loopWait)}${until}`,
  };
}
