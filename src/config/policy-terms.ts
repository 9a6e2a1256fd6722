import { basename } from 'node:path';
import type { RuleLimit } from '../core/operation/limit.ts';
import type { AllowRule } from '../core/operation/policy.ts';
import type { Path } from './error.ts';
import { valueAt } from './issue.ts';
import { checkGroup } from './people.ts';
import type { PolicyScope } from './policies.ts';
import { digestOf } from './policy-digest.ts';
import type { Report } from './report.ts';
import type { Section } from './schema.ts';

type Written = Section<'policies'>[number];

/** What a rule says of the plans that it lets through, beside who asks and who approves. */
export function termsOf(
  { longest_silence: silenceMaxMs, quotas, tell, ticket, undo }: Written,
  path: Path,
  scope: PolicyScope,
): Pick<AllowRule, 'limits' | 'silenceMaxMs' | 'tell' | 'tickets' | 'undo'> {
  if (ticket?.length === 0) {
    scope.report.error([...path, 'ticket'], {
      what: `policies[${path[1]}].ticket is an empty list`,
      why: 'no ticket would ever fit',
      instead: 'write ticket: OPS-*, or take ticket out',
    });
  }
  if (tell?.length === 0) {
    scope.report.error([...path, 'tell'], {
      what: `policies[${path[1]}].tell is an empty list`,
      why: 'nobody would be told',
      instead: 'write tell: [ GROUP ], or take tell out',
    });
  }
  for (const [index, group] of (tell ?? []).entries()) {
    const { groups, report } = scope;
    checkGroup(group, { path: [...path, 'tell', index], groups, report });
  }
  return {
    ...(quotas && { limits: [limitOf(quotas, path, scope)] }),
    ...(silenceMaxMs !== undefined && { silenceMaxMs }),
    ...(tell && { tell }),
    ...(undo && { undo: { withinMs: undo.within, danger: undo.danger ?? false } }),
    ...(ticket && { tickets: [ticket] }),
  };
}

/** What only plans have means nothing where nothing is planned. */
export function checkTerms({ match, ...written }: Written, path: Path, report: Report): void {
  checkSilence({ match, ...written }, path, report);
  const risks = match?.risk ?? ['change'];
  if (risks.includes('change') || risks.includes('danger')) return;
  for (const key of ['quotas', 'tell', 'ticket', 'undo'] as const) {
    if (written[key] === undefined) continue;
    report.error([...path, key], {
      what: `policies[${path[1]}] has ${key}`,
      why: 'nothing that it lets through is planned, so this would have no effect',
      instead: `take ${key} out, or write risk: change`,
    });
  }
}

/** What only a silence has means nothing to a rule that lets none through. */
function checkSilence({ match, longest_silence: longest }: Written, path: Path, report: Report) {
  const { verb, family, risk } = match ?? {};
  const isAboutOne =
    (verb?.includes('silence') ?? true) &&
    (family?.includes('incident') ?? true) &&
    (risk?.some((each) => each === 'incident' || each === 'danger') ?? true);
  if (longest === undefined || isAboutOne) return;
  report.error([...path, 'longest_silence'], {
    what: `policies[${path[1]}] has longest_silence`,
    why: 'no silence is let through by it, so this would have no effect',
    instead: 'take longest_silence out, or write it in the rule that matches silence',
  });
}

function limitOf(
  { per_hour: perHour, concurrent }: NonNullable<Written['quotas']>,
  path: Path,
  { document, report }: PolicyScope,
): RuleLimit {
  if (perHour === undefined && concurrent === undefined) {
    report.error([...path, 'quotas'], {
      what: `policies[${path[1]}].quotas says nothing`,
      why: 'it names neither per_hour nor concurrent',
      instead: 'write quotas: { per_hour: 5 }, or take quotas out',
    });
  }
  return {
    // The line may move and the count stays; a rule that is written anew counts anew.
    rule: digestOf(valueAt(document.value, path)).slice(0, 16),
    where: `${basename(document.file)}:${document.lineOf(path)}`,
    ...(perHour !== undefined && { perHour }),
    ...(concurrent !== undefined && { concurrent }),
  };
}
