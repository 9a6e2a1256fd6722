import type { CorrelationRule } from './alert/rule.ts';
import type { BackupRule } from './backup/rule.ts';
import type { Catalog } from './catalog.ts';
import type { Route, Routes } from './incident/route.ts';
import type { AskPace } from './operation/asking.ts';
import type { Policy } from './operation/policy.ts';
import type { FreezeWindow } from './operation/window.ts';
import type { Person } from './person.ts';
import type { DirectoryQuery } from './ports/directory.ts';
import type { TargetRef } from './ports/step.ts';

/** The part of the configuration that decisions are made from. Read once, by `config.ts`. */
export interface Settings {
  readonly people: readonly Person[];
  readonly groups: readonly Group[];
  readonly routes: Routes;
  /** What belongs together although its sources name it differently; the first rule that speaks of an alert decides. */
  readonly correlation?: readonly CorrelationRule[];
  /** Ways to page, by pager and name. */
  readonly pages?: readonly { readonly pager: string; readonly via: string }[];
  /** Where Tocsin tells what concerns its own security; the default route where it is not said. */
  readonly security?: Pick<Route, 'places' | 'notify' | 'page'>;
  readonly catalog: Catalog;
  readonly policy: Policy;
  /** Where the alerts of a source were measured, by `alertmanager/main`, for what no service says. */
  readonly telemetry?: Readonly<Record<string, TargetRef>>;
  /** Groups whose members confirm what concerns who somebody else is; none when absent. */
  readonly identityAdmins?: readonly string[];
  /** What the calendar freezes; nothing where it is not said. */
  readonly freezes?: readonly FreezeWindow[];
  /** What is backed up, and where it is kept; nothing where it is not said. */
  readonly backups?: readonly BackupRule[];
  /** How many plans one requester may have waiting at a time. */
  readonly pendingMax: number;
  /** How approvers are asked directly; nobody is when absent. */
  readonly ask?: AskPace;
  /** Groups whose members may take records out; nobody where it is not said. */
  readonly record?: { readonly export: readonly string[] };
  /** How many dangerous operations within an hour make everything read-only, and which groups that calls. */
  readonly fuse?: { readonly dangerPerHour: number; readonly call: readonly string[] };
  readonly directories: DirectoryTimes;
}

/** How old what a directory answered may be. */
export interface DirectoryTimes {
  /** To decide by it. */
  readonly countWithinMs: number;
  /** To tell somebody: whom to mention, who could approve. */
  readonly tellWithinMs: number;
}

export interface Group {
  readonly name: string;
  /** Person ids named in the configuration. */
  readonly members: readonly string[];
  /** Where others of its members are kept. */
  readonly directories: readonly DirectoryQuery[];
}
