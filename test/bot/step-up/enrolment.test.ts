import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Visitor } from '../../../src/bot/step-up/index.ts';
import { unlockedMs } from '../../../src/bot/step-up/unlocking.ts';
import { enrolmentCodeMs, factorWaitMs } from '../../../src/core/factor/factor.ts';
import type { Problem } from '../../../src/core/problem.ts';
import { createAuthenticator } from '../../fakes/authenticator.ts';
import { type StepUpStage, startStepUpStage } from '../../support/step-up-stage.ts';
import {
  countingFactors,
  enrolAll,
  enrolPasskey,
  totp,
  unlock,
  visitor,
  withCode,
  withPasskey,
} from './own-factors.ts';

const ana = visitor('ana');
const ben = visitor('ben');
const chat = visitor('ana', { born: 'chat' });

let stage: StepUpStage;
beforeEach(async () => {
  stage = await startStepUpStage();
});
afterEach(() => stage.close());

const codeFor = async (person: string) => (await stage.stepUps.makeCode(person))?.code ?? '';
const use = (who: Visitor, operatorCode: string) =>
  stage.stepUps.enrolment.unlock(who, { operatorCode });
const said = (refused: Problem | undefined) => refused?.code;

describe("an operator's code", () => {
  it('opens the factors of the person it was printed for, once, written however', async () => {
    const code = await codeFor('ana');
    expect(said(await use(ben, code))).toBe('ENROLMENT_CODE_WRONG');
    expect(said(await use(ana, ` ${code.toLowerCase().replaceAll('-', ' ')} `))).toBeUndefined();
    expect(stage.stepUps.enrolment.isUnlocked(ana)).toBe(true);
    expect(stage.stepUps.enrolment.isUnlocked(visitor('ana', { session: 'other' }))).toBe(false);
    expect(said(await use(ana, code))).toBe('ENROLMENT_CODE_WRONG');
  });

  it('is over after ten minutes, and when another is printed', async () => {
    const late = await codeFor('ana');
    await stage.clock.passes(enrolmentCodeMs + 1);
    expect(said(await use(ana, late))).toBe('ENROLMENT_CODE_EXPIRED');
    const first = await codeFor('ana');
    await codeFor('ana');
    expect(said(await use(ana, first))).toBe('ENROLMENT_CODE_WRONG');
  });

  it('is printed for nobody who is not configured, and guessed five times at most', async () => {
    expect(await stage.stepUps.makeCode('mallory')).toBeUndefined();
    const code = await codeFor('ana');
    for (let tries = 0; tries < 5; tries += 1) await use(ana, 'AAAA-AAAA-AAAA-AAAA');
    expect(said(await use(ana, code))).toBe('STEP_UP_LOCKED');
  });

  it('of two uses at the same moment opens one session', async () => {
    const code = await codeFor('ana');
    const answers = await Promise.all([
      use(ana, code),
      use(visitor('ana', { session: 'other' }), code),
    ]);
    expect(answers.map(said).sort()).toEqual(['ENROLMENT_CODE_WRONG', undefined]);
  });

  it('opens nothing in a session that came out of a chat', async () => {
    expect(said(await use(chat, await codeFor('ana')))).toBe('STEP_UP_CHAT_SESSION');
    // Even where the same session was somehow opened before.
    await unlock(stage, ana);
    const { enrolment } = stage.stepUps;
    const same = { ...ana, born: 'chat' } as const;
    expect(enrolment.startTotp(same)).toMatchObject({ code: 'FACTORS_LOCKED' });
    expect(await enrolment.startPasskey(same)).toMatchObject({ code: 'FACTORS_LOCKED' });
    expect(await enrolment.renewRecovery(same)).toMatchObject({ code: 'FACTORS_LOCKED' });
    expect(said(await enrolment.remove(same, 'x'))).toBe('FACTORS_LOCKED');
  });
});

