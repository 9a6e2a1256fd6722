import type { Labels } from './alert.ts';

/** From worst to mildest. The index is the rank. */
export const SEVERITIES = ['critical', 'major', 'warning', 'info', 'none'] as const;

export type Severity = (typeof SEVERITIES)[number];

/** How bad an incident is, and who says so. */
export interface SeverityKnown {
  readonly is: Severity;
  /** What its alerts say now and said at their worst, whatever a person set. */
  readonly alerts: readonly Severity[];
  /** Who set or confirmed what it is; nobody where the alerts' labels alone say it. */
  readonly by: readonly string[];
}

export interface ReadSeverity {
  readonly severity: Severity;
  /** The source's own word where it is none that we know; it is shown as it came. */
  readonly unknownWord: string | undefined;
}

/** What the label `severity` means. A word nobody told us is a warning: seen by people, waking nobody. */
export function severityOf(labels: Labels): ReadSeverity {
  const word = labels['severity'];
  if (word === undefined || word === '') return WITHOUT_WORD;
  const known = WORDS.get(word) ?? WORDS.get(word.trim().toLowerCase());
  return known ?? { severity: 'warning', unknownWord: word };
}

/** A severity named by a person, or nothing when it is no word of ours. */
export function parseSeverity(word: string): Severity | undefined {
  return WORDS.get(word.trim().toLowerCase())?.severity;
}

export function rank(severity: Severity): number {
  return SEVERITIES.indexOf(severity);
}

const SYNONYMS: Readonly<Record<Severity, readonly string[]>> = {
  critical: ['critical', 'crit', 'page', 'fatal', 'emergency', 'disaster', 'p1', 'sev1', 'sev-1'],
  major: ['major', 'error', 'err', 'high', 'urgent', 'p2', 'sev2', 'sev-2'],
  warning: ['warning', 'warn', 'medium', 'average', 'minor', 'p3', 'sev3', 'sev-3'],
  info: ['info', 'information', 'informational', 'notice', 'low', 'p4', 'sev4', 'sev-4'],
  none: ['none', 'debug', 'ok', 'p5', 'sev5', 'sev-5'],
};

const WORDS: ReadonlyMap<string, ReadSeverity> = new Map(
  SEVERITIES.flatMap((severity) =>
    SYNONYMS[severity].map((word) => [word, { severity, unknownWord: undefined }] as const),
  ),
);

const WITHOUT_WORD: ReadSeverity = { severity: 'warning', unknownWord: undefined };
