import { userHandle } from '../../src/bot/step-up/passkeys.ts';
import { enrolmentCodeMs } from '../../src/core/factor/factor.ts';
import { enrolAll, totp, visitor } from '../bot/step-up/own-factors.ts';
import { browserWith, hidden } from '../support/console-browser.ts';
import { exchange, type Reply } from '../surfaces/console/stage.ts';
import {
  type FactorAttack,
  type FactorScene,
  given,
  noChallenge,
  send,
  unlockAs,
} from './factor-attack.ts';

type Attempt = FactorAttack['attempt'];

const attempted = (name: string, refusal: string, attempt: Attempt): FactorAttack => ({
  name: `Enrolment: ${name}`,
  refusal,
  attempt,
});

const codeFor = async ({ stage }: FactorScene, person: string) =>
  (await stage.stepUps.makeCode(person))?.code ?? '';

const chatAccount = 'T01/ana';

/** How somebody comes by a factor, or by a session that can give one. */
export const enrolmentAttacks: readonly FactorAttack[] = [
  attempted('a code from the host, once more', 'ENROLMENT_CODE_WRONG', async (scene) => {
    const operator = await codeFor(scene, 'ana');
    await (await scene.browser('ana')).post('/factors/unlock', { operator });
    const elsewhere = await scene.browser('ana');
    scene.begin();
    return elsewhere.post('/factors/unlock', { operator });
  }),
  attempted('a code from the host after its time', 'ENROLMENT_CODE_EXPIRED', async (scene) => {
    const ana = await scene.browser('ana');
    const operator = await codeFor(scene, 'ana');
    await scene.stage.clock.passes(enrolmentCodeMs + 1);
    scene.begin();
    return ana.post('/factors/unlock', { operator });
  }),
  attempted(
    'a code from the host that was made for another',
    'ENROLMENT_CODE_WRONG',
    async (scene) => {
      await codeFor(scene, 'ana');
      const operator = await codeFor(scene, 'ben');
      const ana = await scene.browser('ana');
      scene.begin();
      return ana.post('/factors/unlock', { operator });
    },
  ),
  attempted(
    'a code from the host that a newer one replaced',
    'ENROLMENT_CODE_WRONG',
    async (scene) => {
      const operator = await codeFor(scene, 'ana');
      await codeFor(scene, 'ana');
      const ana = await scene.browser('ana');
      scene.begin();
      return ana.post('/factors/unlock', { operator });
    },
  ),
  attempted('an app is begun where nothing was opened', 'FACTORS_LOCKED', async (scene) => {
    await unlockAs(scene, await scene.browser('ana'), 'ana');
    const elsewhere = await scene.browser('ana');
    scene.begin();
    return elsewhere.post('/factors/totp', {});
  }),
  attempted(
    'recovery codes are drawn where nothing was opened',
    'FACTORS_LOCKED',
    async (scene) => {
      const ana = await scene.browser('ana');
      scene.begin();
      return ana.post('/factors/recovery', {});
    },
  ),
  attempted(
    'a session out of a chat uses a code from the host',
    'STEP_UP_CHAT_SESSION',
    async (scene) => {
      const operator = await codeFor(scene, 'ana');
      const chat = await scene.browser('ana', chatAccount);
      scene.begin();
      return chat.post('/factors/unlock', { operator });
    },
  ),
  attempted(
    'a session out of a chat goes on where another opened',
    'FACTORS_LOCKED',
    async (scene) => {
      await unlockAs(scene, await scene.browser('ana'), 'ana');
      const chat = await scene.browser('ana', chatAccount);
      scene.begin();
      return chat.post('/factors/totp', {});
    },
  ),
  given(
    'a session out of a chat, with a factor of its person',
    'STEP_UP_CHAT_SESSION',
    async (scene, at) => {
      const chat = await scene.browser('ana', chatAccount);
      scene.begin();
      return send(chat, at.form, scene.code(at.own.secret));
    },
  ),
  given(
    'a session out of a chat, with a challenge that was made up',
    'STEP_UP_CHAT_SESSION',
    async (scene, at) => {
      const chat = await scene.browser('ana', chatAccount);
      const fields = { ...at.form.fields, challenge: noChallenge };
      scene.begin();
      return send(chat, { ...at.form, fields }, scene.code(at.own.secret));
    },
  ),
  attempted('somebody confirms a new factor of their own', 'HTTP 404', async (scene) => {
    const own = await scene.counting('ben');
    await enrolAll(scene.stage, visitor('ben'));
    const young = (await scene.stage.stepUps.enrolment.list('ben')).find(({ counts }) => !counts);
    const ben = await scene.browser('ben');
    scene.begin();
    const form = { challenge: noChallenge, code: scene.code(own.secret) };
    return ben.post(`/factors/of/ben/${young?.id}/confirm`, form);
  }),
  attempted('who is no identity admin confirms a new factor', 'HTTP 404', async (scene) => {
    const own = await scene.counting('ana');
    await enrolAll(scene.stage, visitor('cleo'));
    const [young] = await scene.stage.stepUps.enrolment.list('cleo');
    const ana = await scene.browser('ana');
    scene.begin();
    const form = { challenge: noChallenge, code: scene.code(own.secret) };
    return ana.post(`/factors/of/cleo/${young?.id}/confirm`, form);
  }),
  attempted('a factor of somebody else is removed', 'FACTOR_UNKNOWN', async (scene) => {
    await scene.counting('ben');
    const [factor] = await scene.stage.stepUps.enrolment.list('ben');
    const ana = await scene.browser('ana');
    await unlockAs(scene, ana, 'ana');
    scene.begin();
    return ana.post('/factors/remove', { factor: factor?.id ?? '' });
  }),
  attempted('the code that proved an app approves with it', 'STEP_UP_USED', async (scene) => {
    const { stage } = scene;
    const ben = await scene.counting('ben');
    const { secret } = await enrolAll(stage, visitor('ana'));
    const proved = totp(secret, stage.clock.now());
    await confirmAll(scene, ben.secret);
    const ana = await scene.browser('ana');
    const form = await scene.form(ana);
    scene.begin();
    return send(ana, form, proved);
  }),
  ...signIns(),
];

