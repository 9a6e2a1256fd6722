import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { userHandle } from '../../../src/bot/step-up/passkeys.ts';
import { countingFactors, enrolAll, totp, unlock, visitor } from '../../bot/step-up/own-factors.ts';
import { browserWith, fieldsOf, hidden, openBrowser } from '../../support/console-browser.ts';
import { textOf } from '../../support/console-client.ts';
import { type StepUpStage, startStepUpStage } from '../../support/step-up-stage.ts';
import { exchange } from './stage.ts';

let stage: StepUpStage;
beforeEach(async () => {
  stage = await startStepUpStage();
});
afterEach(() => stage.close());

const browser = (person: string, via?: string) => openBrowser(stage, person, via);
const withCookie = (cookie: string) => browserWith(stage, cookie);

async function approvals(operation: string) {
  return (await stage.small.bot.desk.operation(operation))?.approvals ?? [];
}

describe('the page of a plan', () => {
  it('shows the whole of it, takes a code, and leads back to its thread', async () => {
    const own = await countingFactors(stage, visitor('ana'));
    const { operation, hash } = await stage.asks();
    const ana = await browser('ana');
    const page = await ana.get(`/operations/${operation}/approve`);
    expect(page.status).toBe(200);
    const text = textOf(page.body);
    for (const part of ['scale checkout', 'the queue grows', 'replicas 3 → 6', hash.slice(0, 10)]) {
      expect(text).toContain(part);
    }
    const code = totp(own.secret, stage.clock.now());
    const reply = await ana.post(`/operations/${operation}/approve`, { ...fieldsOf(page), code });
    expect(reply.status).toBe(303);
    expect(reply.headers.location).toBe(`/incidents/${operation}`);
    expect(await approvals(operation)).toMatchObject([
      {
        evidence: { person: 'ana', stepUp: { factor: 'totp', hash } },
        shown: { surface: 'console' },
      },
    ]);
    const again = await ana.post(`/operations/${operation}/approve`, { ...fieldsOf(page), code });
    expect(again.status).toBe(403);
    expect(textOf(again.body)).toContain('STEP_UP_CHALLENGE');
    expect(await approvals(operation)).toHaveLength(1);
  });

  it('is the only way: the button and the typed hash are refused', async () => {
    await countingFactors(stage, visitor('ana'));
    const { operation, hash } = await stage.asks();
    const ana = await browser('ana');
    const press = { kind: 'approve', operation, hash, shown: 'a'.repeat(64) };
    const pressed = await ana.post(`/incidents/${operation}`, press);
    expect(textOf(pressed.body)).toContain('STEP_UP_REQUIRED');
    const typed = await ana.post(`/incidents/${operation}`, {
      line: `approve ${operation} ${hash.slice(0, 10)}`,
    });
    expect(textOf(typed.body)).toContain('STEP_UP_REQUIRED');
    expect(await approvals(operation)).toEqual([]);
  });

  it('spends nothing on a plan that was not shown', async () => {
    const own = await countingFactors(stage, visitor('ana'));
    const { operation } = await stage.asks();
    const ana = await browser('ana');
    const page = await ana.get(`/operations/${operation}/approve`);
    const code = totp(own.secret, stage.clock.now());
    const form = { ...fieldsOf(page), code, hash: 'f'.repeat(64) };
    const reply = await ana.post(`/operations/${operation}/approve`, form);
    expect(reply.status).toBe(409);
    expect(textOf(reply.body)).toContain('CONSOLE_PLAN_UNSEEN');
    const next = await ana.post(`/operations/${operation}/approve`, { ...fieldsOf(reply), code });
    expect(next.status).toBe(303);
  });

  it('of one plan opens no other', async () => {
    const own = await countingFactors(stage, visitor('ana'));
    const { operation } = await stage.asks();
    const ana = await browser('ana');
    const page = await ana.get(`/operations/${operation}/approve`);
    const other = await stage.asks();
    const code = totp(own.secret, stage.clock.now());
    const form = { ...fieldsOf(page), hash: other.hash, code };
    const reply = await ana.post(`/operations/${other.operation}/approve`, form);
    expect(textOf(reply.body)).toContain('STEP_UP_CHALLENGE');
    expect(await approvals(other.operation)).toEqual([]);
  });

  it.each([
    ['another site', { Origin: 'https://evil.example' }],
    ['a page that says nothing of its origin', { Origin: 'null', 'Sec-Fetch-Site': 'cross-site' }],
  ])('takes nothing that %s sends', async (_what, headers) => {
    const own = await countingFactors(stage, visitor('ana'));
    const { operation } = await stage.asks();
    const ana = await browser('ana');
    const page = await ana.get(`/operations/${operation}/approve`);
    const form = { ...fieldsOf(page), code: totp(own.secret, stage.clock.now()) };
    for (const path of [`/operations/${operation}/approve`, '/factors/unlock', '/factors/remove']) {
      expect((await ana.post(path, form, headers)).status).toBe(403);
    }
    expect(await approvals(operation)).toEqual([]);
    expect((await ana.post(`/operations/${operation}/approve`, form)).status).toBe(303);
  });

  it('makes nobody more than they are: the requester approves nothing', async () => {
    const own = await countingFactors(stage, visitor('cleo'));
    const { operation } = await stage.asks();
    const cleo = await browser('cleo');
    const page = await cleo.get(`/operations/${operation}/approve`);
    const form = { ...fieldsOf(page), code: totp(own.secret, stage.clock.now()) };
    const reply = await cleo.post(`/operations/${operation}/approve`, form);
    expect(reply.status).toBe(409);
    expect(textOf(reply.body)).toContain('APPROVE_OWN_REQUEST');
  });

  it('lets whoever is alone break the glass, with a factor and a reason', async () => {
    const own = await countingFactors(stage, visitor('ana'));
    const { operation, hash } = await stage.asks();
    const ana = await browser('ana');
    const page = await ana.get(`/operations/${operation}/approve`);
    const glass = page.body.slice(page.body.indexOf('<details class="panel"'));
    const code = totp(own.secret, stage.clock.now());
    const approval = { ...fieldsOf(page), code, reason: 'checkout is down and nobody answers' };
    const crossed = await ana.post(`/operations/${operation}/break-glass`, approval);
    expect(textOf(crossed.body)).toContain('STEP_UP_CHALLENGE');
    const form = { ...approval, challenge: hidden(glass, 'challenge') };
    expect((await ana.post(`/operations/${operation}/break-glass`, form)).status).toBe(303);
    expect((await stage.small.bot.desk.operation(operation))?.glass).toMatchObject({
      evidence: { person: 'ana', stepUp: { factor: 'totp', hash } },
      reason: 'checkout is down and nobody answers',
    });
  });
});

