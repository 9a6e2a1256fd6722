/** The last event of a stream, as the next one needs it. */
export interface Head {
  readonly id: number;
  readonly version: number;
  readonly hash: string;
}

/** Heads of streams not written for long are read again when needed. */
const HEADS_MAX = 25_000;

/**
 * The heads of the streams written or asked for last, between one and two times `HEADS_MAX` of them: what is full grows
 * old as a whole, and what nobody asked for since then goes with the next. To keep them in order instead would cost
 * each event more than finding its head.
 */
export class Heads {
  #young = new Map<string, Head>();
  #old = new Map<string, Head>();

  get(stream: string): Head | undefined {
    return this.#young.get(stream) ?? this.#old.get(stream);
  }

  set(stream: string, head: Head): void {
    this.#young.set(stream, head);
    if (this.#young.size < HEADS_MAX) return;
    this.#old = this.#young;
    this.#young = new Map();
  }

  delete(stream: string): void {
    this.#young.delete(stream);
    this.#old.delete(stream);
  }
}
