import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type ConsoleSessions,
  createConsoleSessions,
} from '../../../src/bot/surfaces/console/index.ts';
import { contentSecurityPolicy } from '../../../src/bot/surfaces/console/requests.ts';
import { sessionIdleMs, sessionLinkMs } from '../../../src/core/session.ts';
import { createMemoryJournal } from './memory-journal.ts';
import { planHash } from './sample-cards.ts';
import { exchange, type Reply, type Stage, startStage } from './stage.ts';

let at: number;
let sessions: ConsoleSessions;
let stage: Stage;
let refusals: string[];
let sender: string;

beforeEach(async () => {
  at = 1_000_000;
  refusals = [];
  sender = '127.0.0.1';
  sessions = createConsoleSessions({
    journal: createMemoryJournal(() => at),
    person: (id) => (id === 'ana' || id === 'ben' ? { id, name: id.toUpperCase() } : undefined),
    now: () => at,
    random: randomBytes,
  });
  stage = await startStage({
    access: { kind: 'sessions', sessions },
    now: () => at,
    senderOf: () => sender,
    metrics: {
      clients: () => undefined,
      dropped: () => undefined,
      refused: (code) => refusals.push(code),
    },
  });
});
afterEach(() => stage.close());

async function link(person = 'ana'): Promise<string> {
  return (await sessions.makeLink(person, 'host'))?.token ?? '';
}

/** The cookie as a browser would send it back. */
async function signIn(person = 'ana'): Promise<Record<string, string>> {
  const reply = await stage.post('/sign-in', { token: await link(person) });
  return { Cookie: String(reply.headers['set-cookie']?.[0]).split(';')[0] ?? '' };
}

const approve = {
  kind: 'approve',
  operation: 'op-41',
  hash: planHash,
  shown: 'a'.repeat(64),
  cause: 'aaaaaaaa',
};

function press(headers: Record<string, string>): Promise<Reply> {
  return stage.post('/incidents/inc-1', approve, headers);
}

describe('signing in', () => {
  it('takes a link once and sets a cookie that scripts and other sites never see', async () => {
    const token = await link();
    const reply = await stage.post('/sign-in', { token });
    expect(reply.status).toBe(303);
    expect(reply.headers.location).toBe('/incidents/');
    expect(reply.headers['set-cookie']).toEqual([
      expect.stringMatching(
        /^__Host-tocsin=[0-9a-f]{32}\.[\w-]{43}; Max-Age=43200; Path=\/; Secure; HttpOnly; SameSite=Strict$/,
      ),
    ]);
    const again = await stage.post('/sign-in', { token });
    expect(again.status).toBe(403);
    expect(JSON.parse(again.body).code).toBe('CONSOLE_LINK_USED');
    expect(again.headers['set-cookie']).toBeUndefined();
  });

  it('says whose link it is without using it', async () => {
    const token = await link();
    expect(JSON.parse((await stage.post('/sign-in/look', { token })).body)).toEqual({
      name: 'ANA',
    });
    expect((await stage.post('/sign-in', { token })).status).toBe(303);
  });

  it('takes a whole link pasted into the field', async () => {
    const token = `${stage.url}/sign-in#${await link()}`;
    expect((await stage.post('/sign-in', { token })).status).toBe(303);
  });

  it('refuses an expired link and shows a person why', async () => {
    const token = await link();
    at += sessionLinkMs + 1;
    const reply = await stage.post('/sign-in', { token }, { Accept: 'text/html' });
    expect(reply.status).toBe(403);
    expect(reply.body).toContain('This link has expired.');
  });

  it('takes a few attempts a minute from one address', async () => {
    for (let turn = 0; turn < 10; turn += 1) await stage.post('/sign-in', { token: 'guess' });
    const reply = await stage.post('/sign-in', { token: await link() });
    expect(reply.status).toBe(429);
    expect(reply.headers['retry-after']).toBe('6');
    at += 60_000;
    expect((await stage.post('/sign-in', { token: await link() })).status).toBe(303);
  });

  it('takes them from each sender behind a trusted proxy', async () => {
    sender = 'a stranger';
    for (let turn = 0; turn < 11; turn += 1) await stage.post('/sign-in', { token: 'guess' });
    expect((await stage.post('/sign-in', { token: 'guess' })).status).toBe(429);
    sender = 'ana';
    expect((await stage.post('/sign-in', { token: await link() })).status).toBe(303);
  });

  it('is not done by GET, so no link preview signs in', async () => {
    const token = await link();
    const reply = await stage.get(`/sign-in?token=${token}`);
    expect(reply.headers['set-cookie']).toBeUndefined();
    expect(reply.body).not.toContain(token);
    expect((await stage.post('/sign-in', { token })).status).toBe(303);
  });
});