describe('a session that came out of a chat', () => {
  it('gives no factor, enrols none, and its page says why', async () => {
    const own = await countingFactors(stage, visitor('ana'));
    const { operation, hash } = await stage.asks();
    const chat = await browser('ana', 'T01/ana');
    const page = await chat.get(`/operations/${operation}/approve`);
    expect(textOf(page.body)).toContain('STEP_UP_CHAT_SESSION');
    expect(page.body).not.toContain('name="challenge"');
    const code = totp(own.secret, stage.clock.now());
    const form = { challenge: 'A'.repeat(75), hash, shown: 'a'.repeat(64), code };
    const given = await chat.post(`/operations/${operation}/approve`, form);
    expect(textOf(given.body)).toContain('STEP_UP_CHAT_SESSION');
    const operator = (await stage.stepUps.makeCode('ana'))?.code ?? '';
    const unlocked = await chat.post('/factors/unlock', { operator });
    expect(textOf(unlocked.body)).toContain('STEP_UP_CHAT_SESSION');
    for (const path of ['totp', 'recovery', 'passkey', 'remove', 'totp/finish']) {
      const reply = await chat.post(`/factors/${path}`, { factor: 'x', code });
      expect(reply.status, path).toBe(403);
    }
    expect(await stage.stepUps.enrolment.list('ana')).toHaveLength(2);
    expect(await approvals(operation)).toEqual([]);
  });
});

