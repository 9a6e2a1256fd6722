import { folderOf, type Subject } from '../../core/backup/manifest.ts';
import type { BackupRecord } from '../../core/backup/record.ts';
import type { Step } from '../../core/operation/plan.ts';
import type { ArtefactStore } from '../../core/ports/backup.ts';
import type { StepDriver } from '../../core/ports/step.ts';
import type { LongStep } from './long-step.ts';

/** What is measured of one entry of `backups:`. */
export interface BackupReading {
  readonly subject: Subject;
  /** As the record had it when it was last looked at; absent before that. */
  readonly record?: BackupRecord;
  /** Pieces of work that go on in this process. */
  readonly underWay: number;
  /** Of this process, by verb. */
  readonly failures: ReadonlyMap<string, number>;
  /** That passed through this process: into a store, and out of one. */
  readonly bytes: ReadonlyMap<Way, number>;
}

export type Way = 'written' | 'read';

export interface Meter {
  /** The store, with what passes through it counted. */
  store(store: ArtefactStore, subject: Subject): ArtefactStore;
  failed(subject: Subject, verb: string): void;
  /** The driver, with each step of it that fails counted. */
  over(driver: StepDriver, verb: string, subjectOf: (step: Step) => Subject): StepDriver;
  /** What goes on in it counts as under way. */
  watch(step: LongStep): void;
  of(subject: Subject, record: BackupRecord | undefined): BackupReading;
}

/** Counts in memory: a process that is started anew begins at nothing, as counters do. */
export function createMeter(subjectOf: (step: Step) => Subject): Meter {
  const failures = new Map<string, Map<string, number>>();
  const bytes = new Map<string, Map<Way, number>>();
  const steps = new Set<LongStep>();

  function failed(subject: Subject, verb: string): void {
    add(failures, folderOf(subject), verb, 1);
  }
  async function* passing(
    content: AsyncIterable<Uint8Array>,
    subject: Subject,
    way: Way,
  ): AsyncIterable<Uint8Array> {
    for await (const chunk of content) {
      add(bytes, folderOf(subject), way, chunk.length);
      yield chunk;
    }
  }
  return {
    failed,
    store: (store, subject) => ({
      ...store,
      put: (name, content, signal) => store.put(name, passing(content, subject, 'written'), signal),
      read: (name) => passing(store.read(name), subject, 'read'),
    }),
    watch: (step) => steps.add(step),
    over: (driver, verb, of) => ({
      ...driver,
      async check(step, context) {
        const checked = await driver.check(step, context);
        if (!checked.ok && !checked.ours) failed(of(step), verb);
        return checked;
      },
      async apply(step, context) {
        const applied = await driver.apply(step, context);
        if (applied.outcome === 'refused') failed(of(step), verb);
        return applied;
      },
      async observe(step, context) {
        const observed = await driver.observe(step, context);
        if (observed.state === 'failed') failed(of(step), verb);
        return observed;
      },
    }),
    of(subject, record) {
      const name = folderOf(subject);
      const going = [...steps].flatMap((each) => each.underWay());
      return {
        subject,
        ...(record && { record }),
        underWay: going.filter((step) => folderOf(subjectOf(step)) === name).length,
        failures: failures.get(name) ?? new Map(),
        bytes: bytes.get(name) ?? new Map(),
      };
    },
  };
}

function add<K>(counts: Map<string, Map<K, number>>, name: string, of: K, count: number): void {
  const inner = counts.get(name) ?? new Map<K, number>();
  counts.set(name, inner);
  inner.set(of, (inner.get(of) ?? 0) + count);
}