/** Ben, an identity admin, confirms what ana has enrolled, a step of his app apart. */
async function confirmAll(scene: FactorScene, secret: string): Promise<void> {
  const ben = await scene.browser('ben');
  const waiting = await scene.stage.stepUps.enrolment.list('ana');
  const app = waiting.find(({ kind }) => kind === 'totp');
  const path = `/factors/of/ana/${app?.id}/confirm`;
  const challenge = hidden((await ben.get(path)).body, 'challenge');
  const { status } = await ben.post(path, { challenge, code: scene.code(secret) });
  if (status !== 303) throw new Error(`ana's app was not confirmed: ${status}`);
}

/** Signing in with what is no passkey of theirs, or not now. */
function signIns(): readonly FactorAttack[] {
  const tried = (name: string, attempt: (to: SignIn) => Promise<Reply>) =>
    attempted(name, 'HTTP 403', async (scene) => {
      const { passkey } = await scene.counting('ana');
      const page = await exchange(`${scene.stage.url}/sign-in`, { method: 'GET', headers: {} });
      const challenge = hidden(page.body, 'challenge');
      const nobody = browserWith(scene.stage, '');
      const answer = (assertion: string) =>
        nobody.post('/sign-in/passkey', { challenge, assertion });
      const signed = (more: object) =>
        passkey.sign(challenge, { userHandle: userHandle('ana'), ...more });
      return attempt({ begin: scene.begin, signed, answer });
    });
  return [
    tried('a passkey signs in at another site', async ({ begin, signed, answer }) => {
      begin();
      return answer(signed({ origin: 'https://evil.example' }));
    }),
    tried('a passkey signs in as somebody else', async ({ begin, signed, answer }) => {
      begin();
      return answer(signed({ userHandle: userHandle('ben') }));
    }),
    tried('the answer that signed in, once more', async ({ begin, signed, answer }) => {
      const assertion = signed({});
      const { status } = await answer(assertion);
      if (status !== 303) throw new Error(`nobody was signed in: ${status}`);
      begin();
      return answer(assertion);
    }),
  ];
}

interface SignIn {
  begin(): void;
  /** An answer of ana's passkey to the challenge of the page. */
  signed(twist: object): string;
  answer(assertion: string): Promise<Reply>;
}