describe('without a session', () => {
  it('a page leads to the sign-in, everything else is refused', async () => {
    const page = await stage.get('/incidents/inc-1', { Accept: 'text/html' });
    expect([page.status, page.headers.location]).toEqual([303, '/sign-in']);
    expect((await stage.get('/events')).status).toBe(401);
    expect((await stage.get('/incidents/inc-1/complete?line=r')).status).toBe(401);
    expect((await press({})).status).toBe(401);
    expect((await stage.post('/incidents/', { line: 'help' })).status).toBe(401);
    expect(stage.desk.said).toEqual([]);
    expect(stage.desk.pressed).toEqual([]);
  });

  it('a link followed from chat goes once through our own page, because the cookie stays away', async () => {
    const headers = {
      Accept: 'text/html',
      'Sec-Fetch-Site': 'cross-site',
      'Sec-Fetch-Mode': 'navigate',
    };
    const reply = await stage.get('/incidents/inc-1', headers);
    expect(reply.status).toBe(200);
    expect(reply.body).toContain('<meta http-equiv="refresh" content="0;url=/incidents/inc-1">');
    expect(reply.body).not.toContain('crash-looping');
  });

  it('the demo has no person to pick', async () => {
    expect((await stage.get('/as/ana/incidents/')).status).toBe(404);
    expect((await stage.get('/as?person=ana')).status).toBe(404);
    expect((await stage.get('/incidents/', { 'Tocsin-As': 'ana' })).status).toBe(401);
  });
});

describe('a session', () => {
  it('presses and types as its person, by its own name on the record', async () => {
    const cookie = await signIn('ben');
    expect((await press(cookie)).status).toBe(200);
    expect(stage.desk.pressed).toEqual([
      expect.objectContaining({
        press: { kind: 'approve', operation: 'op-41', hash: planHash },
        incident: 'inc-1',
        shown: { digest: 'a'.repeat(64) },
        actor: {
          kind: 'person',
          person: 'ben',
          name: 'BEN',
          via: 'session',
          session: expect.stringMatching(/^[0-9a-f]{32}$/),
          ip: '127.0.0.1',
        },
        cause: expect.stringMatching(/^console\/ben\/[0-9a-f]{32}\/aaaaaaaa$/),
      }),
    ]);
  });

  it('that a chat account opened is that account to the desk, and says so with every press', async () => {
    const via = { surface: 'slack/main', account: 'T01/U02' };
    const token = (await sessions.makeLink('ben', 'ben', via))?.token ?? '';
    const reply = await stage.post('/sign-in', { token });
    const cookie = String(reply.headers['set-cookie']?.[0]).split(';')[0] ?? '';
    expect((await press({ Cookie: cookie })).status).toBe(200);
    expect(stage.desk.pressed[0]?.actor).toMatchObject({ person: 'ben', account: via });
  });

  it.each<[string, (cookie: string) => Record<string, string>]>([
    [
      'a tampered cookie',
      (cookie) => ({ Cookie: cookie.replace(/.$/, (end) => (end === 'A' ? 'B' : 'A')) }),
    ],
    ['two cookies of the name', (cookie) => ({ Cookie: `${cookie}; __Host-tocsin=x` })],
    ['a cookie without the prefix', (cookie) => ({ Cookie: cookie.replace('__Host-', '') })],
    ['an empty cookie', () => ({ Cookie: '__Host-tocsin=' })],
  ])('does not hold with %s', async (_, tamper) => {
    const { Cookie = '' } = await signIn();
    expect((await press(tamper(Cookie))).status).toBe(401);
    expect(stage.desk.pressed).toEqual([]);
  });

  it('ends idle, and at sign-out for good', async () => {
    const cookie = await signIn();
    expect((await stage.get('/incidents/', cookie)).status).toBe(200);
    const out = await stage.post('/sign-out', {}, cookie);
    expect(out.status).toBe(303);
    expect(out.headers['set-cookie']?.[0]).toContain('Max-Age=0');
    expect((await stage.get('/incidents/', cookie)).status).toBe(401);
    const next = await signIn();
    at += sessionIdleMs;
    expect((await stage.get('/incidents/', next)).status).toBe(401);
  });

  it('ends everywhere at once', async () => {
    const [here, there, other] = [await signIn(), await signIn(), await signIn('ben')];
    expect((await stage.post('/sign-out/everywhere', {}, here)).status).toBe(303);
    expect((await stage.get('/incidents/', here)).status).toBe(401);
    expect((await stage.get('/incidents/', there)).status).toBe(401);
    expect((await stage.get('/incidents/', other)).status).toBe(200);
  });
});

