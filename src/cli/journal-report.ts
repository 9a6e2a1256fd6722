import type { Problem } from '../core/problem.ts';
import { fill } from '../core/view/words.ts';
import type { VerifyReport } from '../journal/index.ts';
import { bookOf } from './book.ts';

/** What a verification found, a line each. */
export function sayReport(path: string, report: VerifyReport): readonly string[] {
  const { ok, events, streams, erased, archived, checkpoint } = report;
  return [
    `${path}: ${ok ? 'the chain holds' : 'the chain does not hold'}`,
    `  ${events} events in ${streams} streams, ${erased} payloads erased`,
    ...(archived
      ? [
          `  ${archived.events} events archived behind checkpoint ${archived.checkpoint}, in ${archived.files} files`,
        ]
      : []),
    ...(checkpoint ? [`  newest checkpoint that fits: ${checkpoint.short}`] : []),
    ...sayFound(report),
  ];
}

export function sayFound({
  finding,
  cannotKnow,
}: Pick<VerifyReport, 'finding' | 'cannotKnow'>): readonly string[] {
  const said = (what: Problem) => {
    const words = bookOf()[what.code];
    return words ? `${fill(words.what, what.facts)} ${fill(words.why, what.facts)}` : what.code;
  };
  return [
    ...(finding ? [`  ${said(finding)} (${finding.code})`] : []),
    ...cannotKnow.map((what) => `  Not known: ${said(what)} (${what.code})`),
  ];
}
