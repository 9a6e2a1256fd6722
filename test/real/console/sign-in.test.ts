import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createConsoleSessions } from '../../../src/bot/surfaces/console/index.ts';
import { createMemoryJournal } from '../../surfaces/console/memory-journal.ts';
import { planHash } from '../../surfaces/console/sample-cards.ts';
import { chromium, useBrowser, why } from './tab.ts';

const { stageUp, openTab, atEnd } = useBrowser();

describe.skipIf(chromium === undefined)(`signing in with Chromium${why}`, () => {
  async function guarded() {
    const journal = createMemoryJournal(Date.now);
    const sessions = createConsoleSessions({
      journal,
      person: (id) => (id === 'ana' ? { id, name: 'Ana' } : undefined),
      now: Date.now,
      random: randomBytes,
    });
    const stage = await stageUp({ access: { kind: 'sessions', sessions }, now: Date.now });
    const token = async () => (await sessions.makeLink('ana', 'host'))?.token ?? '';
    return { stage, sessions, token };
  }

  /** Another site, as far as the browser is concerned: another host name. */
  async function otherSite(body: string): Promise<string> {
    const server = createServer((_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/html' });
      response.end(body);
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    atEnd(async () => {
      server.closeAllConnections();
      server.close();
    });
    return `http://localhost:${(server.address() as AddressInfo).port}/`;
  }

  it('takes a press, leaves no token in the address, and keeps a Secure cookie on plain loopback', async () => {
    const { stage, token } = await guarded();
    const link = `${stage.url}/sign-in#${await token()}`;
    const { page, complaints } = await openTab(link);
    await page.waitForSelector('text=Sign in as Ana');
    expect(page.url()).toBe(`${stage.url}/sign-in`);
    await page.keyboard.press('Enter');
    await page.waitForURL(`${stage.url}/incidents/`);
    const [cookie] = await page.context().cookies();
    expect(cookie).toMatchObject({
      name: '__Host-tocsin',
      secure: true,
      httpOnly: true,
      sameSite: 'Strict',
      path: '/',
    });
    await page.click('text=checkout is crash-looping');
    await page.click('button:text("Approve")');
    await page.waitForSelector('.answer');
    expect(stage.desk.pressed).toMatchObject([{ actor: { person: 'ana', via: 'session' } }]);
    await page.click('summary');
    await page.click('button:text-is("Sign out")');
    await page.waitForURL(`${stage.url}/sign-in`);
    expect(complaints).toEqual([]);
    await page.goto('about:blank');
    await page.goto(link);
    await page.waitForSelector('text=This link has been used already.');
  });

  it('ends at once in the tab of somebody whose sessions are revoked', async () => {
    const { stage, sessions, token } = await guarded();
    const { page } = await openTab(`${stage.url}/sign-in#${await token()}`);
    await page.click('text=Sign in as Ana');
    await page.waitForSelector('.live[data-state="live"]');
    await sessions.revokeAll('ana', 'host');
    await stage.console.checkStreams();
    await page.waitForURL(`${stage.url}/sign-in`);
  });

  it('lets a link in chat lead to the incident, and no foreign form press anything', async () => {
    const { stage, token } = await guarded();
    const { page } = await openTab(`${stage.url}/sign-in#${await token()}`);
    await page.click('text=Sign in as Ana');
    await page.waitForURL(`${stage.url}/incidents/`);
    const fields = Object.entries({
      kind: 'approve',
      operation: 'op-41',
      hash: planHash,
      shown: 'a'.repeat(64),
      cause: 'aaaaaaaa',
    }).map(([name, value]) => `<input type="hidden" name="${name}" value="${value}">`);
    const evil = await otherSite(`<a href="${stage.url}/incidents/inc-1">incident</a>
      <form method="post" action="${stage.url}/incidents/inc-1">${fields.join('')}<button>win</button></form>
      <iframe src="${stage.url}/incidents/inc-1"></iframe>`);
    await page.goto(evil);
    await page.click('text=win');
    await page.waitForLoadState();
    expect(await page.textContent('body')).toContain('CONSOLE_WRONG_ORIGIN');
    expect(stage.desk.pressed).toEqual([]);
    await page.goto(evil);
    const frame = page.frames().find((one) => one !== page.mainFrame());
    expect(await frame?.locator('article').count()).toBe(0);
    await page.click('text=incident');
    await page.waitForSelector('text=checkout is crash-looping');
    expect(page.url()).toBe(`${stage.url}/incidents/inc-1`);
  });
});