describe('requests of other sites', () => {
  it.each<[string, Record<string, string>]>([
    ['of another origin', { Origin: 'https://evil.example' }],
    ['of another port', { Origin: 'http://127.0.0.1:1' }],
    ['of a sandboxed frame', { Origin: 'null', 'Sec-Fetch-Site': 'cross-site' }],
    ['without any sign of where they come from', { Origin: 'null' }],
    ['of a site next door', { 'Sec-Fetch-Site': 'same-site' }],
    ['of another site that hides its origin', { Origin: 'null', 'Sec-Fetch-Site': 'same-site' }],
    ['of an origin that begins like ours', { Origin: 'http://127.0.0.1.evil.example' }],
    ['of no address', { Origin: 'about:blank' }],
  ])('%s change nothing', async (_, headers) => {
    const cookie = await signIn();
    const reply = await press({ ...cookie, ...headers });
    expect([reply.status, JSON.parse(reply.body).code]).toEqual([403, 'CONSOLE_WRONG_ORIGIN']);
    const token = await link();
    expect((await stage.post('/sign-in', { token }, headers)).status).toBe(403);
    expect((await stage.post('/sign-out', {}, { ...cookie, ...headers })).status).toBe(403);
    expect(stage.desk.pressed).toEqual([]);
    expect(refusals).toContain('CONSOLE_WRONG_ORIGIN');
  });

  it('a plain form of our own page passes, though its origin is hidden by no-referrer', async () => {
    const cookie = await signIn();
    const headers = { ...cookie, Origin: 'null', 'Sec-Fetch-Site': 'same-origin' };
    expect((await press(headers)).status).toBe(200);
  });

  it.each(['evil.example', '127.0.0.1', 'localhost', '127.0.0.1.evil.example', '[::1]'])(
    'under the host name %s nothing is answered',
    async (host) => {
      const cookie = await signIn();
      for (const path of ['/', '/incidents/', '/events', '/api/v1/incidents', '/sign-in']) {
        expect((await stage.get(path, { ...cookie, Host: host })).status, path).toBe(421);
      }
      expect((await press({ ...cookie, Host: host })).status).toBe(421);
      expect(stage.desk.pressed).toEqual([]);
    },
  );

  it('localhost leads to the address itself, and changes nothing there', async () => {
    const { port } = new URL(stage.url);
    const headers = { ...(await signIn()), Host: `localhost:${port}` };
    for (const path of [
      '/incidents/inc-1',
      '//evil.example/',
      '/incidents/inc-1?x=//evil.example',
    ]) {
      const { status, headers: given } = await stage.get(path, headers);
      expect([status, new URL(given.location ?? 'about:blank').origin]).toEqual([303, stage.url]);
    }
    expect((await press(headers)).status).toBe(421);
    expect((await stage.get('/', { Host: 'localhost:1' })).status).toBe(421);
  });

  it('a form of a type that no script needs to ask for is the only one read', async () => {
    const cookie = await signIn();
    for (const type of ['text/plain', 'application/json', 'multipart/form-data; boundary=x', '']) {
      const reply = await press({ ...cookie, 'Content-Type': type });
      expect(reply.status).toBe(415);
    }
  });

  it('no page may be framed, run foreign code or be kept in a cache', async () => {
    const cookie = await signIn();
    for (const path of ['/', '/incidents/', '/incidents/inc-1', '/incidents/none', '/sign-in']) {
      const { headers } = await stage.get(path, cookie);
      expect(headers, path).toMatchObject({
        'content-security-policy': contentSecurityPolicy,
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-store',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
      });
    }
    expect(contentSecurityPolicy).not.toContain('unsafe');
    expect(contentSecurityPolicy).toContain("frame-ancestors 'none'");
  });
});

