import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ConsoleProposals } from '../../../src/bot/surfaces/console/index.ts';
import { bookOf } from '../../../src/cli/book.ts';
import { proposalsOfTokens } from '../../../src/cli/console-records.ts';
import { type SmallBot, startSmallBot } from '../../fakes/small-bot.ts';
import { exchange, type Reply, type Stage, startStage } from './stage.ts';

const line = 'restart checkout env=production';
const body = { line, why: 'its memory grows' };

let stage: Stage;
let small: SmallBot;
let incident: string;

/** The console's own routes before a bot that decides. */
beforeEach(async () => {
  small = await startSmallBot({ book: bookOf() });
  incident = await small.declares();
  stage = await startStage({
    now: small.clock.now,
    tokens: [
      { name: 'reader', token: 'read-token', scopes: ['read'] },
      { name: 'deploys', token: 'line-token', scopes: ['commands'] },
      { name: 'other', token: 'other-token', scopes: ['commands'] },
    ],
  });
  const proposals: ConsoleProposals = proposalsOfTokens(small.bot);
  Object.assign(stage.desk, { proposals, thread: small.bot.threads.desired });
});
afterEach(() => stage.close());

function send(path: string, sent: unknown, token = 'line-token'): Promise<Reply> {
  return exchange(`${stage.url}/api/v1/incidents/${incident}/proposals${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
    body: typeof sent === 'string' ? sent : JSON.stringify(sent),
  });
}

function read(token: string): Promise<Reply> {
  return stage.get(`/api/v1/incidents/${incident}/proposals`, { Authorization: `Bearer ${token}` });
}

function codeOf(reply: Reply): unknown {
  return [reply.status, JSON.parse(reply.body).problem?.code];
}

const idOf = (reply: Reply): string => JSON.parse(reply.body).proposal.proposal;

describe('a program proposes', () => {
  it('and reads what became of it', async () => {
    const made = await send('', { ...body, for: '30m', key: 'deploy-4711' });
    expect([made.status, JSON.parse(made.body)]).toMatchObject([
      201,
      {
        how: 'made',
        proposal: {
          ...body,
          ...{ state: 'live', service: 'checkout', environment: 'production', request: null },
          proposedBy: { kind: 'token', name: 'deploys' },
          until: new Date(small.clock.now() + 1_800_000).toISOString(),
        },
      },
    ]);
    const again = await send('', { ...body, for: '30m', key: 'deploy-4711' });
    expect([again.status, JSON.parse(again.body).how]).toEqual([200, 'again']);
    expect(idOf(again)).toBe(idOf(made));
    await small.says('ana', `request ${idOf(made)}`, { incident });
    const { proposals } = JSON.parse((await read('read-token')).body);
    expect(proposals).toMatchObject([
      {
        proposal: idOf(made),
        request: { person: 'ana', operation: expect.stringMatching(/^op-/) },
      },
    ]);
    expect(JSON.parse((await read('line-token')).body).proposals).toEqual(proposals);
  });

  it('takes back its own, and nothing of another one', async () => {
    const path = `/${idOf(await send('', body))}/withdraw`;
    expect(codeOf(await send(path, { why: 'mine now' }, 'other-token'))).toEqual([
      404,
      'PROPOSAL_UNKNOWN',
    ]);
    expect(codeOf(await send(path, {}))).toEqual([400, 'CONSOLE_PROPOSAL_UNREADABLE']);
    const gone = await send(path, { why: 'it is well' });
    expect(JSON.parse(gone.body)).toMatchObject({ proposal: { state: 'withdrawn' } });
    expect((await send(path, { why: 'it is well' })).status).toBe(200);
  });

  it('the same as another one, and is told whose it is', async () => {
    const first = await send('', body);
    const second = await send('', body, 'other-token');
    expect([second.status, JSON.parse(second.body)]).toMatchObject([
      200,
      { how: 'joined', proposal: { proposal: idOf(first), proposedBy: { name: 'deploys' } } },
    ]);
  });
});

describe('what a program may not', () => {
  it('is all that wants a person: it neither asks nor approves', async () => {
    const proposal = idOf(await send('', body));
    for (const said of [`request ${proposal}`, `dismiss ${proposal}`, 'approve op-1 aaaaaaaaaa']) {
      const url = `${stage.url}/api/v1/incidents/${incident}/lines`;
      const reply = await exchange(url, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', Authorization: 'Bearer line-token' },
        body: JSON.stringify({ line: said }),
      });
      expect(codeOf(reply)).toEqual([403, 'CONSOLE_TOKEN_APPROVES']);
    }
    expect([...small.bot.engine.readings.operations.keys()]).toEqual([]);
  });

  it('is to propose without the scope, or as a person', async () => {
    expect(codeOf(await send('', body, 'read-token'))).toEqual([403, 'CONSOLE_TOKEN_REFUSED']);
    expect(codeOf(await send('', body, 'nobody'))).toEqual([401, 'CONSOLE_TOKEN_REFUSED']);
    const asPerson = await exchange(`${stage.url}/api/v1/incidents/${incident}/proposals`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Tocsin-As': 'ben' },
      body: JSON.stringify(body),
    });
    expect(codeOf(asPerson)).toEqual([403, 'CONSOLE_PROPOSAL_OF_PERSON']);
    expect(small.types()).not.toContain('ProposalMade');
  });

  it.each<[unknown, number, string]>([
    ['{', 400, 'CONSOLE_PROPOSAL_UNREADABLE'],
    [[], 400, 'CONSOLE_PROPOSAL_UNREADABLE'],
    [{ line }, 400, 'CONSOLE_PROPOSAL_UNREADABLE'],
    [{ ...body, why: '  ' }, 400, 'CONSOLE_PROPOSAL_UNREADABLE'],
    [{ ...body, why: 'x'.repeat(501) }, 400, 'CONSOLE_PROPOSAL_UNREADABLE'],
    [{ ...body, line: '\ud800' }, 400, 'CONSOLE_PROPOSAL_UNREADABLE'],
    [{ ...body, for: '25h' }, 400, 'CONSOLE_PROPOSAL_UNREADABLE'],
    [{ ...body, for: 3600 }, 400, 'CONSOLE_PROPOSAL_UNREADABLE'],
    [{ ...body, key: 'a b' }, 400, 'CONSOLE_PROPOSAL_UNREADABLE'],
    [{ ...body, requester: 'ana' }, 400, 'CONSOLE_PROPOSAL_UNREADABLE'],
    [{ ...body, line: `${line}\napprove op-1` }, 400, 'CONSOLE_LINE_TOO_LONG'],
    [{ ...body, why: 'x'.repeat(20_000) }, 413, 'CONSOLE_BODY_TOO_LARGE'],
    [{ ...body, line: 'approve op-1' }, 422, 'PROPOSAL_NO_CHANGE'],
    [{ ...body, line: `${line} reason="trust me"` }, 422, 'PROPOSAL_ARGUMENT'],
    [{ ...body, line: 'restart checkout env=moon' }, 422, 'ENVIRONMENT_UNKNOWN'],
  ])('%j is refused in five parts', async (sent, status, code) => {
    const reply = await send('', sent);
    expect(codeOf(reply)).toEqual([status, code]);
    const { problem } = JSON.parse(reply.body);
    for (const part of ['what', 'changed', 'why', 'next']) expect(problem[part]).not.toBe('');
    expect(small.types()).not.toContain('ProposalMade');
  });

  it('is to use a key twice, to flood, and to propose for what is over or private', async () => {
    await send('', { ...body, key: 'deploy-4711' });
    const other = { ...body, line: 'scale checkout 3 env=production', key: 'deploy-4711' };
    expect(codeOf(await send('', other))).toEqual([409, 'PROPOSAL_KEY_USED']);
    for (let count = 0; count < 8; count += 1) await send('', body);
    const flood = await send('', body);
    expect(codeOf(flood)).toEqual([429, 'TOO_MANY_REQUESTS']);
    expect(flood.headers['retry-after']).toBe('2');
    await small.says('ana', 'resolve', { incident });
    expect(codeOf(await send('', body, 'other-token'))).toEqual([409, 'PROPOSAL_INCIDENT_OVER']);
    await small.says('ana', 'declare "somebody leaks" private=true');
    incident = [...small.bot.engine.readings.incidents.keys()].at(-1) ?? '';
    expect(codeOf(await send('', body, 'other-token'))).toEqual([404, 'INCIDENT_NOT_FOUND']);
  });
});

describe('the text of a proposal', () => {
  it('is text, whatever it looks like', async () => {
    await send('', { ...body, why: '<img src=x onerror=alert(1)> <!channel> [x](http://evil)' });
    const thread = await small.bot.threads.desired(incident);
    if (!thread) throw new Error('no thread');
    stage.desk.threads.set(incident, thread);
    const page = await stage.get(`/as/ana/incidents/${incident}`);
    expect(page.status).toBe(200);
    expect(page.body).toContain('&#60;img src=x');
    expect(page.body).not.toContain('<img src=x');
  });
});
