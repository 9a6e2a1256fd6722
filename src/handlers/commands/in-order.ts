import type { Step } from '../../core/operation/plan.ts';
import type { Draft } from '../../core/ports/step.ts';
import type { Facts, Problem } from '../../core/problem.ts';

/** What one role of the service contributes. */
export interface Part {
  /** `database`. */
  readonly name: string;
  readonly draft: Draft;
}

/** One plan of several drafts, in the order given; refused as soon as one of them is. What each loses and takes is said by its name. */
export function inOrder(
  parts: readonly Part[],
  about: { readonly blast: Facts; readonly warnings: readonly Problem[] },
): Draft {
  const drafts = [];
  const blast: Record<string, Facts[string]> = { ...about.blast };
  for (const { name, draft } of parts) {
    if (!draft.ok) return draft;
    drafts.push(draft);
    for (const fact of ['loses', 'takes']) {
      const said = draft.blast[fact];
      if (said !== undefined) blast[`${name} ${fact}`] = said;
    }
  }
  const steps = drafts.flatMap((draft) => draft.steps);
  const [splitBrain] = drafts.flatMap((draft) => draft.splitBrain ?? []);
  return {
    ok: true,
    steps: steps.map((step, index): Step => ({ ...step, id: `s${index + 1}` })),
    targets: drafts.flatMap(({ targets }) => targets),
    diff: drafts.flatMap(({ diff }) => diff),
    warnings: [...about.warnings, ...drafts.flatMap(({ warnings }) => warnings)],
    blast,
    ...(splitBrain && { splitBrain }),
    risk: drafts.some(({ risk }) => risk === 'danger') ? 'danger' : 'change',
  };
}
