import type { CDPSession, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { factorWaitMs } from '../../../src/core/factor/factor.ts';
import { type StepUpStage, startStepUpStage } from '../../support/step-up-stage.ts';
import { chromium, useBrowser, why } from './tab.ts';

const { openTab, atEnd } = useBrowser();

describe.skipIf(chromium === undefined)(`second factors with Chromium${why}`, () => {
  it('a passkey is enrolled by a code from the host, approves a dangerous plan, and signs in', async () => {
    const stage = await stageUp();
    const { page, complaints } = await signedIn(stage, 'ana');
    const authenticator = await plugIn(page);
    await enrolPasskey(stage, page, 'ana');
    expect(stage.announced).toMatchObject([
      { person: 'ana', event: { type: 'EnrolmentCodeMade' } },
      { person: 'ana', event: { type: 'EnrolmentCodeUsed' } },
      { person: 'ana', event: { type: 'FactorEnrolled', kind: 'passkey', label: 'security key' } },
    ]);

    await stage.clock.passes(factorWaitMs);
    const { operation, hash } = await stage.asks();
    await page.goto(`${stage.url}/sign-in`);
    await page.click('text=Sign in with a passkey');
    await page.waitForURL(`${stage.url}/incidents/`);
    expect(await page.textContent('.who summary')).toBe('Ana');

    await page.goto(`${stage.url}/operations/${operation}/approve`);
    await page.waitForSelector(`text=${hash.slice(0, 10)}`);
    await page.click('text=Approve with a passkey');
    await page.waitForURL(`${stage.url}/incidents/${operation}`);
    const state = await stage.small.bot.desk.operation(operation);
    expect(state?.approvals).toMatchObject([
      {
        evidence: {
          person: 'ana',
          surface: 'console',
          stepUp: { factor: 'passkey', hash, at: stage.clock.now() },
        },
      },
    ]);
    expect(await page.textContent('main')).toContain('with a passkey');
    expect(complaints).toEqual([]);
    await authenticator.detach();
  });

  async function stageUp(): Promise<StepUpStage> {
    const stage = await startStepUpStage();
    atEnd(() => stage.close());
    return stage;
  }

  async function signedIn(stage: StepUpStage, person: string, via?: string) {
    const tab = await openTab(await stage.link(person, via));
    await tab.page.click('text=Sign in as');
    await tab.page.waitForURL(`${stage.url}/incidents/`);
    return tab;
  }

  /** A security key with a PIN that is known to it, as far as the browser can tell. */
  async function plugIn(page: Page): Promise<CDPSession> {
    const session = await page.context().newCDPSession(page);
    await session.send('WebAuthn.enable', { enableUI: false });
    await session.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'usb',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    return session;
  }

  async function enrolPasskey(stage: StepUpStage, page: Page, person: string): Promise<void> {
    const made = await stage.stepUps.makeCode(person);
    await page.goto(`${stage.url}/factors`);
    await page.fill('#operator', made?.code ?? '');
    await page.keyboard.press('Enter');
    await page.waitForSelector('text=Add a passkey');
    await page.selectOption('#label', 'security key');
    await page.click('text=Add a passkey');
    await page.waitForSelector('.factor-list li');
  }
});