describe('factors', () => {
  it('are added while they are open, and not before and after', async () => {
    const { enrolment } = stage.stepUps;
    expect(enrolment.startTotp(ana)).toMatchObject({ code: 'FACTORS_LOCKED' });
    await unlock(stage, ana);
    expect(enrolment.startTotp(ana)).toMatchObject({ uri: expect.stringContaining('otpauth://') });
    await stage.clock.passes(unlockedMs);
    expect(enrolment.startTotp(ana)).toMatchObject({ code: 'FACTORS_LOCKED' });
    expect(said(await enrolment.finishTotp(ana, '123456'))).toBe('TOTP_NOT_BEGUN');
  });

  it('open with a factor that the person has', async () => {
    const own = await countingFactors(stage, ana);
    const { enrolment } = stage.stepUps;
    const later = visitor('ana', { session: 'later' });
    const offer = await enrolment.offer(later);
    if (!('challenge' in offer)) throw new Error(offer.code);
    const proof = withCode(offer, totp(own.secret, stage.clock.now()));
    expect(said(await enrolment.unlock(later, proof))).toBeUndefined();
    await enrolPasskey(stage, later);
    expect(await enrolment.list('ana')).toHaveLength(3);
    const enrolled = stage.announced.map(({ event }) => event).at(-1);
    expect(enrolled).toMatchObject({
      type: 'FactorEnrolled',
      shownBy: expect.stringMatching('otp-'),
    });
  });

  it('that wait can be used for nothing, not even to open the list', async () => {
    await enrolAll(stage, ana);
    const later = visitor('ana', { session: 'later' });
    expect(await stage.stepUps.enrolment.offer(later)).toMatchObject({ code: 'STEP_UP_NO_FACTOR' });
  });

  it('of an app are proved by a code before they stand there, and a wrong one keeps the secret', async () => {
    const { enrolment } = stage.stepUps;
    await unlock(stage, ana);
    const start = enrolment.startTotp(ana);
    if ('code' in start) throw new Error(start.code);
    const right = totp(start.secret, stage.clock.now());
    const wrong = right === '000000' ? '111111' : '000000';
    expect(said(await enrolment.finishTotp(ana, wrong))).toBe('TOTP_CODE_WRONG');
    expect(await enrolment.list('ana')).toEqual([]);
    expect(enrolment.startTotp(ana)).toMatchObject({ secret: start.secret });
    expect(said(await enrolment.finishTotp(ana, right))).toBeUndefined();
    expect(await enrolment.list('ana')).toMatchObject([{ kind: 'totp', counts: false }]);
    // The code that proved it is used up with that.
    await stage.clock.passes(factorWaitMs);
    expect(enrolment.startTotp(ana)).toMatchObject({ code: 'FACTORS_LOCKED' });
  });

  it.each([
    ['another site', { origin: 'https://evil.example' }],
    ['another domain', { rpId: 'evil.example' }],
    ['nobody who was verified', { verified: false }],
    ['an assertion', { type: 'webauthn.get' }],
  ])('that are passkeys of %s are not taken', async (_what, twist) => {
    const { enrolment } = stage.stepUps;
    await unlock(stage, ana);
    const start = await enrolment.startPasskey(ana);
    if ('code' in start) throw new Error(start.code);
    const { challenge } = start;
    const passkey = createAuthenticator({ origin: stage.url, rpId: 'localhost' });
    const attestation = passkey.register(challenge, twist);
    const made = { challenge, attestation, label: 'phone' };
    expect(said(await enrolment.finishPasskey(ana, made))).toBe('PASSKEY_NOT_TAKEN');
    expect(said(await enrolment.finishPasskey(ana, made))).toBe('STEP_UP_CHALLENGE');
    expect(await enrolment.list('ana')).toEqual([]);
  });

  it('that are removed leave the keyring too', async () => {
    await enrolAll(stage, ana);
    const { enrolment } = stage.stepUps;
    for (const { id } of await enrolment.list('ana')) await enrolment.remove(ana, id);
    expect(await enrolment.list('ana')).toEqual([]);
    expect([...stage.keyring.entries.keys()]).toEqual([]);
    expect(said(await enrolment.remove(ana, 'gone'))).toBe('FACTOR_UNKNOWN');
  });

  it('that are removed and enrolled again can be removed again', async () => {
    await unlock(stage, ana);
    const passkey = await enrolPasskey(stage, ana);
    const { enrolment } = stage.stepUps;
    for (let turn = 0; turn < 2; turn += 1) {
      const [factor] = await enrolment.list('ana');
      expect(said(await enrolment.remove(ana, factor?.id ?? ''))).toBeUndefined();
      expect(await enrolment.list('ana')).toEqual([]);
      const start = await enrolment.startPasskey(ana);
      if ('code' in start) throw new Error(start.code);
      const { challenge } = start;
      const made = { challenge, attestation: passkey.register(challenge), label: 'phone' };
      expect(said(await enrolment.finishPasskey(ana, made))).toBeUndefined();
    }
  });
});

describe('a second person', () => {
  it('of identity_admins confirms with a factor of theirs, and it counts at once', async () => {
    const theirs = await countingFactors(stage, ben);
    await enrolAll(stage, ana);
    const { enrolment } = stage.stepUps;
    const waiting = await enrolment.waiting(ben);
    expect(waiting.map(({ person }) => person)).toEqual(['ana', 'ana']);
    const factor = waiting[0]?.factor.id ?? '';
    const what = { person: 'ana', factor };
    const offer = await enrolment.offerConfirm(ben, what);
    if (!('challenge' in offer)) throw new Error(offer.code);
    const proof = withPasskey(offer, theirs.passkey.sign(offer.challenge));
    const elsewhere = { person: 'ana', factor: waiting[1]?.factor.id ?? '' };
    expect(said(await enrolment.confirm(ben, elsewhere, proof))).toBe('STEP_UP_CHALLENGE');
    expect(said(await enrolment.confirm(ben, what, proof))).toBeUndefined();
    expect((await enrolment.list('ana')).find(({ id }) => id === factor)).toMatchObject({
      counts: true,
      confirmedBy: 'ben',
    });
  });

  it('who is none, or the person, confirms nothing', async () => {
    const own = await countingFactors(stage, ana);
    await unlock(stage, ana);
    await enrolPasskey(stage, ana);
    const { enrolment } = stage.stepUps;
    expect(await enrolment.waiting(ana)).toEqual([]);
    const young = (await enrolment.list('ana')).find(({ counts }) => !counts)?.id ?? '';
    const what = { person: 'ana', factor: young };
    const offer = await enrolment.offerConfirm(ana, what);
    if (!('challenge' in offer)) throw new Error(offer.code);
    const proof = withPasskey(offer, own.passkey.sign(offer.challenge));
    expect(said(await enrolment.confirm(ana, what, proof))).toBe('FACTOR_NOT_YOURS_TO_CONFIRM');
  });
});
