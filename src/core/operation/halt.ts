import type { ErasedEvent } from '../event.ts';
import type { Origin } from '../origin.ts';
import { type Problem, problem } from '../problem.ts';
import { type Blown, type Danger, evolveFuse, type FuseEvent } from './fuse.ts';
import type { Plan } from './plan.ts';
import {
  decideWindows,
  evolveWindows,
  type FreezeWindow,
  type OpenWindow,
  type WindowEvent,
  windowHalt,
} from './window.ts';

/*
 * What keeps changes from beginning: read-only for all of it, and freezes of a service or of all. To begin one makes
 * things safer and needs no approval; to lift one is a change with a plan of its own. One stream holds them, and each
 * append that begins an operation or a step names it.
 */

export type HaltEvent =
  | {
      readonly type: 'FreezeBegun';
      readonly v: 1;
      /** A service, or `all`. */
      readonly scope: string;
      /** Milliseconds since 1970. */
      readonly until: number;
      readonly person: string;
      readonly surface: string;
      readonly where?: Origin;
      readonly reason: string;
    }
  /** `operation`: the one that lifted it; '' where its time was over. */
  | {
      readonly type: 'FreezeEnded';
      readonly v: 1;
      readonly scope: string;
      readonly operation: string;
    }
  | {
      readonly type: 'ReadOnlyBegun';
      readonly v: 1;
      readonly person: string;
      readonly surface: string;
      readonly where?: Origin;
      readonly reason: string;
    }
  | { readonly type: 'ReadOnlyEnded'; readonly v: 1; readonly operation: string }
  | WindowEvent
  | FuseEvent;

export interface HaltState {
  readonly readOnly?: Halt;
  readonly freezes: readonly Freeze[];
  /** Freezes by the calendar that hold, as far as the record knows: for those who read, and no decision. */
  readonly open: readonly OpenWindow[];
  /** What the configuration says of the calendar. No part of the record. */
  readonly windows?: readonly FreezeWindow[];
  /** A part of the record is gone, so that nobody knows what holds: everything is kept from beginning. */
  readonly unreadable: boolean;
  /** The operation that lifted something last. */
  readonly liftedBy: string;
  /** What was dangerous and began within the last hour, since read-only was lifted last. */
  readonly dangers: readonly Danger[];
  /** Each time the fuse blew, the newest last. */
  readonly blown: readonly Blown[];
}

export interface Halt {
  readonly person: string;
  readonly reason: string;
  readonly at: number;
}

export interface Freeze extends Halt {
  readonly scope: string;
  readonly until: number;
}

export type HaltIntent =
  | {
      readonly type: 'Freeze';
      readonly at: number;
      readonly scope: string;
      readonly durationMs: number;
      readonly person: string;
      readonly surface: string;
      readonly where?: Origin;
      readonly reason: string;
    }
  | {
      readonly type: 'MakeReadOnly';
      readonly person: string;
      readonly surface: string;
      readonly where?: Origin;
      readonly reason: string;
    }
  /** `since`: of what was shown to whoever approved it. A newer one stays. */
  | {
      readonly type: 'Lift';
      readonly what: Lifted;
      readonly since: number;
      readonly operation: string;
    }
  | { readonly type: 'EndFreezes'; readonly at: number }
  | { readonly type: 'SeeWindows'; readonly open: readonly OpenWindow[] };

/** `read-only`, or `freeze of checkout`. */
export type Lifted =
  | { readonly kind: 'read-only' }
  | { readonly kind: 'freeze'; readonly scope: string };

export const everything = 'all';

export function initialHalts(): HaltState {
  return { freezes: [], open: [], unreadable: false, liftedBy: '', dangers: [], blown: [] };
}

