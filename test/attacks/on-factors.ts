import { challengeMs } from '../../src/bot/step-up/challenges.ts';
import { factorWaitMs, failuresMax } from '../../src/core/factor/factor.ts';
import { drawSheet, enrolAll, visitor } from '../bot/step-up/own-factors.ts';
import { browserWith, fieldsOf, hidden } from '../support/console-browser.ts';
import {
  type ApprovalForm,
  type FactorAttack,
  given,
  noChallenge,
  programSays,
  send,
  unlockAs,
} from './factor-attack.ts';

/** A passkey's answer that would count, twisted. */
const twisted = (name: string, refusal: string, twist: { origin?: string; verified?: boolean }) =>
  given(name, refusal, async ({ begin }, { ana, form, own }) => {
    begin();
    const assertion = own.passkey.sign(form.fields.challenge, twist);
    return ana.post(form.path, { ...form.fields, assertion });
  });

export const factorAttacks: readonly FactorAttack[] = [
  given(
    'the code of an app, for a second plan',
    'STEP_UP_USED',
    async (scene, { ana, form, own }) => {
      const next = await scene.form(ana);
      await send(ana, form, scene.code(own.secret));
      scene.begin();
      return send(ana, next, scene.code(own.secret));
    },
  ),
  given(
    'the form that approved, once more',
    'STEP_UP_CHALLENGE',
    async (scene, { ana, form, own }) => {
      const code = scene.code(own.secret);
      await send(ana, form, code);
      scene.begin();
      return send(ana, form, code);
    },
  ),
  {
    ...given('one code for two plans at the same moment', 'STEP_UP_USED', async (scene, at) => {
      const next = await scene.form(at.ana);
      const code = scene.code(at.own.secret);
      scene.begin();
      return Promise.all([send(at.ana, at.form, code), send(at.ana, next, code)]);
    }),
    allows: { FactorSpent: 1, ApprovalGiven: 1 },
  },
  given('the challenge of another plan', 'STEP_UP_CHALLENGE', async (scene, { ana, form, own }) => {
    const next = await scene.form(ana);
    scene.begin();
    const { challenge } = form.fields;
    return send(ana, { ...next, fields: { ...next.fields, challenge } }, scene.code(own.secret));
  }),
  given('the challenge of another session', 'STEP_UP_CHALLENGE', async (scene, { form, own }) => {
    const elsewhere = await scene.browser('ana');
    scene.begin();
    return send(elsewhere, form, scene.code(own.secret));
  }),
  given(
    'the challenge and the code of somebody else',
    'STEP_UP_CHALLENGE',
    async (scene, at) => {
      const ben = await scene.browser('ben');
      scene.begin();
      return send(ben, at.form, scene.code(at.own.secret));
    },
    'ben',
  ),
  given(
    'the code of somebody else in a form of one’s own',
    'STEP_UP_WRONG',
    async (scene, at) => {
      scene.begin();
      return send(at.ana, at.form, scene.code(at.theirs.secret));
    },
    'ben',
  ),
  given('a challenge after its time', 'STEP_UP_CHALLENGE', async (scene, { ana, form, own }) => {
    await scene.stage.clock.passes(challengeMs);
    scene.begin();
    return send(ana, form, scene.code(own.secret));
  }),
  given('what was given to break the glass approves', 'STEP_UP_CHALLENGE', async (scene, at) => {
    const { body } = await at.ana.get(at.form.path);
    const challenge = hidden(body.slice(body.indexOf('<details class="panel"')), 'challenge');
    if (challenge === '') throw new Error('this plan lets nobody break the glass');
    scene.begin();
    const fields = { ...at.form.fields, challenge };
    return send(at.ana, { ...at.form, fields }, scene.code(at.own.secret));
  }),
  given('the plan in the form is another', 'CONSOLE_PLAN_UNSEEN', async (scene, at) => {
    scene.begin();
    const fields = { ...at.form.fields, hash: 'f'.repeat(64) };
    return send(at.ana, { ...at.form, fields }, scene.code(at.own.secret));
  }),
  given(
    'a page of another site posts with the cookie',
    'CONSOLE_WRONG_ORIGIN',
    async (scene, at) => {
      scene.begin();
      const form = { ...at.form.fields, code: scene.code(at.own.secret) };
      return at.ana.post(at.form.path, form, { Origin: 'https://evil.example' });
    },
  ),
  given(
    'five codes that are wrong, and then the right one',
    'STEP_UP_LOCKED',
    async (scene, at) => {
      const right = scene.code(at.own.secret);
      const guess = right === '000000' ? '111111' : '000000';
      scene.begin();
      // Each on a page of its own: a challenge is good for one try.
      const tries = async (code: string) =>
        send(at.ana, { ...at.form, fields: fieldsOf(await at.ana.get(at.form.path)) }, code);
      for (let turn = 0; turn < failuresMax; turn += 1) await tries(guess);
      return tries(right);
    },
  ),
  given('an app that was removed', 'STEP_UP_WRONG', async (scene, { ana, form, own }) => {
    await unlockAs(scene, ana, 'ana');
    const { enrolment } = scene.stage.stepUps;
    const app = (await enrolment.list('ana')).find(({ kind }) => kind === 'totp');
    await ana.post('/factors/remove', { factor: app?.id ?? '' });
    scene.begin();
    return send(ana, form, scene.code(own.secret));
  }),
  twisted('a passkey that answered another site', 'STEP_UP_WRONG', {
    origin: 'https://evil.example',
  }),
  twisted('a passkey that verified nobody', 'STEP_UP_WRONG', { verified: false }),
  given(
    'the answer of a passkey, once more',
    'STEP_UP_CHALLENGE',
    async (scene, { ana, form, own }) => {
      const fields = { ...form.fields, assertion: own.passkey.sign(form.fields.challenge) };
      await ana.post(form.path, fields);
      scene.begin();
      return ana.post(form.path, fields);
    },
  ),
  given(
    'a passkey whose count stands still',
    'PASSKEY_CLONED',
    async (scene, { ana, form, own }) => {
      const next = await scene.form(ana);
      const sent = ({ path, fields }: ApprovalForm) => {
        const assertion = own.passkey.sign(fields.challenge, { counter: 40 });
        return ana.post(path, { ...fields, assertion });
      };
      await sent(form);
      scene.begin();
      return sent(next);
    },
  ),
  {
    name: 'Factors: a recovery code, for a second plan',
    refusal: 'STEP_UP_USED',
    async attempt(scene) {
      const [code = ''] = await drawSheet(scene.stage, visitor('ana'));
      await scene.stage.clock.passes(factorWaitMs);
      const ana = await scene.browser('ana');
      const [first, second] = [await scene.form(ana), await scene.form(ana)];
      await send(ana, first, code);
      scene.begin();
      return send(ana, second, code);
    },
  },
  {
    name: 'Factors: an app that was enrolled a moment ago',
    refusal: 'STEP_UP_CHALLENGE',
    async attempt(scene) {
      const { secret } = await enrolAll(scene.stage, visitor('ana'));
      // The code that proved it is used with that; a step later it shows another.
      await scene.stage.clock.passes(60_000);
      const ana = await scene.browser('ana');
      const { operation, hash } = await scene.stage.asks();
      const path = `/operations/${operation}/approve`;
      const fields = { challenge: noChallenge, hash, shown: 'a'.repeat(64) };
      scene.begin();
      return send(ana, { path, operation, fields }, scene.code(secret));
    },
  },
  given(
    'an app that was enrolled a moment ago, beside one that counts',
    'FACTOR_TOO_YOUNG',
    async (scene, at) => {
      const young = await enrolAll(scene.stage, visitor('ana'));
      await scene.stage.clock.passes(60_000);
      const fields = fieldsOf(await at.ana.get(at.form.path));
      scene.begin();
      return send(at.ana, { ...at.form, fields }, scene.code(young.secret));
    },
  ),
  {
    // The factor is used up by it, and nothing else comes of it.
    ...given(
      'who asked approves',
      'APPROVE_OWN_REQUEST',
      async (scene, at) => {
        const cleo = await scene.browser('cleo');
        const fields = fieldsOf(await cleo.get(at.form.path));
        scene.begin();
        return send(cleo, { ...at.form, fields }, scene.code(at.theirs.secret));
      },
      'cleo',
    ),
    allows: { FactorSpent: 1 },
  },
  ...withoutFactor(),
];

