import type { CDPSession, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { factorWaitMs } from '../../../src/core/factor/factor.ts';
import { totp } from '../../bot/step-up/own-factors.ts';
import { type StepUpStage, startStepUpStage } from '../../support/step-up-stage.ts';
import { poorContrast } from './contrast.ts';
import { chromium, useBrowser, why } from './tab.ts';

const { openTab, atEnd } = useBrowser();
const authenticators = new Map<CDPSession, { readonly authenticatorId: string }>();

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

    // A page that is left open for a day asks again when its session is over, and is told no.
    await page.goto('about:blank');
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

  it('a code of an app is enrolled from its picture, and approves by keyboard alone', async () => {
    const stage = await stageUp();
    const { page, complaints } = await signedIn(stage, 'ana');
    await openFactors(stage, page, 'ana');
    await page.click('text=Add an app');
    expect(await page.locator('svg.qr path').getAttribute('d')).toMatch(/^M\d+ \d+h1v1h-1z/);
    const secret = ((await page.textContent('.secret code')) ?? '').replaceAll(' ', '');
    await page.keyboard.type('12');
    await page.keyboard.press('Enter');
    expect(page.url()).toContain('/factors/totp');
    await page.fill('#code', totp(secret, stage.clock.now()));
    await page.keyboard.press('Enter');
    await page.waitForURL(`${stage.url}/factors`);
    await page.goto('about:blank');
    await stage.clock.passes(factorWaitMs);
    const { operation } = await stage.asks();
    await page.goto(await stage.link('ana'));
    await page.click('text=Sign in as');
    await page.waitForURL(`${stage.url}/incidents/`);
    await page.goto(`${stage.url}/operations/${operation}/approve`);
    await page.fill('#factor-code', totp(secret, stage.clock.now()));
    await page.keyboard.press('Enter');
    await page.waitForURL(`${stage.url}/incidents/${operation}`);
    expect((await stage.small.bot.desk.operation(operation))?.approvals).toHaveLength(1);
    expect(complaints).toEqual([]);
  });

  it('a passkey that another site asks for is not given, nor one that cannot tell who holds it', async () => {
    const stage = await stageUp();
    const { page } = await signedIn(stage, 'ana');
    const session = await plugIn(page);
    await enrolPasskey(stage, page, 'ana');
    await stage.clock.passes(factorWaitMs);
    await page.goto(`${stage.url}/sign-in`);
    const options = await page.getAttribute('form[data-passkey]', 'data-options');
    const elsewhere = await page.context().newPage();
    await elsewhere.goto(stage.url.replace('localhost', '127.0.0.1'));
    const given = await elsewhere.evaluate(
      `navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(${options}) })
        .then(() => 'given', ({ name }) => name)`,
    );
    expect(given).toBe('SecurityError');
    const { authenticatorId } = authenticators.get(session) ?? { authenticatorId: '' };
    await session.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false });
    await page.click('text=Sign in with a passkey');
    await page.waitForSelector('text=Nothing was given');
    expect(page.url()).toBe(`${stage.url}/sign-in`);
  });

  it.each(['light', 'dark'] as const)(
    'its pages can be read in %s, on a phone too',
    async (scheme) => {
      const stage = await stageUp();
      const { page } = await openTab(await stage.link('ana'), {
        colorScheme: scheme,
        viewport: { width: 360, height: 740 },
      });
      const fine = async (name: string) => {
        expect(await page.evaluate(poorContrast), name).toEqual([]);
        const width = await page.evaluate('document.documentElement.scrollWidth');
        expect(width, name).toBeLessThanOrEqual(360);
      };
      await page.click('text=Sign in as');
      await page.waitForURL(`${stage.url}/incidents/`);
      await page.click('summary');
      await page.click('text=Second factors');
      await page.waitForURL(`${stage.url}/factors`);
      await fine('none');
      await plugIn(page);
      await enrolPasskey(stage, page, 'ana');
      await fine('open');
      await page.click('text=Make a sheet');
      await page.waitForSelector('.codes');
      await fine('recovery codes');
      await page.goto(`${stage.url}/factors`);
      await page.click('text=Add an app');
      await page.waitForSelector('.qr');
      await fine('app');
      await stage.clock.passes(factorWaitMs);
      await page.goto(`${stage.url}/sign-in`);
      await fine('sign-in');
      await page.click('text=Sign in with a passkey');
      await page.waitForURL(`${stage.url}/incidents/`);
      const { operation } = await stage.asks();
      await page.goto(`${stage.url}/operations/${operation}/approve`);
      await page.click('summary:text("Nobody else")');
      await fine('approval');
      await page.goto(`${stage.url}/factors`);
      await fine('closed');
    },
  );

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
    const added = await session.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'usb',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    authenticators.set(session, added);
    return session;
  }

  async function openFactors(stage: StepUpStage, page: Page, person: string): Promise<void> {
    const made = await stage.stepUps.makeCode(person);
    await page.goto(`${stage.url}/factors`);
    await page.fill('#operator', made?.code ?? '');
    await page.keyboard.press('Enter');
    await page.waitForSelector('text=Add a passkey');
  }

  async function enrolPasskey(stage: StepUpStage, page: Page, person: string): Promise<void> {
    await openFactors(stage, page, person);
    await page.selectOption('#label', 'security key');
    await page.click('text=Add a passkey');
    await page.waitForSelector('.factor-list li');
  }
});
