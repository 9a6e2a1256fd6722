import type { Bot } from '../../../../src/bot/bot.ts';
import type { LiveJournal } from '../../../../src/bot/bot-parts.ts';
import type { ChatConnection } from '../../../../src/bot/chat.ts';
import type { Clock } from '../../../../src/bot/clock.ts';
import type { Config } from '../../../../src/config.ts';
import type { Surface } from '../../../../src/core/ports/surface.ts';
import type { Settings } from '../../../../src/core/settings.ts';

/** Where an evening is seen and spoken: the same evening is played on each of them. */
export type StageName = 'plain' | 'console' | 'slack' | 'discord' | 'all';

/** A place where people read threads, type and press; it outlives the bot, as a platform does. */
export interface Stage {
  readonly name: StageName;
  /** What the configuration of the evening says of it. */
  readonly config: StageConfig;
  /** A life of the bot begins: what it shows itself on. */
  open(life: Life): Promise<OpenStage>;
  /** Oldest first. */
  threads(): Promise<readonly StageThread[]>;
  /** Said outside any incident; what the one who asked is answered. */
  says(person: string, line: string): Promise<string>;
  /** What must hold at the end of every evening, after so many crashes. */
  isInOrder(crashes: number): void;
  close(): Promise<void>;
}

export interface StageConfig {
  /** The section `surfaces:`; '' for none. */
  readonly surfaces: string;
  /** Further keys of a person: `, slack: T01/U01`. */
  accounts(person: string): string;
  /** Further keys of the default route: `, slack: "main/#ops"`. */
  readonly route: string;
  readonly env: Readonly<Record<string, string>>;
  /** Places that no configuration could name. */
  readonly places: Readonly<Record<string, string>>;
}

export const bareConfig: StageConfig = {
  surfaces: '',
  accounts: () => '',
  route: '',
  env: {},
  places: {},
};

/** What a life of the bot lends to its stage. */
export interface Life {
  readonly bot: Bot;
  readonly config: Config;
  readonly settings: Settings;
  readonly journal: LiveJournal;
  readonly clock: Clock;
  readonly log: (message: string, fields: Readonly<Record<string, unknown>>) => void;
}

export interface OpenStage {
  readonly surfaces: readonly Surface[];
  readonly connections: readonly ChatConnection[];
  /** The process ends, in order or not. */
  close(): Promise<void>;
}

/** One thread as people see it. */
export interface StageThread {
  /** The same for every look at it. */
  readonly id: string;
  /** The root first, in the order in which they stand. */
  messages(): Promise<readonly StageMessage[]>;
  /** A line typed into it; what the one who typed is answered. */
  says(person: string, line: string): Promise<string>;
}

export interface StageMessage {
  /** The same for every look at it. */
  readonly id: string;
  /** As people read it. */
  readonly text: string;
  readonly buttons: readonly string[];
  /** What the one who pressed is answered. */
  presses(person: string, button: string): Promise<string>;
}

/** Nobody of these is in the configuration. */
export const strangers: readonly string[] = ['mallory', ''];
export const people: readonly string[] = ['ana', 'ben', 'cleo'];
