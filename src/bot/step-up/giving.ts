import { counts, type Factors, lockedUntil } from '../../core/factor/factor.ts';
import type { StepUp } from '../../core/person.ts';
import { type Problem, ProblemError, problem } from '../../core/problem.ts';
import type { Announce } from './announce.ts';
import type { Bound, Challenges } from './challenges.ts';
import type { RelyingParty } from './party.ts';
import { assertionOptions } from './passkeys.ts';
import type { Giving, Offer, Proof, Subject, Visitor } from './ports.ts';
import { proved } from './prove.ts';
import type { FactorRecord } from './record.ts';
import type { FactorSecrets, PasskeySecret } from './secrets.ts';

export interface GivingParts {
  readonly record: FactorRecord;
  readonly secrets: FactorSecrets;
  readonly challenges: Challenges;
  readonly party: RelyingParty;
  readonly announce: Announce;
  readonly now: () => number;
  readonly sha256: (text: string) => string;
}

export function createGiving(parts: GivingParts): Giving {
  const { record, secrets, challenges, party, now } = parts;

  return {
    offer: (visitor, subject) => orProblem(() => offer(visitor, subject)),
    spend: (visitor, subject, proof) => orProblem(() => spend(parts, { visitor, subject, proof })),
  };

  async function offer(visitor: Visitor, subject: Subject): Promise<Offer | Problem> {
    if (visitor.born === 'chat') return problem('STEP_UP_CHAT_SESSION');
    const at = now();
    const state = await record.load(visitor.person);
    const able = state.factors.filter((factor) => counts(factor, at));
    if (able.length === 0) return problem('STEP_UP_NO_FACTOR');
    const challenge = challenges.make(boundTo(visitor, subject), at);
    const known = await passkeysOf(visitor.person, state, { secrets, at });
    const passkey =
      known.length === 0
        ? {}
        : { passkey: JSON.stringify(await assertionOptions(party, { challenge, known })) };
    return { challenge, ...passkey, codes: able.some(({ kind }) => kind !== 'passkey') };
  }
}

/** A keyring that no key opens, or a journal that takes nothing, is said to whoever stands at the page. */
export async function orProblem<T>(work: () => Promise<T>): Promise<T | Problem> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ProblemError) return error.problem;
    throw error;
  }
}

interface Given {
  readonly visitor: Visitor;
  readonly subject: Subject;
  readonly proof: Proof;
}

async function spend(
  parts: GivingParts,
  { visitor, subject, proof }: Given,
): Promise<StepUp | Problem> {
  const { record, secrets, challenges, party, now, announce } = parts;
  const { person } = visitor;
  if (visitor.born === 'chat') return problem('STEP_UP_CHAT_SESSION');
  const at = now();
  if (!challenges.take(proof.challenge, boundTo(visitor, subject), at)) {
    return problem('STEP_UP_CHALLENGE');
  }
  const state = await record.load(person);
  const isLocked = lockedUntil(state, at) !== undefined;
  // Nothing is looked at while it is locked: how long an answer takes tells nobody whether a code was right.
  const found = isLocked ? undefined : await proved(proof, { person, state, secrets, party, at });
  const { purpose, hash } = subject;
  const decided = await record.tell(
    person,
    found === undefined
      ? { type: 'Fail', at, purpose, because: problem('STEP_UP_WRONG') }
      : { type: 'Spend', at, purpose, on: hash, proved: found },
    { cause: `step-up/${parts.sha256(proof.challenge).slice(0, 32)}`, by: person },
  );
  announce.what(person, decided.events);
  if (decided.refused) return decided.refused;
  if (found === undefined) return problem('STEP_UP_WRONG');
  return { factor: found.kind, credential: found.factor, hash, at };
}

/** A challenge for one plan opens no other, and one of another session none at all. */
function boundTo({ person, session }: Visitor, { purpose, hash }: Subject): Bound {
  return [purpose, person, session, hash];
}

async function passkeysOf(
  person: string,
  { factors }: Factors,
  { secrets, at }: { readonly secrets: FactorSecrets; readonly at: number },
): Promise<readonly PasskeySecret[]> {
  const able = factors.filter((factor) => factor.kind === 'passkey' && counts(factor, at));
  const found = await Promise.all(able.map(({ id }) => secrets.get(person, id)));
  return found.flatMap((secret) => (secret?.kind === 'passkey' ? [secret] : []));
}
