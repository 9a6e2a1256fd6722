import { randomFillSync } from 'node:crypto';
import { closeSync, fsyncSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { syncFolderOf } from './database.ts';

const CHUNK = 64 * 1024;

/** Room on the disk that is given up when it fills, so that running steps can still write their results. */
export class Reserve {
  readonly #path: string;
  readonly #bytes: number;
  #held = false;

  constructor(path: string, bytes: number) {
    this.#path = path;
    this.#bytes = bytes;
  }

  get held(): boolean {
    return this.#held;
  }

  /** Answers whether there is room for it. */
  take(): boolean {
    if (this.#held || this.#bytes === 0 || sizeOf(this.#path) === this.#bytes) {
      this.#held = true;
      return true;
    }
    try {
      this.#write();
      this.#held = true;
    } catch {
      rmSync(this.#path, { force: true });
    }
    return this.#held;
  }

  give(): void {
    this.#held = false;
    rmSync(this.#path, { force: true });
    // Without this the file system may keep the blocks until its own journal is written.
    syncFolderOf(this.#path);
  }

  #write(): void {
    // Random bytes, because a file system that compresses would reserve nothing for zeros.
    const chunk = randomFillSync(Buffer.allocUnsafe(CHUNK));
    const file = openSync(this.#path, 'w', 0o600);
    try {
      for (let left = this.#bytes; left > 0; )
        left -= writeSync(file, chunk, 0, Math.min(left, CHUNK));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  }
}

function sizeOf(path: string): number | undefined {
  try {
    return statSync(path).size;
  } catch {
    return undefined;
  }
}
