import type { BackupRecord } from './record.ts';

/** What a plan says of a backup that is not taken yet. */
export interface Estimate {
  readonly bytes: number;
  /** Undefined while none was taken. */
  readonly ms?: number;
  readonly by: 'the last one' | 'what it holds';
}

/** A backup is about as large as the one before; the first one is no larger than what it copies. */
export function estimateOf({ taken }: BackupRecord, bytesAtMost: number): Estimate {
  const last = taken.at(-1);
  if (!last) return { bytes: bytesAtMost, by: 'what it holds' };
  return { bytes: last.bytes, ms: last.endedAt - last.startedAt, by: 'the last one' };
}

/** Data grows, and a disk that a backup fills takes more with it than the backup. */
const growth = 1.5;
const spareBytes = 64 * 1024 * 1024;

export function roomNeeded({ bytes, by }: Estimate): number {
  return Math.ceil(by === 'the last one' ? bytes * growth : bytes) + spareBytes;
}

/** Equal progress is not said twice, and a backup of hours must not fill the record: twenty times each estimate. */
const parts = 20;

/** How much is written, in mebibytes and in steps that are worth a word. */
export function progressOf(written: number, bytes: number): { done: number; of: number } {
  const unit = Math.max(1, Math.round(bytes / mebibyte / parts));
  const done = Math.floor(written / mebibyte / unit) * unit;
  return { done, of: Math.max(done, Math.ceil(bytes / mebibyte)) };
}

const mebibyte = 1024 * 1024;

/** `1.4 GiB`, `80 MiB`, `900 B`. */
export function sayBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const text = unit === 0 || value >= 10 ? Math.round(value).toString() : value.toFixed(1);
  return `${text} ${units[unit]}`;
}