describe('signing in with a passkey', () => {
  async function tryWith(more: { readonly handle?: string; readonly origin?: string } = {}) {
    const { passkey } = own;
    const page = await exchange(`${stage.url}/sign-in`, { method: 'GET', headers: {} });
    const challenge = hidden(page.body, 'challenge');
    const assertion = passkey.sign(challenge, {
      userHandle: more.handle ?? userHandle('ana'),
      ...(more.origin && { origin: more.origin }),
    });
    const reply = await withCookie('').post('/sign-in/passkey', { challenge, assertion });
    return {
      reply,
      again: () => withCookie('').post('/sign-in/passkey', { challenge, assertion }),
    };
  }
  let own: Awaited<ReturnType<typeof countingFactors>>;
  beforeEach(async () => {
    own = await countingFactors(stage, visitor('ana'));
  });

  it('opens a session that can give factors, once for each answer', async () => {
    const { reply, again } = await tryWith();
    expect(reply.status).toBe(303);
    const cookie = String(reply.headers['set-cookie']?.[0]).split(';')[0] ?? '';
    const session = await stage.sessions.find(cookie.replace('__Host-tocsin=', ''));
    expect(session).toMatchObject({ person: { id: 'ana' }, born: 'passkey' });
    expect((await again()).status).toBe(403);
    const { operation } = await stage.asks();
    const ana = withCookie(cookie);
    const page = await ana.get(`/operations/${operation}/approve`);
    const form = { ...fieldsOf(page), code: totp(own.secret, stage.clock.now()) };
    expect((await ana.post(`/operations/${operation}/approve`, form)).status).toBe(303);
  });

  it('opens none for another person, another site, or somebody who is not configured any more', async () => {
    for (const more of [
      { handle: userHandle('ben') },
      { handle: userHandle('mallory') },
      { origin: 'https://evil.example' },
    ]) {
      const { reply } = await tryWith(more);
      expect(reply.status).toBe(403);
      expect(reply.headers['set-cookie']).toBeUndefined();
      expect(textOf(reply.body)).toContain('PASSKEY_SIGN_IN');
    }
    stage.people.splice(0, 1);
    expect((await tryWith()).reply.status).toBe(403);
  });

  it('opens none for a passkey that does not count yet', async () => {
    const young = await enrolAll(stage, visitor('ben'));
    const page = await exchange(`${stage.url}/sign-in`, { method: 'GET', headers: {} });
    const challenge = hidden(page.body, 'challenge');
    const assertion = young.passkey.sign(challenge, { userHandle: userHandle('ben') });
    const reply = await withCookie('').post('/sign-in/passkey', { challenge, assertion });
    expect(reply.status).toBe(403);
  });

  it('cannot be used to lock somebody out of their factors', async () => {
    for (let tries = 0; tries < 8; tries += 1) await tryWith({ origin: 'https://evil.example' });
    const { operation } = await stage.asks();
    const ana = await browser('ana');
    const page = await ana.get(`/operations/${operation}/approve`);
    const form = { ...fieldsOf(page), code: totp(own.secret, stage.clock.now()) };
    expect((await ana.post(`/operations/${operation}/approve`, form)).status).toBe(303);
  });
});

describe('an account that somebody says is theirs', () => {
  async function proposed(): Promise<string> {
    const { identity } = stage.small.bot.desk;
    const offer = identity?.offer({ surface: 'slack/main', account: 'T01/U09' });
    if (!offer || !('until' in offer)) throw new Error('no code');
    await stage.small.says('cleo', `link ${offer.code}`);
    return identity?.links('cleo')[0]?.link ?? '';
  }
  const isLinked = (link: string) =>
    stage.small.bot.desk.identity
      ?.links('cleo')
      .some((each) => each.link === link && each.linkedAt !== undefined);

  it('is confirmed by an identity admin with a factor, and not by a line', async () => {
    const own = await countingFactors(stage, visitor('ben'));
    const link = await proposed();
    const ben = await browser('ben');
    const typed = await ben.post('/incidents/', { line: `link confirm=${link}` });
    expect(textOf(typed.body)).toContain('LINK_CONFIRM_FACTOR');
    expect(textOf((await ben.get('/factors')).body)).toContain('T01/U09');
    const page = await ben.get(`/accounts/${link}/confirm`);
    const code = totp(own.secret, stage.clock.now());
    const form = { challenge: fieldsOf(page).challenge, code };
    expect(isLinked(link)).toBe(false);
    expect((await ben.post(`/accounts/${link}/confirm`, form)).status).toBe(303);
    expect(isLinked(link)).toBe(true);
    const again = await ben.post(`/accounts/${link}/confirm`, form);
    expect(again.status).toBe(404);
  });

  it('is confirmed neither by a factor for something else, nor by its person, nor out of a chat', async () => {
    const own = await countingFactors(stage, visitor('ben'));
    const theirs = await countingFactors(stage, visitor('cleo'));
    const link = await proposed();
    const { operation } = await stage.asks();
    const ben = await browser('ben');
    const plan = await ben.get(`/operations/${operation}/approve`);
    const code = totp(own.secret, stage.clock.now());
    const other = await ben.post(`/accounts/${link}/confirm`, {
      challenge: fieldsOf(plan).challenge,
      code,
    });
    expect(textOf(other.body)).toContain('STEP_UP_CHALLENGE');
    const cleo = await browser('cleo');
    const page = await cleo.get(`/accounts/${link}/confirm`);
    const self = await cleo.post(`/accounts/${link}/confirm`, {
      challenge: fieldsOf(page).challenge,
      code: totp(theirs.secret, stage.clock.now()),
    });
    expect(textOf(self.body)).toContain('LINK_CONFIRM_OWN');
    const chat = await browser('ben', 'T01/ben');
    const shown = await chat.get(`/accounts/${link}/confirm`);
    expect(textOf(shown.body)).toContain('STEP_UP_CHAT_SESSION');
    expect(isLinked(link)).toBe(false);
  });
});

