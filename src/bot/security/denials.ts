import type { Recorded } from '../../core/event.ts';
import { denials } from '../../core/refusals.ts';
import type { Log } from '../bot-parts.ts';
import type { TellSecurity } from './notices.ts';

export interface DenialsOptions {
  readonly tell: TellSecurity;
  readonly counted: (code: string) => void;
  /** Who asked for an operation; undefined where memory has let it go. */
  readonly requesterOf: (operation: string) => string | undefined;
  readonly log: Log;
}

/** So many within this time, of one person, are told: an account may be somebody else's by now. */
const denialsMany = 5;
const withinMs = 5 * 60_000;

/** Hears what is on disk. Persons of the configuration alone get there, so that memory is bounded by it. */
export function createDenials({ tell, counted, requesterOf, log }: DenialsOptions) {
  const lately = new Map<string, readonly Denial[]>();

  /** A plan that is refused is written in our own name. */
  function personOf({ stream, by, event }: Recorded): string {
    if (event.type !== 'OperationRefused') return by;
    return requesterOf(stream.slice('operation/'.length)) ?? by;
  }

  return {
    heard(recorded: Recorded): void {
      const denial = denialOf(recorded);
      if (!denial) return;
      counted(denial.code);
      const person = personOf(recorded);
      const { at } = recorded;
      const known = (lately.get(person) ?? []).filter((each) => at - each.at < withinMs);
      const all = [...known, denial];
      // Told once, then counted from nothing again.
      lately.set(person, all.length < denialsMany ? all : []);
      if (all.length < denialsMany) return;
      const codes = [...new Set(all.map(({ code }) => code))].join(', ');
      const facts = { person, count: all.length, minutes: withinMs / 60_000, codes };
      const cause = `security/denials/${person}/${recorded.position}`;
      tell({ kind: 'denials-repeated', facts }, { cause, by: 'tocsin' }).catch((error: unknown) =>
        log('repeated denials could not be told', { error }),
      );
    },
  };
}

interface Denial {
  readonly at: number;
  readonly code: string;
}

const types: ReadonlySet<string> = new Set([
  'RequestRefused',
  'RequestTurnedDown',
  'OperationRefused',
]);

function denialOf({ event, at }: Recorded): Denial | undefined {
  if (!types.has(event.type) || !('problem' in event)) return undefined;
  const { problem } = event;
  if (typeof problem !== 'object' || problem === null || !('code' in problem)) return undefined;
  const code = String(problem.code);
  return denials.has(code) ? { at, code } : undefined;
}
