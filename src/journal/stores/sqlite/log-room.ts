import { closeSync, fsyncSync, openSync, statfsSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

const STEP = Buffer.alloc(1024 * 1024);
/** Where less than this is free, it is better left to what has to be written. */
const FREE_BYTES_MIN = 1024 * 1024 * 1024;

/**
 * Makes the write-ahead log as long as it will get before anything is written there. A commit then overwrites, and the
 * file system has no new length to put into its own journal: that is half of what an fsync costs. SQLite reads its log
 * only as far as checksums and salts hold, so zeros are nothing to it. https://www.sqlite.org/fileformat2.html#walformat
 */
export class LogRoom {
  readonly #path: string;
  readonly #bytes: number;
  #lacking: boolean;

  constructor(path: string, bytes: number) {
    this.#path = path;
    this.#bytes = bytes;
    this.#lacking = bytes > 0;
  }

  /** The log was cut: it is made longer again. */
  cut(): void {
    this.#lacking = this.#bytes > 0;
  }

  /** One step, so that appends can come between. Answers whether there is more to do. */
  extend(): boolean {
    if (!this.#lacking) return false;
    const size = statSync(this.#path, { throwIfNoEntry: false })?.size;
    // Before its first transaction a journal has no log.
    if (size === undefined) return false;
    this.#lacking = size < this.#bytes && this.#hasSpace();
    const file = openSync(this.#path, 'r+');
    try {
      if (this.#lacking) writeSync(file, STEP, 0, Math.min(STEP.length, this.#bytes - size), size);
      else fsyncSync(file);
    } catch {
      // It is only room: a disk that does not give it takes appends as before.
      this.#lacking = false;
    } finally {
      closeSync(file);
    }
    return this.#lacking;
  }

  #hasSpace(): boolean {
    const { bavail, bsize } = statfsSync(dirname(this.#path));
    return bavail * bsize > FREE_BYTES_MIN;
  }
}
