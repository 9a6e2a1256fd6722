import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { matchersOf } from '../../../src/core/alert/matcher.ts';
import type { SilenceWanted } from '../../../src/core/ports/silences.ts';
import { Secret } from '../../../src/core/secret.ts';
import { connect } from '../../../src/integrations/alertmanager/index.ts';

const ends: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

const wanted: SilenceWanted = {
  silence: 'sil-0123456789',
  matchers: matchersOf({ alertname: 'Slow', pod: 'a "b"' }),
  startsAt: Date.UTC(2026, 10, 20, 3),
  endsAt: Date.UTC(2026, 10, 20, 4),
  createdBy: 'ana (tocsin)',
  comment: 'being replaced · ana in inc-1',
};

describe('a silence at an Alertmanager', () => {
  it('matches whole labels, and its comment says whose it is', async () => {
    const { silences, requests } = await answering(200, { silenceID: 'am-1' });
    expect(await silences.create(wanted)).toEqual({ ok: true, ref: 'am-1' });
    expect(requests).toMatchObject([
      {
        method: 'POST',
        url: '/am/api/v2/silences',
        authorization: 'Bearer t0k',
        body: {
          matchers: [
            { name: 'alertname', value: 'Slow', isRegex: false, isEqual: true },
            { name: 'pod', value: 'a "b"', isRegex: false, isEqual: true },
          ],
          startsAt: '2026-11-20T03:00:00.000Z',
          endsAt: '2026-11-20T04:00:00.000Z',
          createdBy: 'ana (tocsin)',
          comment: 'being replaced · ana in inc-1 [tocsin sil-0123456789]',
        },
      },
    ]);
  });

  it('is known by no mark that somebody wrote into a reason', async () => {
    const { silences, requests } = await answering(200, { silenceID: 'am-1' });
    const comment = 'x [tocsin sil-9999999999] [TOCSIN sil-1] · eve in inc-1';
    await silences.create({ ...wanted, comment });
    const body = JSON.stringify(requests[0]?.body);
    expect(body.match(/\[tocsin /gi)).toHaveLength(1);
    expect(body).toContain('(tocsin sil-9999999999]');
  });

  it('is changed under its name, with the start that it has there', async () => {
    const { silences, requests } = await answering(200, { silenceID: 'am-1' });
    const changes = {
      ...{ ref: 'am-1', silence: wanted.silence, createdBy: 'ana (tocsin)', comment: '' },
      startsAt: '2026-11-20T02:59:59.123Z',
      endsAt: wanted.endsAt,
      // Another order is not another silence, and there it would be.
      matchers: [...wanted.matchers].reverse(),
    };
    await silences.create({ ...wanted, changes });
    expect(requests).toMatchObject([
      {
        body: {
          id: 'am-1',
          startsAt: '2026-11-20T02:59:59.123Z',
          matchers: [{ name: 'pod' }, { name: 'alertname' }],
        },
      },
    ]);
  });

  it('is asked what it would hide, each condition as a value of its own', async () => {
    const { silences, requests } = await answering(200, []);
    const evil = { name: 'pod', op: '=', value: 'a"&filter=severity=~".*' } as const;
    const nots = { name: 'node-id', op: '!~', value: 'x|\\d' } as const;
    expect(await silences.matching([evil, nots])).toEqual({ ok: true, alerts: [] });
    const asked = new URL(requests[0]?.url ?? '', 'http://am').searchParams.getAll('filter');
    expect(asked).toEqual(['pod="a\\"&filter=severity=~\\".*"', '"node-id"!~"x|\\\\d"']);
  });

  it('is found by that comment while it holds, whatever else stands there', async () => {
    const listed = (id: string, comment: unknown, state: string) => ({
      id,
      comment,
      status: { state },
    });
    const { silences } = await answering(200, [
      listed('am-1', 'x [tocsin sil-0123456789]', 'active'),
      listed('am-2', 'x [tocsin sil-0123456789]', 'expired'),
      listed('am-3', 'x [tocsin sil-9999999999]', 'active'),
      listed('am-4', 'x [tocsin sil-0123456789]', 'pending'),
      listed('am-5', 7, 'active'),
      null,
    ]);
    const found = await silences.find(wanted);
    expect(found.ok && found.held.map(({ ref }) => ref)).toEqual(['am-1', 'am-4']);
    expect(found).toMatchObject({ isOver: true, isWhole: true });
  });

  it('is taken away, also when it is not there any more', async () => {
    const { silences, requests } = await answering(200, '');
    expect(await silences.remove('am/1')).toEqual({ ok: true, ref: 'am/1' });
    expect(requests).toMatchObject([{ method: 'DELETE', url: '/am/api/v2/silence/am%2F1' }]);
    const gone = await answering(404, '"silence not found"');
    expect(await gone.silences.remove('am-1')).toEqual({ ok: true, ref: 'am-1' });
  });
});

describe('what cannot be known or is not wanted', () => {
  it.each([
    [400, 'bad matcher', 'refused', 'ALERTMANAGER_SILENCE_REFUSED'],
    [403, '', 'refused', 'ALERTMANAGER_SILENCE_REFUSED'],
    [302, '', 'refused', 'ALERTMANAGER_SILENCE_REFUSED'],
    [429, '', 'wait', 'ALERTMANAGER_SILENCE_REFUSED'],
    [503, '', 'wait', 'ALERTMANAGER_SILENCE_REFUSED'],
    [502, '', 'unknown', 'ALERTMANAGER_SILENCE_REFUSED'],
    [500, '', 'unknown', 'ALERTMANAGER_SILENCE_REFUSED'],
    [200, '<html>', 'unknown', 'ALERTMANAGER_UNREADABLE'],
    [200, '{}', 'unknown', 'ALERTMANAGER_UNREADABLE'],
  ])('an answer of %i %j to a create: %s', async (status, body, why, code) => {
    const { silences, requests } = await answering(status, body);
    expect(await silences.create(wanted)).toMatchObject({ ok: false, why, problem: { code } });
    expect(requests).toHaveLength(1);
  });

  it('a connection that was never made sent nothing; one that broke may have', async () => {
    const closed = await answering(200, '');
    await closed.close();
    expect(await closed.silences.create(wanted)).toMatchObject({ ok: false, why: 'wait' });
    const broken = await answering(0, '');
    expect(await broken.silences.create(wanted)).toMatchObject({ ok: false, why: 'unknown' });
  });

  it('an answer that does not come in time is not known', async () => {
    const { silences } = await answering(-1, '', 50);
    expect(await silences.create(wanted)).toMatchObject({
      ok: false,
      why: 'unknown',
      problem: { code: 'ALERTMANAGER_TIMEOUT' },
    });
  });

  it('a list that cannot be read is asked for again, and nothing is made meanwhile', async () => {
    for (const body of ['<html>', '{}']) {
      const { silences } = await answering(200, body);
      expect(await silences.find(wanted)).toMatchObject({
        ok: false,
        why: 'wait',
        problem: { code: 'ALERTMANAGER_UNREADABLE' },
      });
    }
  });

  it('one that fails over and over is left alone for a while', async () => {
    const { silences, requests } = await answering(500, '');
    for (let times = 0; times < 5; times += 1) await silences.create(wanted);
    expect(await silences.create(wanted)).toMatchObject({
      why: 'wait',
      problem: { code: 'ALERTMANAGER_RESTS' },
    });
    expect(requests).toHaveLength(5);
  });
});

interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly authorization: string | undefined;
  readonly body: unknown;
}

/** A status of 0 breaks the connection, one below keeps it waiting. */
async function answering(status: number, answer: unknown, timeoutMs = 5000) {
  const requests: Seen[] = [];
  const server = createServer(async (request, response) => {
    const text = await read(request);
    const { method, url, headers } = request;
    const body: unknown = text === '' ? undefined : JSON.parse(text);
    requests.push({ method, url, authorization: headers.authorization, body });
    if (status < 0) return;
    if (status === 0) request.socket.destroy();
    else
      response.writeHead(status).end(typeof answer === 'string' ? answer : JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const integration = connect(
    {
      source: 'alertmanager/main',
      url: `http://127.0.0.1:${port}/am/`,
      timeoutMs,
      bearer: new Secret('t0k'),
    },
    { clock: { now: () => 0, after: () => () => undefined } },
  );
  const close = async () => {
    integration.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  ends.push(close);
  const shut = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { silences: integration.silences, requests, close: shut };
}

async function read(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}
