import { describe, expect, it } from 'vitest';
import { createAnnounce } from '../../../src/bot/step-up/index.ts';
import type { FactorEvent } from '../../../src/core/factor/factor.ts';
import type { Whisper } from '../../../src/core/ports/surface.ts';
import { startSmallBot } from '../../fakes/small-bot.ts';

const ana = {
  id: 'ana',
  name: 'Ana',
  accounts: { console: ['ana'], slack: ['T01/U01', 'T02/U09'], discord: ['9001/1'] },
};

const enrolled: FactorEvent = {
  type: 'FactorEnrolled',
  v: 1,
  factor: 'pk-1',
  kind: 'passkey',
  label: 'phone',
  shownBy: 'enrolment-code',
  session: 's',
  counter: 0,
};

const failed: FactorEvent = {
  type: 'StepUpFailed',
  v: 1,
  purpose: 'approve',
  code: 'STEP_UP_WRONG',
  locks: false,
};

async function announcing(isDown = false) {
  const { bot, clock } = await startSmallBot();
  const whispers: (readonly [string, Whisper])[] = [];
  const announce = createAnnounce({
    people: () => [ana],
    surfaces: () => ['slack/main', 'discord/main'],
    async deliver(surface, whisper) {
      if (isDown && surface === 'slack/main') throw new Error('it is down');
      whispers.push([surface, whisper]);
    },
    tellSecurity: bot.security.tell,
    now: clock.now,
    log: () => undefined,
  });
  return {
    whispers,
    async says(...events: readonly FactorEvent[]) {
      announce.what('ana', events);
      await clock.passes(1);
      return bot.desk
        .openIncidents()
        .map(({ opened, security }) => [opened.title, security?.count]);
    },
  };
}

describe('what happened to factors', () => {
  it('is said to the person on every account, and where security is told', async () => {
    const { whispers, says } = await announcing();
    expect(await says(enrolled)).toEqual([['TocsinFactorChanged', 1]]);
    expect(whispers.map(([surface, { account }]) => `${surface} ${account}`).sort()).toEqual([
      'discord/main 9001/1',
      'slack/main T01/U01',
      'slack/main T02/U09',
    ]);
    expect(JSON.stringify(whispers[0]?.[1].answer.card)).toContain('You enrolled a passkey');
  });

  it('is said where it can be, when a platform is down', async () => {
    const { whispers, says } = await announcing(true);
    expect(await says(enrolled)).toEqual([['TocsinFactorChanged', 1]]);
    expect(whispers.map(([surface]) => surface)).toEqual(['discord/main']);
  });

  it.each([
    ['a code from the host', { type: 'EnrolmentCodeMade', v: 1, digest: 'd' }],
    [
      'a removal',
      { type: 'FactorRemoved', v: 1, factor: 'x', shownBy: 'x', why: 'asked', session: 's' },
    ],
    [
      'a recovery code',
      { type: 'RecoveryUsed', v: 1, factor: 'x', purpose: 'approve', on: 'h', code: 1, left: 2 },
    ],
  ] as const)('names %s', async (_what, event) => {
    const { whispers, says } = await announcing();
    expect(await says(event)).toEqual([['TocsinFactorChanged', 1]]);
    expect(whispers).toHaveLength(3);
  });

  it.each([
    ['the failure that locks', { ...failed, locks: true }],
    ['a passkey that may have a copy', { ...failed, code: 'PASSKEY_CLONED' }],
  ] as const)('names %s as abuse', async (_what, event) => {
    const { says } = await announcing();
    expect(await says(event)).toEqual([['TocsinStepUpAbused', 1]]);
  });

  it('is kept quiet for what happens every day', async () => {
    const { whispers, says } = await announcing();
    const spent: FactorEvent = {
      type: 'FactorSpent',
      v: 1,
      factor: 'x',
      kind: 'totp',
      purpose: 'approve',
      on: 'h',
      counter: 1,
    };
    const used: FactorEvent = { type: 'EnrolmentCodeUsed', v: 1, session: 's' };
    expect(await says(failed, spent, used)).toEqual([]);
    expect(whispers).toEqual([]);
  });
});