describe('the page of factors', () => {
  it('shows the seed and the recovery codes once, and never again', async () => {
    const ana = await browser('ana');
    const operator = (await stage.stepUps.makeCode('ana'))?.code ?? '';
    expect((await ana.post('/factors/unlock', { operator })).status).toBe(303);
    const app = await ana.post('/factors/totp', {});
    const secret = /<code>([A-Z2-7 ]{30,})<\/code>/.exec(app.body)?.[1]?.replaceAll(' ', '') ?? '';
    expect(app.body).toContain('class="qr"');
    const code = totp(secret, stage.clock.now());
    expect((await ana.post('/factors/totp/finish', { code })).status).toBe(303);
    const sheet = await ana.post('/factors/recovery', {});
    const [first = ''] = /[A-Z0-9]{4}-[A-Z0-9]{4}-[A-Z0-9]{4}/.exec(sheet.body) ?? [];
    expect(first).not.toBe('');
    const list = await ana.get('/factors');
    expect(textOf(list.body)).toContain('authenticator app');
    for (const told of [secret, first]) expect(list.body).not.toContain(told);
  });

  it('is that of the session, and an address of somebody else is nobody’s', async () => {
    await enrolAll(stage, visitor('ben'));
    const [factor] = await stage.stepUps.enrolment.list('ben');
    const ana = await browser('ana');
    const session = await stage.sessions.find('');
    expect(session).toBeUndefined();
    await unlock(stage, visitor('ana'));
    const taken = await ana.post('/factors/remove', { factor: factor?.id ?? '' });
    expect(taken.status).toBe(403);
    expect(await stage.stepUps.enrolment.list('ben')).toHaveLength(2);
    const path = `/factors/of/ben/${factor?.id}/confirm`;
    expect((await ana.get(path)).status).toBe(404);
    expect((await ana.post(path, { code: '123456' })).status).toBe(404);
  });

  it('says so when no key opens the keyring, and lets a code from the host begin anew', async () => {
    const own = await countingFactors(stage, visitor('ana'));
    for (const name of stage.keyring.entries.keys()) {
      stage.keyring.entries.set(name, Buffer.alloc(80, 1));
    }
    const { operation } = await stage.asks();
    const ana = await browser('ana');
    const page = await ana.get(`/operations/${operation}/approve`);
    expect(page.status).toBe(200);
    expect(textOf(page.body)).toContain('KEYRING_SEALED');
    const operator = (await stage.stepUps.makeCode('ana'))?.code ?? '';
    expect((await ana.post('/factors/unlock', { operator })).status).toBe(303);
    for (const { id } of await stage.stepUps.enrolment.list('ana')) {
      expect((await ana.post('/factors/remove', { factor: id })).status).toBe(303);
    }
    const again = await countingFactors(stage, visitor('ana'));
    const next = await browser('ana');
    const offered = await next.get(`/operations/${operation}/approve`);
    expect(offered.body).toContain('WAITING');
    expect(again.secret).not.toBe(own.secret);
  });

  it('sends strangers to the sign-in', async () => {
    const nobody = withCookie('');
    for (const path of ['/factors', '/operations/op-1/approve']) {
      expect((await nobody.get(path)).headers.location).toBe('/sign-in');
    }
    expect((await nobody.post('/factors/unlock', { operator: 'x' })).status).toBe(401);
  });
});
