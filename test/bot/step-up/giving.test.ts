import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { challengeMs } from '../../../src/bot/step-up/challenges.ts';
import type { Offer, Proof, Subject, Visitor } from '../../../src/bot/step-up/index.ts';
import { factorWaitMs, failuresMax, failuresWindowMs } from '../../../src/core/factor/factor.ts';
import { createAuthenticator } from '../../fakes/authenticator.ts';
import { type StepUpStage, startStepUpStage } from '../../support/step-up-stage.ts';
import {
  countingFactors,
  drawSheet,
  enrolAll,
  totp,
  visitor,
  withCode,
  withPasskey,
} from './own-factors.ts';

const ana = visitor('ana');
const ben = visitor('ben');
const plan: Subject = { purpose: 'approve', hash: 'a'.repeat(64) };
const other: Subject = { purpose: 'approve', hash: 'b'.repeat(64) };

let stage: StepUpStage;
let own: Awaited<ReturnType<typeof countingFactors>>;
beforeEach(async () => {
  stage = await startStepUpStage();
  own = await countingFactors(stage, ana);
});
afterEach(() => stage.close());

async function offer(who: Visitor = ana, subject = plan): Promise<Offer> {
  const offered = await stage.stepUps.giving.offer(who, subject);
  if (!('challenge' in offered)) throw new Error(offered.code);
  return offered;
}

async function give(proof: Proof, who: Visitor = ana, subject = plan): Promise<string> {
  const given = await stage.stepUps.giving.spend(who, subject, proof);
  return 'code' in given ? given.code : given.factor;
}

async function countingSheet(): Promise<readonly string[]> {
  const codes = await drawSheet(stage, ana);
  await stage.clock.passes(factorWaitMs);
  return codes;
}

const code = () => totp(own.secret, stage.clock.now());

describe('a passkey', () => {
  it('is given for one plan, and says so', async () => {
    const offered = await offer();
    const given = await stage.stepUps.giving.spend(
      ana,
      plan,
      withPasskey(offered, own.passkey.sign(offered.challenge)),
    );
    expect(given).toMatchObject({ factor: 'passkey', hash: plan.hash, at: stage.clock.now() });
    expect(offered.passkey).toContain(own.passkey.credential);
  });

  it('given once is not given again: not the same answer, and not the same challenge signed anew', async () => {
    const offered = await offer();
    const proof = withPasskey(offered, own.passkey.sign(offered.challenge));
    expect(await give(proof)).toBe('passkey');
    expect(await give(proof)).toBe('STEP_UP_CHALLENGE');
    const again = withPasskey(offered, own.passkey.sign(offered.challenge));
    expect(await give(again)).toBe('STEP_UP_CHALLENGE');
  });

  it.each([
    ['another plan', ana, other],
    ['another purpose', ana, { ...plan, purpose: 'glass' } as const],
    ['another session of the same person', visitor('ana', { session: 'elsewhere' }), plan],
    ['another person', ben, plan],
  ])('given for one thing is nothing for %s', async (_what, who, subject) => {
    const offered = await offer();
    const proof = withPasskey(offered, own.passkey.sign(offered.challenge));
    expect(await give(proof, who, subject)).toBe('STEP_UP_CHALLENGE');
    expect(await give(proof)).toBe('passkey');
  });

  it.each([
    ['another site', { origin: 'https://ops.example.com.evil.example' }],
    ['the same host on another port', { origin: 'http://localhost:1' }],
    ['another domain', { rpId: 'evil.example' }],
    ['nobody who was verified', { verified: false }],
    ['a registration', { type: 'webauthn.create' }],
  ])('that was asked by %s is wrong', async (_what, twist) => {
    const offered = await offer();
    const proof = withPasskey(offered, own.passkey.sign(offered.challenge, twist));
    expect(await give(proof)).toBe('STEP_UP_WRONG');
  });

  it('that signed another challenge than the page had is wrong', async () => {
    const [offered, elsewhere] = [await offer(), await offer(ana, other)];
    const proof = withPasskey(offered, own.passkey.sign(elsewhere.challenge));
    expect(await give(proof)).toBe('STEP_UP_WRONG');
  });

  it('of nobody, or of somebody else, is wrong', async () => {
    const foreign = createAuthenticator({ origin: stage.url, rpId: 'localhost' });
    const offered = await offer();
    expect(await give(withPasskey(offered, foreign.sign(offered.challenge)))).toBe('STEP_UP_WRONG');
    const theirs = await countingFactors(stage, ben);
    const next = await offer();
    expect(await give(withPasskey(next, theirs.passkey.sign(next.challenge)))).toBe(
      'STEP_UP_WRONG',
    );
  });

  it('whose count stands still is refused and told, and a later count is not', async () => {
    const at = async (counter: number) => {
      const offered = await offer();
      return give(withPasskey(offered, own.passkey.sign(offered.challenge, { counter })));
    };
    expect(await at(40)).toBe('passkey');
    expect(await at(40)).toBe('PASSKEY_CLONED');
    expect(await at(12)).toBe('PASSKEY_CLONED');
    expect(await at(41)).toBe('passkey');
    expect(stage.announced.map(({ event }) => event)).toContainEqual(
      expect.objectContaining({ type: 'StepUpFailed', code: 'PASSKEY_CLONED' }),
    );
  });

  it('is not taken after five minutes, nor is anything that cannot be read', async () => {
    const late = await offer();
    await stage.clock.passes(challengeMs);
    expect(await give(withPasskey(late, own.passkey.sign(late.challenge)))).toBe(
      'STEP_UP_CHALLENGE',
    );
    for (const text of ['{', '[]', '{"id":"x"}', 'null']) {
      expect(await give(withPasskey(await offer(), text))).toBe('STEP_UP_WRONG');
    }
    for (const challenge of ['', 'x', 'A'.repeat(75), `${(await offer()).challenge}=`]) {
      expect(await give(withCode({ challenge }, code()))).toBe('STEP_UP_CHALLENGE');
    }
  });
});