/** A plan that asks for a second factor is approved by none of the other ways. */
function withoutFactor(): readonly FactorAttack[] {
  return [
    given('a button approves without one', 'STEP_UP_REQUIRED', async ({ begin }, { ana, form }) => {
      begin();
      const { operation, fields } = form;
      const { hash, shown } = fields;
      return ana.post(`/incidents/${operation}`, { kind: 'approve', operation, hash, shown });
    }),
    given(
      'a typed hash approves without one',
      'STEP_UP_REQUIRED',
      async ({ begin }, { ana, form }) => {
        begin();
        const { operation, fields } = form;
        const line = `approve ${operation} ${fields.hash.slice(0, 10)}`;
        return ana.post(`/incidents/${operation}`, { line });
      },
    ),
    given(
      'a typed line breaks the glass without one',
      'STEP_UP_REQUIRED',
      async ({ begin }, at) => {
        begin();
        const { operation, fields } = at.form;
        const line = `break-glass ${operation} ${fields.hash} reason="nobody answers"`;
        return at.ana.post(`/incidents/${operation}`, { line });
      },
    ),
    given('a token of the API approves', 'CONSOLE_TOKEN_APPROVES', async ({ stage, begin }, at) => {
      begin();
      const { operation, fields } = at.form;
      const line = `approve ${operation} ${fields.hash.slice(0, 10)}`;
      return programSays(stage, line, operation);
    }),
    given(
      'a token of the API opens the page of a plan',
      'HTTP 401',
      async ({ stage, begin, code }, at) => {
        const nobody = browserWith(stage, '');
        begin();
        const form = { ...at.form.fields, code: code(at.own.secret) };
        return nobody.post(at.form.path, form, { Authorization: `Bearer ${stage.apiToken}` });
      },
    ),
  ];
}
