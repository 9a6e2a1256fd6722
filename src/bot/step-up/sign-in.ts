import { problem } from '../../core/problem.ts';
import { type GivingParts, orProblem } from './giving.ts';
import { assertionOptions, userHandle } from './passkeys.ts';
import type { PasskeySignIn } from './ports.ts';
import { proved } from './prove.ts';
import { assertion, readJson } from './schema.ts';

const bound = ['sign-in'];

/** Nobody is named before the authenticator has answered, and nobody can lock anybody else out here. */
export function createPasskeySignIn(
  parts: GivingParts & { readonly people: () => readonly { readonly id: string }[] },
): PasskeySignIn {
  const { record, secrets, challenges, party, now, announce } = parts;
  return {
    async offer() {
      const challenge = challenges.make(bound, now());
      const options = await assertionOptions(party, { challenge, known: [] });
      return { challenge, options: JSON.stringify(options) };
    },
    signIn: (given) =>
      orProblem(async () => {
        const refused = problem('PASSKEY_SIGN_IN');
        const at = now();
        const handle = readJson(given.assertion, assertion)?.response.userHandle;
        const person = parts.people().find(({ id }) => userHandle(id) === handle)?.id;
        if (person === undefined) return refused;
        if (!challenges.take(given.challenge, bound, at)) return problem('STEP_UP_CHALLENGE');
        const state = await record.load(person);
        const proof = { ...given, code: '' };
        const found = await proved(proof, { person, state, secrets, party, at });
        if (found === undefined) return refused;
        const digest = parts.sha256(given.challenge);
        const decided = await record.tell(
          person,
          { type: 'Spend', at, purpose: 'sign-in', on: digest, proved: found },
          { cause: `step-up/${digest.slice(0, 32)}`, by: person },
        );
        announce.what(person, decided.events);
        return decided.refused ? refused : { person, factor: found.factor };
      }),
  };
}
