/** One page of `runbooks/`, read and found sound. */
export interface Runbook {
  /** The file's name without `.md`; it is one of the alerts. */
  readonly name: string;
  readonly alerts: readonly string[];
  /** A service of the catalog, or `any`. */
  readonly service: string;
  /** The day it was last read with care, `2026-03-01`. */
  readonly reviewed: string;
  readonly sections: Readonly<Record<Heading, string>>;
  /** The page without its front matter. */
  readonly text: string;
  /** The numbered questions of Diagnosis, one line each, as plain text. */
  readonly diagnosis: readonly Step[];
  /** The numbered deeds of Act. */
  readonly act: readonly Step[];
}

export interface Step {
  readonly line: number;
  /** Its first sentence, plain. */
  readonly says: string;
  /** Commands of ours in it, without their backticks. */
  readonly commands: readonly string[];
}

/** What is wrong with a page, where, and what to write. */
export interface RunbookFault {
  readonly file: string;
  readonly line: number;
  readonly what: string;
  readonly why: string;
  readonly instead: string;
}

export const HEADINGS = ['Meaning', 'Impact', 'Diagnosis', 'Act', 'Escalate'] as const;

export type Heading = (typeof HEADINGS)[number];

/** `runbooks/X.md:12: what, why, what to write instead`. */
export function sayFault({ file, line, what, why, instead }: RunbookFault): string {
  return `${file}:${line}: ${what}, ${why}, ${instead}`;
}
