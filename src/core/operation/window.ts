import { type Problem, problem } from '../problem.ts';
import type { HaltQuestion, HaltState } from './halt.ts';

/*
 * Freezes that come again by themselves, as the configuration says. When one holds is a question to the clock, asked for
 * each step that would begin; that it is on the record serves those who wait and those who read.
 */

export interface FreezeWindow {
  readonly name: string;
  /** `tocsin.yaml:88`. */
  readonly line: string;
  /** Services, or `all`. */
  readonly scopes: readonly string[];
  readonly reason: string;
  /** The time around a moment in which it holds, its end left out; undefined when it does not. Calendars are the world's. */
  spanAt(at: number): Span | undefined;
  /** When it begins next after a moment. */
  nextAfter(at: number): number | undefined;
}

export interface Span {
  readonly from: number;
  readonly until: number;
}

export interface OpenWindow {
  readonly name: string;
  readonly line: string;
  readonly scopes: readonly string[];
  readonly reason: string;
  readonly from: number;
  readonly until: number;
}

export type WindowEvent =
  | ({ readonly type: 'WindowOpened'; readonly v: 1 } & OpenWindow)
  | { readonly type: 'WindowClosed'; readonly v: 1; readonly name: string };

export function openWindows(windows: readonly FreezeWindow[], at: number): readonly OpenWindow[] {
  return windows.flatMap(({ name, line, scopes, reason, spanAt }) => {
    const span = spanAt(at);
    return span ? [{ name, line, scopes, reason, ...span }] : [];
  });
}

/** What is to be put on record, so that it says what holds. */
export function decideWindows(
  { open }: Pick<HaltState, 'open'>,
  now: readonly OpenWindow[],
): readonly WindowEvent[] {
  const keyOf = ({ name, until, scopes, reason }: OpenWindow) =>
    JSON.stringify([name, until, scopes, reason]);
  const known = new Set(open.map(keyOf));
  const names = new Set(now.map(({ name }) => name));
  return [
    ...open
      .filter(({ name }) => !names.has(name))
      .map(({ name }) => ({ type: 'WindowClosed', v: 1, name }) as const),
    ...now
      .filter((window) => !known.has(keyOf(window)))
      .map((window) => ({ type: 'WindowOpened', v: 1, ...window }) as const),
  ];
}

export function evolveWindows(state: HaltState, event: WindowEvent): HaltState {
  const others = state.open.filter(({ name }) => name !== event.name);
  if (event.type === 'WindowClosed') return { ...state, open: others };
  const { type: _, v: __, ...window } = event;
  return { ...state, open: [...others, window] };
}

/** Why nothing may begin there by the calendar. One that held when the glass was broken was broken with it. */
export function windowHalt(
  windows: readonly FreezeWindow[],
  { service, at, brokenAt = -1 }: HaltQuestion,
): Problem | undefined {
  const window = openWindows(windows, at).find(
    ({ scopes, from }) => from > brokenAt && scopes.some((scope) => covers(scope, service)),
  );
  if (!window) return undefined;
  const { name, line, scopes, reason, until } = window;
  const end = `${new Date(until).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  return problem('FROZEN_BY_CALENDAR', {
    window: name,
    line,
    scope: scopes.join(', '),
    until: end,
    reason,
  });
}

/** `all`, or the service itself. */
export function covers(scope: string, service: string): boolean {
  return scope === 'all' || scope === service;
}
