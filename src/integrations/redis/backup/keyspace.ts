import type { Content } from '../../../core/backup/manifest.ts';

/** Keys by database: `db0` → 12. Those that hold none are not among them. */
export type Keys = Readonly<Record<string, number>>;

/** `db0:keys=12,expires=3,avg_ttl=0`: https://redis.io/docs/latest/commands/info/ */
export function keysIn(info: string): Keys {
  const found = info.matchAll(/^(db\d+):keys=(\d+)/gm);
  return Object.fromEntries([...found].map(([, name = '', keys]) => [name, Number(keys)]));
}

/** The fewest and the most that were counted while it was copied: nobody can ask the state that a server streams. */
export function contentBetween(samples: readonly Keys[]): Content {
  const names = [...new Set(samples.flatMap((each) => Object.keys(each)))].sort();
  const of = (pick: (...counts: number[]) => number) =>
    Object.fromEntries(names.map((name) => [name, pick(...samples.map((s) => s[name] ?? 0))]));
  return { counts: of(Math.min), atMost: of(Math.max), uncounted: 0 };
}

/** Two samples that stand for all of them, so that a copy of hours holds no more than one of seconds. */
export function widened(samples: readonly Keys[], next: Keys): readonly Keys[] {
  const { counts, atMost } = contentBetween([...samples, next]);
  return [counts, atMost ?? counts];
}
