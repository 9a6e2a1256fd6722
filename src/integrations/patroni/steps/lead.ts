import type { Step } from '../../../core/operation/plan.ts';
import type {
  Applied,
  ApplyContext,
  Checked,
  Observed,
  Progress,
  StepDriver,
} from '../../../core/ports/step.ts';
import { type Facts, problem } from '../../../core/problem.ts';
import { candidatesOf, whyNot } from '../candidates.ts';
import type { Posted } from '../client.ts';
import { problemIn, type Reach, readView, type View } from '../view.ts';
import { switchoverKind } from './kinds.ts';

/**
 * A change of leader, asked of Patroni once. What it was asked stays in the store that its members share until one of
 * them takes it up, so after a lost answer nothing is sent again: the leader and its timeline say what became of it.
 */
export function leadDriver(reach: Reach): StepDriver {
  return {
    landsWithinMs: reach.config.actionTimeoutMs + heldMs,
    check: (step) => check(reach, step),
    apply: (step, context) => apply(reach, step, context),
    async probe(step, { token }) {
      const view = await readView(reach).catch(() => undefined);
      return view && leads(view, step, candidateOf(token)) ? 'yes' : 'cannot-know';
    },
    observe: (step, { outputs }) => observe(reach, step, outputs),
    undo: () => 'irreversible',
  };
}

/** Patroni looks for the result this long, twice: https://github.com/patroni/patroni/blob/master/patroni/api.py */
const heldMs = 30_000;

async function check(reach: Reach, step: Step): Promise<Checked> {
  try {
    const view = await readView(reach);
    const moved = differenceIn(step, view);
    if (moved) {
      return { ok: false, problem: problem('PLAN_STALE', { target: step.target.id, ...moved }) };
    }
    const named = String(step.params['candidate'] ?? '');
    const candidate = named || (candidatesOf(view)[0]?.name ?? '');
    return { ok: true, token: `${view.timeline}/${candidate}` };
  } catch (error) {
    return { ok: false, problem: problemIn(error) };
  }
}

async function apply(reach: Reach, step: Step, { token }: ApplyContext): Promise<Applied> {
  const isPlanned = step.kind === switchoverKind;
  const path = isPlanned ? '/switchover' : '/failover';
  const candidate = candidateOf(token);
  const body = { ...(isPlanned && { leader: String(step.params['leader']) }), candidate };
  try {
    const view = await readView(reach);
    // Whom the rule chose stays chosen: on a busy cluster another is ahead every moment.
    if (differenceIn(step, view) || !mayLead(view, candidate)) return { outcome: 'moved' };
    const posted = await postOnce(reach, view, { path, body });
    if (posted.kind === 'unsent') return { outcome: 'refused', problem: posted.problem };
    if (posted.kind === 'lost') return { outcome: 'unknown', problem: posted.problem };
    return await judge(reach, step, { ...posted, candidate });
  } catch (error) {
    return { outcome: 'refused', problem: problemIn(error) };
  }
}

/** The next member is asked only where the one before it surely heard nothing. */
async function postOnce(
  { client }: Reach,
  { answering }: View,
  { path, body }: { readonly path: string; readonly body: object },
): Promise<Posted> {
  let posted: Posted | undefined;
  for (const endpoint of answering) {
    posted = await client.post(endpoint, path, body);
    if (posted.kind !== 'unsent') return posted;
  }
  return posted ?? { kind: 'unsent', problem: problem('PATRONI_UNREACHABLE', {}) };
}

