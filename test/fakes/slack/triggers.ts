import type { Clock } from '../../../src/bot/clock.ts';
import type { Ids } from './ids.ts';
import { Refusal } from './refusal.ts';

/** https://docs.slack.dev/interactivity/handling-user-interaction */
const lifetimeMs = 3_000;

export interface Trigger {
  readonly team: string;
  readonly user: string;
  /** The modal it was given in, so that another one may be pushed on top. */
  readonly view: string | undefined;
}

/** What allows an app to open a modal: for three seconds after the person acted, and once. */
export interface Triggers {
  issue(trigger: Trigger): string;
  exchange(id: string): Trigger;
}

export function triggersOf(clock: Clock, ids: Ids): Triggers {
  const issued = new Map<string, { trigger: Trigger; at: number; used: boolean }>();
  return {
    issue(trigger) {
      const id = `${ids.next('')}.${clock.now()}.${ids.secret()}`;
      issued.set(id, { trigger, at: clock.now(), used: false });
      return id;
    },
    exchange(id) {
      const found = issued.get(id);
      if (!found) throw new Refusal('invalid_trigger_id');
      if (found.used) throw new Refusal('exchanged_trigger_id');
      if (clock.now() - found.at > lifetimeMs) throw new Refusal('expired_trigger_id');
      found.used = true;
      return found.trigger;
    },
  };
}
