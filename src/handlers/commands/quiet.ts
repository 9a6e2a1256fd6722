import { compensationsOf, type Step } from '../../core/operation/plan.ts';
import type { Draft } from '../../core/ports/step.ts';

/** A service that is stopped around the work of others, by the two drafts of its own integration. */
export interface Quieted {
  /** `checkout`. */
  readonly name: string;
  readonly stop: Draft;
  readonly start: Draft;
}

/**
 * The plan with services stopped around the steps that need them quiet: as late as that, and started again whatever comes of
 * it. From the first stop to the last start nothing stops it half-way. A step that fails in between starts them all before
 * it takes back its own; of several starts each goes on although another failed.
 */
export function quietedBy(draft: Draft, services: readonly Quieted[]): Draft {
  if (!draft.ok) return draft;
  const refused = services.flatMap(({ stop, start }) => [stop, start]).find(({ ok }) => !ok);
  if (refused) return refused;
  const drafts = services.map(({ stop, start }) => ({
    stops: stop.ok ? stop.steps : [],
    starts: start.ok ? start.steps : [],
  }));
  const stops = drafts.flatMap((each) => each.stops);
  const starts = drafts.flatMap((each) => each.starts);
  const { before, within, after } = partsOf(draft);
  const left = within.map(compensationsOf).find(({ length }) => length > 0) ?? [];
  const steps = numbered([
    ...before,
    ...stops.map((step, index) => bound(step, [...starts.slice(0, index + 1), ...left])),
    ...within.map((step) => bound(step, [...starts, ...compensationsOf(step)])),
    ...starts.map(
      (step, index): Step => ({ ...step, critical: index < starts.length - 1, goesOn: true }),
    ),
    ...after,
  ]);
  const first = steps[before.length]?.id ?? '';
  const last = steps[steps.length - after.length - 1]?.id ?? '';
  const names = services.map(({ name }) => name).join(', ');
  const all = services.flatMap(({ stop }) => (stop.ok ? [stop] : []));
  return {
    ...draft,
    steps,
    targets: [...draft.targets, ...all.flatMap(({ targets }) => targets)],
    diff: steps.flatMap(({ change }) => change),
    warnings: [...draft.warnings, ...all.flatMap(({ warnings }) => warnings)],
    blast: {
      ...draft.blast,
      stops: `${names}, from ${first} until ${last} has started them again`,
    },
    risk: 'danger',
  };
}

/** All of it where the draft does not say which of its steps need that. */
function partsOf({ steps, quiet }: Extract<Draft, { readonly ok: true }>) {
  const from = quiet ? steps.findIndex(({ id }) => id === quiet.from) : 0;
  const to = quiet ? steps.findIndex(({ id }) => id === quiet.to) : steps.length - 1;
  return {
    before: steps.slice(0, from),
    within: steps.slice(from, to + 1),
    after: steps.slice(to + 1),
  };
}

function bound(step: Step, compensations: readonly Step[]): Step {
  const compensate = compensations.map(
    (each, index): Step => ({ ...each, id: `c${index + 1}`, critical: false, goesOn: true }),
  );
  return { ...step, critical: true, onFailure: { compensate } };
}

function numbered(steps: readonly Step[]): readonly Step[] {
  return steps.map((step, index) => ({ ...step, id: `s${index + 1}` }));
}