/** https://patroni.readthedocs.io/en/latest/rest_api.html#switchover-and-failover-endpoints */
async function judge(
  reach: Reach,
  step: Step,
  { status, text, candidate }: { status: number; text: string; candidate: string },
): Promise<Applied> {
  const facts = { target: step.target.id, status, why: text };
  if (status === 200) {
    // It may be "to B instead of A": whom the rule chose is kept, and who leads is looked at.
    return { outcome: 'applied', outputs: { candidate } };
  }
  if (status === 401 || status === 403) {
    return { outcome: 'refused', problem: problem('PATRONI_UNAUTHORIZED', facts) };
  }
  if (status >= 400 && status < 500) {
    return { outcome: 'refused', problem: problem('PATRONI_REFUSED', facts) };
  }
  // "failed": what was asked is withdrawn. Whether the leader stayed is seen, not believed.
  const isWithdrawn = status === 503 && /failed/.test(text) && !/unknown/.test(text);
  const view = isWithdrawn ? await readView(reach).catch(() => undefined) : undefined;
  return view && differenceIn(step, view) === undefined
    ? { outcome: 'refused', problem: problem('PATRONI_REFUSED', facts) }
    : { outcome: 'unknown', problem: problem('PATRONI_STATUS_UNKNOWN', facts) };
}

async function observe(reach: Reach, step: Step, outputs: Facts): Promise<Observed> {
  try {
    return judgeView(await readView(reach), step, String(outputs['candidate'] ?? ''));
  } catch (error) {
    return progress(0, `not seen (${problemIn(error).code})`);
  }
}

/** One leader, one primary, a new timeline, and everybody who is to follow streams on it. */
function judgeView(view: View, step: Step, chosen: string): Observed {
  const { leader, timeline, primaries } = view;
  const candidates = String(step.params['candidates']).split(', ');
  if (!leader || leader.name === step.params['leader']) return progress(0, 'nobody new leads yet');
  if (!candidates.includes(leader.name) || (chosen !== '' && leader.name !== chosen)) {
    const planned = chosen || candidates.join(', ');
    const facts = { target: step.target.id, leader: leader.name, planned };
    return { state: 'failed', problem: problem('PATRONI_ANOTHER_LEADER', facts) };
  }
  const more = primaries.filter((name) => name !== leader.name);
  if (more.length > 0) return progress(1, `${more.join(', ')} still takes writes`);
  if (primaries.length === 0 || timeline <= Number(step.params['timeline'])) {
    return progress(1, `${leader.name} leads and is being promoted`);
  }
  const behind = behindOf(view, step, leader.name);
  return behind.length > 0
    ? progress(2, `${behind.join(', ')} must follow on timeline ${timeline}`)
    : { state: 'done', progress: progressOf(3, `${leader.name} leads on timeline ${timeline}`) };
}

/** A lag of 0 says nothing on another timeline, so both are looked at, and the stream itself. */
function behindOf({ members, timeline, streaming }: View, step: Step, leader: string) {
  const expected = String(step.params['follow']).split(', ');
  return expected.filter((name) => {
    if (name === '' || name === leader) return false;
    const member = members.find((each) => each.name === name);
    return member?.timeline !== timeline || member.lag === undefined || !streaming.includes(name);
  });
}

function progress(done: number, what: string): Observed {
  return { state: 'progress', progress: progressOf(done, what) };
}

function progressOf(done: number, what: string): Progress {
  return { done, of: 3, what };
}

/** Another leader on the same timeline was not promoted after the plan. */
function leads({ leader, timeline }: View, step: Step, candidate: string): boolean {
  return leader?.name === candidate && timeline > Number(step.params['timeline']);
}

function differenceIn(step: Step, view: View): Facts | undefined {
  const seen = seenIn(view, String(step.params['candidate'] ?? ''));
  for (const [field, planned] of Object.entries(step.preconditions)) {
    if (seen[field] !== planned) return { field, planned, observed: seen[field] ?? '' };
  }
  return undefined;
}

/** The fields that a plan shows and a step holds the cluster to. `named`: the one that was asked for, or ''. */
export function seenIn(view: View, named: string): Facts {
  const able = candidatesOf(view).map(({ name }) => name);
  const wanted = named === '' ? able : able.filter((name) => name === named);
  return {
    leader: view.leader?.name ?? 'nobody',
    well: view.isLeaderWell,
    timeline: view.timeline,
    system: view.system,
    paused: view.paused,
    candidates: wanted.sort().join(', '),
  };
}

function mayLead(view: View, name: string): boolean {
  const member = view.members.find((each) => each.name === name);
  return member !== undefined && whyNot(view, member) === undefined;
}

function candidateOf(token: string): string {
  return token.slice(token.indexOf('/') + 1);
}
