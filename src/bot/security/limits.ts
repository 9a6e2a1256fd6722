import { isAccountOf } from '../../core/person.ts';
import { type Problem, problem } from '../../core/problem.ts';
import type { Settings } from '../../core/settings.ts';
import type { Words } from '../../core/view/words.ts';
import { refused } from '../../handlers/answer.ts';
import type { Actor, Dispatch } from '../../handlers/dispatch.ts';
import { isUrgent, type Spoken } from '../../handlers/urgency.ts';
import { createBuckets } from './buckets.ts';

export interface LimitSettings {
  /** Lines and presses of one person. */
  readonly personPerMinute: number;
  /** Webhooks of one source. */
  readonly sourcePerMinute: number;
}

export const usualLimits: LimitSettings = { personPerMinute: 60, sourcePerMinute: 60_000 };

export interface Limits {
  /** What keeps somebody from saying one more thing now; undefined when nothing does. */
  person(actor: Actor, spoken: Spoken): Problem | undefined;
  /** After how many ms a source may send again; 0 for now. */
  source(name: string): number;
}

export interface LimitsOptions {
  readonly limits: LimitSettings;
  readonly settings: () => Pick<Settings, 'people'>;
  readonly now: () => number;
  readonly refused: (door: string, code: string) => void;
}

/** What a person may say at once. */
const burst = 30;
/** Stop, decline, approve and their like have an account of their own, so that no chatter uses it up. */
const urgentPerMinute = 60;
const keysMax = 1000;
/** A storm is let in for so long at twice its rate and more: its alerts are what we are here for. */
const sourceBurstMs = 10_000;

export function createLimits({ limits, settings, now, refused: count }: LimitsOptions): Limits {
  const usual = createBuckets({ burst, perMinute: limits.personPerMinute, keysMax });
  const urgent = createBuckets({ burst, perMinute: urgentPerMinute, keysMax });
  const sources = createBuckets({
    burst: Math.ceil((limits.sourcePerMinute * sourceBurstMs) / 60_000),
    perMinute: limits.sourcePerMinute,
    keysMax,
  });

  return {
    person({ surface, account }, spoken) {
      const person = settings().people.find((each) => isAccountOf(each, surface, account))?.id;
      // Answered all the same, by their own refusal.
      if (person === undefined) count(surface, 'PERSON_NOT_BOUND');
      const buckets = isUrgent(spoken) ? urgent : usual;
      // No id of a person holds a blank.
      const waitMs = buckets.take(person ?? `${surface} ${account}`, now());
      if (waitMs === 0) return undefined;
      count(surface, 'TOO_MANY_REQUESTS');
      return problem('TOO_MANY_REQUESTS', { seconds: Math.ceil(waitMs / 1000) });
    },
    source(name) {
      const waitMs = sources.take(name, now());
      if (waitMs > 0) count(name, 'WEBHOOK_TOO_MANY');
      return waitMs;
    },
  };
}

/** The same dispatch for those who speak to it without the inbox. */
export function limitedDispatch(
  dispatch: Dispatch,
  limits: Pick<Limits, 'person'>,
  words: Words,
): Dispatch {
  const turnedDown = (actor: Actor, spoken: Spoken) => {
    const because = limits.person(actor, spoken);
    return because && refused(because, { words });
  };
  return {
    say: async (said) =>
      turnedDown(said.actor, { kind: 'line', line: said.line }) ?? dispatch.say(said),
    press: async (pressed) =>
      turnedDown(pressed.actor, { kind: 'press', press: pressed.press }) ?? dispatch.press(pressed),
    pin: async (pinned) =>
      turnedDown(pinned.actor, { kind: 'pin', pin: pinned.pin }) ?? dispatch.pin(pinned),
  };
}
