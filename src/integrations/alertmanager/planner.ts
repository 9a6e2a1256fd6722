import { parseMatchers, shownAll } from '../../core/alert/matcher.ts';
import { severityOf } from '../../core/alert/severity.ts';
import { formatDuration } from '../../core/duration.ts';
import { hiddenOf, wouldHide } from '../../core/incident/hides.ts';
import type { Change, Step } from '../../core/operation/plan.ts';
import type { MatchingAlert, Silences } from '../../core/ports/silences.ts';
import type { Draft, DraftRequest, Planner } from '../../core/ports/step.ts';
import { problem } from '../../core/problem.ts';
import { silenceKind, unsilenceKind } from './steps/terms.ts';

/** Names of alerts that a plan lists; the rest is counted. */
const NAMES_MAX = 12;

/** Drafts a silence that hides too much to be made without an approval, and the way back from it. */
export function createPlanner(silences: Silences): Planner {
  return {
    draft: (request) =>
      request.undoes
        ? draftEnd(request, request.undoes, silences)
        : draftSilence(request, silences),
  };
}

async function draftSilence(request: DraftRequest, silences: Silences): Promise<Draft> {
  const { args, target } = request;
  const written = String(args['matchers']);
  const matchers = parseMatchers(written);
  if ('why' in matchers) {
    return { ok: false, problem: problem('MATCHERS_UNREADABLE', { given: written, ...matchers }) };
  }
  const silence = String(args['silence']);
  const [matching, found] = [await silences.matching(matchers), await silences.find({ silence })];
  if (!matching.ok) return { ok: false, problem: matching.problem };
  if (!found.ok) return { ok: false, problem: found.problem };
  const ours = found.held.map(({ ref }) => ref);
  const hidden = wouldHide(matching.alerts, ours);
  const { firing, critical } = hiddenOf(hidden);
  const lasts = formatDuration(Number(args['durationMs']));
  const path = `silence at ${silences.source}`;
  const terms = `${shownAll(matchers)} for ${lasts}`;
  const stood = found.held.map((each) => shownAll(each.matchers)).join(' and ');
  const change: Change = stood
    ? { path, what: 'changed', from: stood, to: terms }
    : { path, what: 'added', to: terms };
  const lock = { id: `${silences.source}/silences/${silence}`, identity: silence };
  const { createdBy, comment, durationMs } = args;
  const step: Step = {
    id: 's1',
    kind: silenceKind,
    v: 1,
    target: lock,
    at: placeOf(target),
    change: [change],
    params: {
      silence,
      matchers: shownAll(matchers),
      durationMs: Number(durationMs),
      createdBy: String(createdBy),
      comment: String(comment),
    },
    preconditions: { firing, critical },
    postconditions: { held: true },
    verify: { what: `${silences.source} names it`, withinMs: 60_000 },
    guard: 'unguarded',
    undo: {
      change: [{ path, what: 'removed', from: shownAll(matchers) }],
      params: { silence },
    },
    onFailure: 'stop',
    critical: false,
  };
  return {
    ok: true,
    steps: [step],
    targets: [lock],
    diff: [change, ...hiddenNames(hidden)],
    warnings: [problem('SILENCE_IS_DANGEROUS', { firing, critical, source: silences.source })],
    blast: { hides: firing, critical, lasts },
    risk: 'danger',
  };
}

/** What falls silent, by name and severity, the most frequent first. */
function hiddenNames(hidden: readonly MatchingAlert[]): readonly Change[] {
  const counts = new Map<string, number>();
  for (const { labels } of hidden) {
    const name = `${labels['alertname'] ?? 'an alert without a name'} (${severityOf(labels).severity})`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const sorted = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  const lines = sorted.slice(0, NAMES_MAX).map(([name, many]) => [name, many] as const);
  const rest = sorted.slice(NAMES_MAX).reduce((sum, [, many]) => sum + many, 0);
  return [...lines, ...(rest > 0 ? [['other alerts', rest] as const] : [])].map(([name, many]) => {
    return { path: name, what: 'changed', from: `${many} firing`, to: 'hidden' };
  });
}

async function draftEnd(
  { target }: DraftRequest,
  undoes: Step,
  silences: Silences,
): Promise<Draft> {
  const silence = String(undoes.params['silence']);
  const found = await silences.find({ silence });
  if (!found.ok) return { ok: false, problem: found.problem };
  if (found.held.length === 0 || undoes.undo === 'irreversible') {
    const facts = { silence, source: silences.source };
    return { ok: false, problem: problem('ALERTMANAGER_SILENCE_OVER', facts) };
  }
  const { change, params } = undoes.undo;
  const step: Step = {
    ...undoes,
    id: 's1',
    kind: unsilenceKind,
    at: placeOf(target),
    change,
    params,
    preconditions: { held: true },
    postconditions: { held: false },
    verify: { what: `${silences.source} mutes nothing by it`, withinMs: 60_000 },
    undo: 'irreversible',
  };
  return {
    ok: true,
    steps: [step],
    targets: [undoes.target],
    diff: change,
    warnings: [],
    blast: {},
    risk: 'change',
  };
}

function placeOf({ integration, target, locator }: DraftRequest['target']): Step['at'] {
  return { integration, target, locator };
}
