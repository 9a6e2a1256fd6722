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
  { quotas, tell, ticket, undo }: Written,
  path: Path,
  scope: PolicyScope,
): Pick<AllowRule, 'limits' | 'tell' | 'tickets' | 'undo'> {
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
    ...(tell && { tell }),
    ...(undo && { undo: { withinMs: undo.within, danger: undo.danger ?? false } }),
    ...(ticket && { tickets: [ticket] }),
  };
}

/** What only plans have means nothing where nothing is planned. */
export function checkTerms({ match, ...written }: Written, path: Path, report: Report): void {
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
