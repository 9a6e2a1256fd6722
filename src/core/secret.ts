const inspect: unique symbol = Symbol.for('nodejs.util.inspect.custom');

/** A value that cannot be printed by accident: text, JSON and logs of it all say `[secret]`. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself. Called only where it goes on the wire or into a comparison. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [inspect](): string {
    return '[secret]';
  }
}
