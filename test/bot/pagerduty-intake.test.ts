import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type HttpListener, listen } from '../../src/bot/http.ts';
import { intakeProblems } from '../../src/bot/intake.ts';
import { pageIntakeProblems, pagerdutyRoutes } from '../../src/bot/pagerduty-intake.ts';
import { ProblemError, problem } from '../../src/core/problem.ts';
import { Secret } from '../../src/core/secret.ts';
import { sha256 } from '../core/operation/sample.ts';
import { type SmallBot, startSmallBot } from '../fakes/small-bot.ts';
import { about, envelope, incidentData } from '../handlers/webhooks/page-bodies.ts';

let small: SmallBot;
let server: HttpListener;
let asked: string[];
let breaks: boolean;

beforeEach(async () => {
  breaks = false;
  asked = [];
  small = await startSmallBot({
    before: () => {
      if (breaks) throw new ProblemError(problem('JOURNAL_FULL', {}));
    },
  });
  await open(['main']);
});
afterEach(() => server.close());

describe('a webhook of PagerDuty', () => {
  it('is in the journal when it is answered, and opens an incident', async () => {
    expect(await post(envelope('incident.triggered', incidentData()))).toMatchObject({
      status: 200,
    });
    expect(small.types()).toEqual(['IncidentOpened', 'PageSeen']);
  });

  it('that comes again changes nothing', async () => {
    const body = envelope('incident.triggered', incidentData());
    const note = envelope(
      'incident.annotated',
      about('incident_note', { id: 'PN1', content: 'hm' }),
    );
    for (const each of [body, note, body, note]) expect((await post(each)).status).toBe(200);
    expect(small.types()).toEqual(['IncidentOpened', 'PageSeen', 'NoteAdded']);
  });

  it.each(['service.updated', 'pagey.ping', 'incident.of_next_year', 'weather.changed'])(
    'of a type that says nothing here is taken and forgotten: %s',
    async (type) => {
      expect((await post(envelope(type, { type: 'other' }))).status).toBe(200);
      expect(small.types()).toEqual([]);
    },
  );

  it('without a signature is refused for good', async () => {
    const answer = await post(envelope('incident.triggered', incidentData()), { signature: null });
    expect(answer.status).toBe(401);
    expect(answer.text).toContain('only these are signed');
    expect(small.types()).toEqual([]);
  });

  it('whose signature matches no secret is kept at PagerDuty while that is mended', async () => {
    const answer = await post(envelope('incident.triggered', incidentData()), { secret: 'old' });
    expect([answer.status, answer.retryAfter]).toEqual([503, '60']);
    expect(answer.text).toContain('PAGE_SIGNATURE_MISMATCH');
    expect(small.types()).toEqual([]);
  });

  it('that cannot be read is taken all the same, and shown', async () => {
    expect((await post('hello')).status).toBe(200);
    expect((await post('hello')).status).toBe(200);
    expect(small.types()).toEqual(['IncidentOpened', 'UnreadableReceived']);
  });

  it('is asked for again when the journal takes nothing', async () => {
    breaks = true;
    expect((await post(envelope('incident.triggered', incidentData()))).status).toBe(503);
    breaks = false;
    expect((await post(envelope('incident.triggered', incidentData()))).status).toBe(200);
    expect(small.types()).toEqual(['IncidentOpened', 'PageSeen']);
  });

  it('about a page that nobody here knows has the pager asked', async () => {
    const note = envelope(
      'incident.annotated',
      about('incident_note', { id: 'PN1', content: 'hm' }),
    );
    expect((await post(note)).status).toBe(200);
    expect([small.types(), asked]).toEqual([[], ['pagerduty/main']]);
  });

  it('to a path that names no source waits too, unless it is a stranger’s', async () => {
    const body = envelope('incident.triggered', incidentData());
    expect((await post(body, { path: '/mian' })).status).toBe(503);
    expect((await post(body, { path: '/mian', signature: null })).status).toBe(404);
  });

  it('needs a name where there are two', async () => {
    await server.close();
    await open(['main', 'other']);
    const body = envelope('incident.triggered', incidentData());
    expect((await post(body)).text).toContain('pagerduty/main, pagerduty/other');
    expect((await post(body, { path: '/other' })).status).toBe(200);
  });
});

describe('signatures that match no secret', () => {
  const body = envelope('pagey.ping', { type: 'ping' });

  it('are told to those who look after security when they repeat', async () => {
    for (let times = 0; times < 3; times += 1) await post(body, { secret: 'forged' });
    await small.clock.passes(60_000);
    expect(small.types()).toEqual(['RefusalsCounted', 'IncidentOpened', 'SecurityNoticed']);
    const notice = small.journal.all.at(-1)?.event;
    expect(notice).toMatchObject({
      facts: { count: 3, door: 'pagerduty/main', code: 'PAGE_SIGNATURE_MISMATCH' },
    });
  });

  it('are only counted when it is one', async () => {
    await post(body, { secret: 'forged' });
    await small.clock.passes(60_000);
    expect(small.types()).toEqual(['RefusalsCounted']);
  });
});

async function open(names: readonly string[]): Promise<void> {
  const { bot, journal, clock } = small;
  server = await listen({
    name: 'server',
    host: '127.0.0.1',
    port: 0,
    routes: pagerdutyRoutes({
      engine: bot.engine,
      journal,
      settings: () => bot.desk.settings,
      pagers: names.map((name) => ({
        name: `pagerduty/${name}`,
        secrets: [new Secret('new'), new Secret('real')],
        answers: true,
      })),
      bodyLimitBytes: 64 * 1024,
      now: clock.now,
      sha256,
      book: { ...intakeProblems, ...pageIntakeProblems },
      metrics: { webhook: () => undefined, alerts: () => undefined },
      security: bot.security,
      compare: (pager) => asked.push(pager),
      log: () => undefined,
    }),
    log: (message, fields) => {
      throw new Error(`${message} ${String(fields['error'])}`);
    },
  });
}

async function post(
  body: object | string,
  more: { readonly secret?: string; readonly signature?: null; readonly path?: string } = {},
) {
  const bytes = typeof body === 'string' ? body : JSON.stringify(body);
  const hmac = createHmac('sha256', more.secret ?? 'real')
    .update(bytes)
    .digest('hex');
  const headers: Record<string, string> =
    more.signature === null ? {} : { 'x-pagerduty-signature': `v1=${'0'.repeat(64)},v1=${hmac}` };
  const url = `${server.url}/webhooks/pagerduty${more.path ?? ''}`;
  const answer = await fetch(url, { method: 'POST', body: bytes, headers });
  const retryAfter = answer.headers.get('retry-after');
  return { status: answer.status, retryAfter, text: await answer.text() };
}