describe('what is sent', () => {
  it('is refused when it is too long, and the answer still arrives', async () => {
    const cookie = await signIn();
    const reply = await stage.post('/incidents/', { line: 'x'.repeat(20_000) }, cookie);
    expect([reply.status, JSON.parse(reply.body).code]).toEqual([413, 'CONSOLE_BODY_TOO_LARGE']);
  });

  it.each([
    ['an empty line', { line: '  ' }, 'CONSOLE_LINE_EMPTY'],
    ['no line', {}, 'CONSOLE_LINE_EMPTY'],
    ['a long line', { line: 'x'.repeat(2001) }, 'CONSOLE_LINE_TOO_LONG'],
    ['two lines', { line: 'help\nrollback checkout' }, 'CONSOLE_LINE_TOO_LONG'],
  ])('refuses %s', async (_, form, code) => {
    const reply = await stage.post(
      '/incidents/inc-1',
      form as Record<string, string>,
      await signIn(),
    );
    expect([reply.status, JSON.parse(reply.body).code]).toEqual([400, code]);
    expect(stage.desk.said).toEqual([]);
  });

  it.each([
    ['no kind', { ...approve, kind: '' }, 'CONSOLE_BODY_UNREADABLE'],
    ['a kind nobody knows', { ...approve, kind: 'open' }, 'CONSOLE_BODY_UNREADABLE'],
    ['no digest of what was shown', { ...approve, shown: '' }, 'CONSOLE_PLAN_UNSEEN'],
  ])('refuses a press with %s', async (_, form, code) => {
    const reply = await stage.post('/incidents/inc-1', form, await signIn());
    expect([reply.status, JSON.parse(reply.body).code]).toEqual([400, code]);
    expect(stage.desk.pressed).toEqual([]);
  });

  it('gets a cause of its own when it brings none, or a strange one', async () => {
    const cookie = await signIn();
    for (const cause of ['', '../../x', 'short']) {
      await stage.post('/incidents/', { line: 'help', cause }, cookie);
    }
    const causes = stage.desk.said.map((one) => one.cause);
    expect(new Set(causes).size).toBe(3);
    for (const cause of causes)
      expect(cause).toMatch(/^console\/ana\/[0-9a-f]{32}\/[0-9a-f-]{36}$/);
  });

  it('says that it failed, and nothing of how, when the desk fails', async () => {
    stage.desk.say = async () => {
      throw new Error('postgres://user:secret@db');
    };
    const reply = await stage.post('/incidents/', { line: 'help' }, await signIn());
    expect([reply.status, JSON.parse(reply.body).code]).toEqual([500, 'CONSOLE_FAILED']);
    expect(reply.body).not.toContain('secret');
  });
});

describe('behind a proxy with TLS', () => {
  it('the public address is the one that counts', async () => {
    const behind = await startStage({
      access: { kind: 'sessions', sessions },
      origins: () => ['https://ops.example.com'],
      now: () => at,
    });
    const headers = { Host: 'ops.example.com', Accept: 'text/html' };
    const reply = await exchange(`${behind.url}/sign-in`, { method: 'GET', headers });
    expect(reply.status).toBe(200);
    const token = await link();
    const signedIn = await behind.post('/sign-in', { token }, headers);
    expect(signedIn.status).toBe(303);
    await behind.close();
  });
});
