import type { Arguments } from './arguments.ts';
import type { Json } from './json.ts';
import type { Platform } from './platform.ts';
import type { Tier } from './rates.ts';
import type { Bot, Team } from './state.ts';

/** One method of the Web API; each stands in a file of its own below `methods/`. */
export interface Method {
  readonly name: string;
  /** Which kind of token may call it: `xapp-` or `xoxb-`. */
  readonly token: 'app' | 'bot';
  /** The bot needs one of them; none means that any valid token will do. */
  readonly scopes: readonly string[];
  readonly tier: Tier;
  /** Changes the state and answers, at once. A refusal is thrown, with nothing changed. */
  run(call: Call): Json;
}

export interface Call {
  readonly platform: Platform;
  /** Whose token it was. An app-level token belongs to no workspace: then the first one. */
  readonly team: Team;
  readonly bot: Bot;
  readonly args: Arguments;
}
