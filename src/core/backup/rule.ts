import type { TargetRef } from '../ports/step.ts';
import type { Secret } from '../secret.ts';
import type { Subject } from './manifest.ts';
import type { Keep } from './retention.ts';
import type { Schedule } from './schedule.ts';

/** One entry of `backups:`. */
export interface BackupRule {
  readonly subject: Subject;
  /** What is copied: the target of the service's role, and where in it. */
  readonly source: Pick<TargetRef, 'integration' | 'target' | 'locator'>;
  /** Where it is kept, as the store is called. */
  readonly to: string;
  /** Whoever holds the data makes the copies and keeps them; `to` is its name: `aws/aws-eu`. */
  readonly isOwn?: true;
  /** For whom it is encrypted, and what opens it here; it is not where this is absent. */
  readonly encrypt?: {
    readonly recipients: readonly string[];
    readonly identities: readonly Secret[];
  };
  /** `tocsin.yaml:41`. */
  readonly where: string;
  /** Nothing of it takes longer. */
  readonly timeoutMs: number;
  /** Asked when it is taken and when it is verified. */
  readonly query?: string;
  /** When one is taken by itself, and when the newest is verified; never where it is not said. */
  readonly schedule?: Schedule;
  readonly verify?: Schedule;
  /** What `retention` leaves; nothing is removed where it is not said. */
  readonly keep?: Keep;
  /** Services that are stopped while a backup takes the place of what is in use, and what runs each. */
  readonly stops?: readonly { readonly service: string; readonly workload: TargetRef }[];
  /** How long after it was due one that is not there is told. */
  readonly lateAfterMs: number;
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