describe('a code of an app', () => {
  it('is taken once, whatever it is given for', async () => {
    const now = code();
    expect(await give(withCode(await offer(), now))).toBe('totp');
    expect(await give(withCode(await offer(), now))).toBe('STEP_UP_USED');
    expect(await give(withCode(await offer(ana, other), now), ana, other)).toBe('STEP_UP_USED');
  });

  it('of two at the same moment is taken once', async () => {
    const now = code();
    const [one, two] = [await offer(), await offer()];
    const both = await Promise.all([give(withCode(one, now)), give(withCode(two, now))]);
    expect(both.sort()).toEqual(['STEP_UP_USED', 'totp']);
  });

  it('is taken a step early and a step late, and no further', async () => {
    const at = stage.clock.now() + 300_000;
    await stage.clock.passes(300_000);
    const [early, late, far] = [at - 30_000, at + 30_000, at + 60_000];
    expect(await give(withCode(await offer(), totp(own.secret, far)))).toBe('STEP_UP_WRONG');
    expect(await give(withCode(await offer(), totp(own.secret, early)))).toBe('totp');
    expect(await give(withCode(await offer(), totp(own.secret, late)))).toBe('totp');
  });

  it('guessed five times locks; the right one is refused until a quarter of an hour is over', async () => {
    const wrong = code() === '000000' ? '111111' : '000000';
    for (let tries = 0; tries < failuresMax; tries += 1) {
      expect(await give(withCode(await offer(), wrong))).toBe('STEP_UP_WRONG');
    }
    expect(await give(withCode(await offer(), code()))).toBe('STEP_UP_LOCKED');
    const passkey = await offer();
    expect(await give(withPasskey(passkey, own.passkey.sign(passkey.challenge)))).toBe(
      'STEP_UP_LOCKED',
    );
    expect(stage.announced.at(-1)?.event).toMatchObject({ type: 'StepUpFailed', locks: true });
    await stage.clock.passes(failuresWindowMs);
    expect(await give(withCode(await offer(), code()))).toBe('totp');
  });

  it('guessed many times at the same moment is looked at five times', async () => {
    const wrong = code() === '000000' ? '111111' : '000000';
    const offers = await Promise.all(Array.from({ length: 12 }, () => offer()));
    const answers = await Promise.all(offers.map((each) => give(withCode(each, wrong))));
    expect(answers.filter((each) => each === 'STEP_UP_WRONG')).toHaveLength(failuresMax);
    expect(answers.filter((each) => each === 'STEP_UP_LOCKED')).toHaveLength(12 - failuresMax);
  });
});

describe('a recovery code', () => {
  it('is good once, written however, and is announced', async () => {
    const [first = '', second = ''] = await countingSheet();
    expect(await give(withCode(await offer(), first))).toBe('recovery');
    expect(await give(withCode(await offer(), first))).toBe('STEP_UP_USED');
    const loose = second.toLowerCase().replaceAll('-', ' ');
    expect(await give(withCode(await offer(), loose))).toBe('recovery');
    expect(stage.announced.map(({ event }) => event)).toContainEqual(
      expect.objectContaining({ type: 'RecoveryUsed', left: 9 }),
    );
  });

  it('of an older sheet is nothing', async () => {
    const [old = ''] = await countingSheet();
    await drawSheet(stage, ana);
    expect(await give(withCode(await offer(), old))).toBe('STEP_UP_WRONG');
  });
});

describe('nobody gives a factor', () => {
  it('in a session that came out of a chat', async () => {
    const chat = visitor('ana', { born: 'chat' });
    expect(await stage.stepUps.giving.offer(chat, plan)).toMatchObject({
      code: 'STEP_UP_CHAT_SESSION',
    });
    expect(await give(withCode(await offer(), code()), chat)).toBe('STEP_UP_CHAT_SESSION');
  });

  it('that does not count yet, that was removed, or that they do not have', async () => {
    await enrolAll(stage, ben);
    expect(await stage.stepUps.giving.offer(ben, plan)).toMatchObject({
      code: 'STEP_UP_NO_FACTOR',
    });
    expect(await stage.stepUps.giving.offer(visitor('cleo'), plan)).toMatchObject({
      code: 'STEP_UP_NO_FACTOR',
    });
    const offered = await offer();
    const { enrolment } = stage.stepUps;
    const factors = await enrolment.list('ana');
    await enrolment.unlock(ana, {
      operatorCode: (await stage.stepUps.makeCode('ana'))?.code ?? '',
    });
    for (const { id, kind } of factors) if (kind === 'totp') await enrolment.remove(ana, id);
    expect(await give(withCode(offered, code()))).toBe('STEP_UP_WRONG');
  });
});

describe('what lies on disk', () => {
  it('has no secret: not in the journal, and in the keyring only sealed', async () => {
    const [first = ''] = await countingSheet();
    await give(withCode(await offer(), first));
    const journal = JSON.stringify(stage.small.journal.all);
    const keyring = [...stage.keyring.entries.values()]
      .map((bytes) => Buffer.from(bytes).toString('latin1'))
      .join('');
    for (const secret of [own.secret, first, first.replaceAll('-', ''), own.passkey.credential]) {
      expect(journal).not.toContain(secret);
      expect(keyring).not.toContain(secret);
    }
    expect([...stage.keyring.entries.keys()]).toHaveLength(3);
  });
});
