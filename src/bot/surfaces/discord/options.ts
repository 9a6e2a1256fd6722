import type { Log } from '../../bot-parts.ts';
import type { ChatDesk, ChatMetrics } from '../../chat.ts';
import type { Clock } from '../../clock.ts';
import type { Door } from './door.ts';

export interface DiscordOptions {
  /** `discord/main`. */
  readonly name: string;
  /** The id of the one guild that this connection is for. */
  readonly guild: string;
  readonly application: string;
  readonly token: string;
  /** Who calls whom: we the gateway, or Discord our address. */
  readonly mode: 'gateway' | 'http';
  /** Of the application, as hex; demanded by `http`. */
  readonly publicKey?: string | undefined;
  /** Base address with `/api`; Discord's own when absent. */
  readonly api?: string | undefined;
  readonly proxy?: string | undefined;
  /** PEM. */
  readonly ca?: string | undefined;
  readonly timeoutMs: number;
  readonly desk: ChatDesk;
  readonly clock: Clock;
  /** 0 to 1, so that many reconnects do not fall together. */
  readonly random: () => number;
  readonly metrics: ChatMetrics;
  readonly log: Log;
  /** Shared by all guilds of one process: they come in by one address, and one application may serve several. */
  readonly door?: Door | undefined;
}
