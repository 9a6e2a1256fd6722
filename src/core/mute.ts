import type { ErasedEvent } from './event.ts';

/*
 * Whoever is asked to approve too often by one person need not be written to. It changes nothing in who may approve:
 * the plan stands in its thread for everybody.
 */

export type MuteEvent =
  | {
      readonly type: 'RequesterMuted';
      readonly v: 1;
      readonly requester: string;
      /** Milliseconds since 1970. */
      readonly until: number;
      readonly surface: string;
    }
  | {
      readonly type: 'RequesterUnmuted';
      readonly v: 1;
      readonly requester: string;
      readonly surface: string;
    };

/** Of one person: whom they muted, and until when. */
export type MuteState = readonly { readonly requester: string; readonly until: number }[];

export function evolveMute(
  state: MuteState,
  event: MuteEvent | ErasedEvent,
  { at }: { readonly at: number },
): MuteState {
  if (event.type === 'Erased') return state;
  const others = state.filter(
    ({ requester, until }) => requester !== event.requester && until > at,
  );
  if (event.type === 'RequesterUnmuted') return others;
  return [...others, { requester: event.requester, until: event.until }];
}

export function isMuted(state: MuteState, requester: string, now: number): boolean {
  return state.some((mute) => mute.requester === requester && now < mute.until);
}
