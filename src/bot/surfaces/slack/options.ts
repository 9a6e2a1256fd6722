import type { Log } from '../../bot-parts.ts';
import type { ChatDesk, ChatMetrics } from '../../chat.ts';
import type { Clock } from '../../clock.ts';

/** One workspace and how to reach it. */
export interface SlackOptions {
  /** `slack/main`. */
  readonly name: string;
  /** `T01`. Whoever is not of this workspace is nobody. */
  readonly team: string;
  /** `/ops`. */
  readonly command: string;
  readonly mode: 'socket' | 'http';
  readonly botToken: string;
  /** For Socket Mode: `xapp-…` with `connections:write`. */
  readonly appToken?: string | undefined;
  /** For HTTP mode. */
  readonly signingSecret?: string | undefined;
  /** Base URL of the Web API; Slack's own when absent. */
  readonly api?: string | undefined;
  /** `http://user:password@proxy:3128`: everything goes through it, websockets too. */
  readonly proxy?: string | undefined;
  /** PEM of further authorities that are trusted, beside those of the system. */
  readonly ca?: string | undefined;
  /** How long one call may take. */
  readonly timeoutMs: number;
  readonly desk: ChatDesk;
  readonly clock: Clock;
  readonly random: () => number;
  readonly metrics: ChatMetrics;
  readonly log: Log;
}
