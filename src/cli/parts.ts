import type { Logger } from 'pino';
import type { Bot } from '../bot/bot.ts';
import type { BotParts, BotTimes, ConnectedTarget, Runbooks } from '../bot/bot-parts.ts';
import type { WebhookSource } from '../bot/intake.ts';
import type { Watch as WatchedEndpoint } from '../bot/loops/watches/index.ts';
import type { PagerSource } from '../bot/pagerduty-intake.ts';
import type { ServedDirectory } from '../bot/rosters.ts';
import type { LimitSettings } from '../bot/security/limits.ts';
import type { Listen } from '../config.ts';
import type { AlertSource } from '../core/ports/alert-source.ts';
import type { Changes } from '../core/ports/changes.ts';
import type { OnCalls, Pager } from '../core/ports/pager.ts';
import type { ProblemBook } from '../core/problem.ts';
import type { Settings } from '../core/settings.ts';
import type { OpenJournal } from '../journal/index.ts';
import type { ConnectChats } from './chats.ts';
import type { Resting } from './resting.ts';

export interface Parts extends Pick<BotParts, 'backups'> {
  readonly journal: OpenJournal;
  readonly retainMs?: number | undefined;
  readonly settings: Settings;
  readonly listen: { readonly server: Listen; readonly console: Listen; readonly metrics: Listen };
  /** As browsers and senders see us; the bound address when absent. */
  readonly consoleUrl: string | undefined;
  readonly bodyLimitBytes: number;
  readonly limits: LimitSettings;
  /** Whose word on a request's sender is taken: addresses and networks. */
  readonly trustedProxies: readonly string[];
  readonly webhooks: readonly WebhookSource[];
  /** Where pages are heard from. */
  readonly pageDoors?: readonly PagerSource[];
  /** Where people are paged. */
  readonly pagers?: readonly Pager[];
  /** Those of them that say who is on call. */
  readonly onCalls?: readonly OnCalls[];
  /** Where changes are told to those who are paged. */
  readonly changes?: readonly Changes[];
  /** Outside systems that are left alone for a while, because they did not answer. */
  readonly resting?: () => readonly Resting[];
  readonly sources: readonly AlertSource[];
  /** Sources that can be told to be silent. */
  readonly silences?: BotParts['silences'] & object;
  readonly panels?: BotParts['panels'] & object;
  readonly targets: readonly ConnectedTarget[];
  /** Sources that keep groups: schedules, teams. Chat platforms bring theirs. */
  readonly directories?: readonly ServedDirectory[];
  /** Chat platforms that the configuration names; connected once the bot is ready. */
  readonly chats: ConnectChats;
  readonly runbooks: Runbooks;
  readonly times: BotTimes;
  /** Who is told that we live; nobody when absent. */
  readonly heartbeat?: { readonly ping: () => Promise<void>; readonly everyMs: number };
  /** Endpoints that are asked whether they answer. */
  readonly watches?: readonly WatchedEndpoint[];
  /** `demo`: anybody may be anybody, on 127.0.0.1. */
  readonly access: 'demo' | 'sessions';
  readonly tokens: readonly {
    readonly name: string;
    readonly token: string;
    readonly scopes: readonly ('read' | 'commands' | 'export')[];
  }[];
  /** What second factors are sealed under in the keyring, the newest first; none: there are no second factors. */
  readonly keyringKeys: readonly string[];
  /** Path of the host door; none in the demo. */
  readonly hostDoor: string | undefined;
  /** Words of the integrations that are connected. */
  readonly brought: readonly ProblemBook[];
  readonly log: Logger;
}

export interface Running {
  readonly bot: Bot;
  readonly urls: { readonly server: string; readonly console: string; readonly metrics: string };
  close(): Promise<void>;
}