/** Quiet where it was so already. A shorter freeze does not shorten one that stands: that would be lifting it. */
export function decideHalt(intent: HaltIntent, state: HaltState): readonly HaltEvent[] {
  switch (intent.type) {
    case 'Freeze': {
      const { scope, person, surface, reason, where } = intent;
      const until = intent.at + intent.durationMs;
      const stands = state.freezes.find((freeze) => freeze.scope === scope);
      return stands && stands.until >= until
        ? []
        : [
            {
              ...{ type: 'FreezeBegun', v: 1, scope, until, person, surface, reason },
              ...(where && { where }),
            },
          ];
    }
    case 'MakeReadOnly': {
      const { type: _, ...who } = intent;
      return state.readOnly ? [] : [{ type: 'ReadOnlyBegun', v: 1, ...who }];
    }
    case 'Lift':
      return standing(state, intent.what)?.at === intent.since ? [lifted(intent)] : [];
    case 'EndFreezes':
      return state.freezes
        .filter(({ until }) => intent.at >= until)
        .map(({ scope }) => ({ type: 'FreezeEnded', v: 1, scope, operation: '' }));
    case 'SeeWindows':
      return decideWindows(state, intent.open);
    default:
      return intent satisfies never;
  }
}

export function evolveHalt(
  state: HaltState,
  event: HaltEvent | ErasedEvent,
  meta: { readonly at: number },
): HaltState {
  switch (event.type) {
    case 'Erased':
      return { ...state, unreadable: true };
    case 'FreezeBegun': {
      const { scope, until, person, reason } = event;
      const others = state.freezes.filter((freeze) => freeze.scope !== scope);
      return { ...state, freezes: [...others, { scope, until, person, reason, at: meta.at }] };
    }
    case 'FreezeEnded': {
      const freezes = state.freezes.filter(({ scope }) => scope !== event.scope);
      return { ...state, freezes, liftedBy: event.operation || state.liftedBy };
    }
    case 'WindowOpened':
    case 'WindowClosed':
      return evolveWindows(state, event);
    case 'DangerBegun':
    case 'FuseBlown':
      return evolveFuse(state, event, meta.at);
    case 'ReadOnlyBegun': {
      const { person, reason } = event;
      return { ...state, readOnly: { person, reason, at: meta.at } };
    }
    case 'ReadOnlyEnded': {
      const { readOnly: _, ...others } = state;
      // Whoever lifted it has looked at what was dangerous: the count begins anew.
      return { ...others, liftedBy: event.operation, dangers: [] };
    }
    default:
      return state;
  }
}

export interface HaltQuestion {
  readonly service: string;
  readonly at: number;
  /** When the glass was broken for it, if it was. */
  readonly brokenAt?: number;
}

/** What stands of that kind; undefined when nothing does. */
export function standing(state: HaltState, what: Lifted): Halt | undefined {
  return what.kind === 'read-only'
    ? state.readOnly
    : state.freezes.find(({ scope }) => scope === what.scope);
}

/**
 * Why nothing may begin there now; undefined when it may. A freeze is over by itself, whoever was late to say so, and one
 * that stood when the glass was broken was broken with it. Read-only never is.
 */
export function haltOf(
  state: HaltState,
  { service, at, brokenAt = -1 }: HaltQuestion,
): Problem | undefined {
  if (state.unreadable) return problem('HALTS_UNREADABLE', {});
  const { readOnly } = state;
  if (readOnly) {
    const { person, reason } = readOnly;
    return problem('READ_ONLY', { person, reason, since: utc(readOnly.at) });
  }
  const freeze = state.freezes.find(
    ({ scope, until, at: since }) =>
      at < until && since > brokenAt && (scope === everything || scope === service),
  );
  if (!freeze) return windowHalt(state.windows ?? [], { service, at, brokenAt });
  const { scope, until, person, reason } = freeze;
  return problem('FROZEN', { scope, until: utc(until), person, reason });
}

/** Where our own halts are what a plan writes to. */
export const ownTarget = { integration: 'tocsin', target: 'halts' } as const;

/** To lift a halt is the one thing that a halt does not keep from beginning. */
export function isLifting({ steps }: Pick<Plan, 'steps'>): boolean {
  return steps.length > 0 && steps.every(({ at }) => at.integration === ownTarget.integration);
}

function lifted({ what, operation }: Extract<HaltIntent, { readonly type: 'Lift' }>): HaltEvent {
  return what.kind === 'read-only'
    ? { type: 'ReadOnlyEnded', v: 1, operation }
    : { type: 'FreezeEnded', v: 1, scope: what.scope, operation };
}

/** `2026-11-26 05:40 UTC`. */
function utc(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
