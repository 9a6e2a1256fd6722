import type { Json } from './json.ts';
import type { Bot } from './state.ts';

/** An answer `{ ok: false, error }`, with whatever else the platform says beside the code. */
export class Refusal extends Error {
  readonly error: string;
  readonly details: Json;

  constructor(error: string, details: Json = {}) {
    super(error);
    this.error = error;
    this.details = details;
  }
}

/** A refusal that names each fault, as the platform does for arguments and blocks. */
export function refusalWith(error: string, faults: readonly string[]): Refusal {
  return new Refusal(error, {
    errors: faults,
    response_metadata: { messages: faults.map((fault) => `[ERROR] ${fault}`) },
  });
}

export function missingScope(bot: Bot, needed: readonly string[]): Refusal {
  return new Refusal('missing_scope', {
    needed: needed.join(','),
    provided: [...bot.scopes].join(','),
  });
}
