import type { TargetRef } from '../ports/step.ts';
import type { Subject } from './manifest.ts';

/** One entry of `backups:`. */
export interface BackupRule {
  readonly subject: Subject;
  /** What is copied: the target of the service's role, and where in it. */
  readonly source: Pick<TargetRef, 'integration' | 'target' | 'locator'>;
  /** Where it is kept, as the store is called. */
  readonly to: string;
  /** `tocsin.yaml:41`. */
  readonly where: string;
  /** Nothing of it takes longer. */
  readonly timeoutMs: number;
  /** Asked when it is taken and when it is verified. */
  readonly query?: string;
}

export function ruleOf(
  rules: readonly BackupRule[] | undefined,
  { service, environment, what }: Subject,
): BackupRule | undefined {
  return rules?.find(
    ({ subject }) =>
      subject.service === service && subject.environment === environment && subject.what === what,
  );
}
