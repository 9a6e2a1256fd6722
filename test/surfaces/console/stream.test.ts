import { type ClientRequest, get, IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFragments, createSequence } from '../../../src/bot/surfaces/console/fragments.ts';
import { renderThread } from '../../../src/bot/surfaces/console/page.ts';
import { createEventStream } from '../../../src/bot/surfaces/console/stream.ts';
import {
  lineEntry,
  planCard,
  refusalCard,
  runningCard,
  sampleRows,
  sampleThread,
} from './sample-cards.ts';
import { type Stage, startStage } from './stage.ts';

interface ServerSent {
  readonly id: string | undefined;
  readonly event: string;
  readonly data: { list?: string; order?: string[]; keep?: true; html: Record<string, string> };
}

interface Follower {
  readonly status: number;
  next(): Promise<ServerSent>;
  /** The next of a list, of an event's name, or the next `order` alone; others are passed over. */
  nextOf(what: string): Promise<ServerSent>;
  leave(): void;
}

let stage: Stage;
const followers: Follower[] = [];

beforeEach(async () => {
  stage = await startStage();
});
afterEach(async () => {
  for (const follower of followers.splice(0)) follower.leave();
  await stage.close();
});

function follow(path: string, headers: Record<string, string> = {}): Promise<Follower> {
  return new Promise((done, fail) => {
    const waiting: ((sent: ServerSent) => void)[] = [];
    const come: ServerSent[] = [];
    let text = '';
    const request: ClientRequest = get(
      `${stage.url}${path}`,
      { headers, agent: false },
      (response) => {
        response.setEncoding('utf8');
        response.on('error', () => undefined);
        response.on('data', (chunk: string) => {
          text += chunk;
          for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
            const sent = parse(text.slice(0, end));
            text = text.slice(end + 2);
            if (sent === undefined) continue;
            const waiter = waiting.shift();
            if (waiter === undefined) come.push(sent);
            else waiter(sent);
          }
        });
        const follower: Follower = {
          status: response.statusCode ?? 0,
          next: () => {
            const first = come.shift();
            return first === undefined
              ? new Promise((told) => waiting.push(told))
              : Promise.resolve(first);
          },
          async nextOf(what) {
            const sent = await follower.next();
            const names = [sent.data.keep ? 'order' : sent.data.list, sent.event];
            return names.includes(what) ? sent : follower.nextOf(what);
          },
          leave: () => request.destroy(),
        };
        followers.push(follower);
        done(follower);
      },
    );
    request.on('error', fail);
  });
}

function parse(block: string): ServerSent | undefined {
  const fields = new Map(
    block.split('\n').map((line) => [line.split(': ', 1)[0], line.slice(line.indexOf(': ') + 2)]),
  );
  const data = fields.get('data');
  return data === undefined
    ? undefined
    : { id: fields.get('id'), event: fields.get('event') ?? '', data: JSON.parse(data) };
}

async function cursorOf(path: string): Promise<string> {
  return /data-cursor="([^"]+)"/.exec((await stage.get(path)).body)?.[1] ?? '';
}

function ensureLine(key: string, words: string) {
  const entry = lineEntry(key, 9, words);
  return stage.console.surface.ensureEntry({
    incident: 'inc-1',
    place: '',
    root: 'inc-1',
    entry,
    ref: undefined,
  });
}

function ensureOperation(card = planCard) {
  const entry = { kind: 'card' as const, key: 'operation/op-41', card };
  return stage.console.surface.ensureEntry({
    incident: 'inc-1',
    place: '',
    root: 'inc-1',
    entry,
    ref: undefined,
  });
}

const events = '/as/ana/events?incident=inc-1';

describe('following an incident', () => {
  it('gets what changes after the page, and only that', async () => {
    await ensureLine('line/1', 'before');
    const cursor = await cursorOf('/as/ana/incidents/inc-1');
    await ensureLine('line/2', 'between');
    const follower = await follow(`${events}&since=${cursor}`);
    const first = await follower.nextOf('thread');
    expect(Object.keys(first.data.html)).toEqual(['line/2']);
    expect(first.data.order).toBeUndefined();
    await ensureLine('line/3', 'after');
    const second = await follower.nextOf('thread');
    expect(Object.keys(second.data.html)).toEqual(['line/3']);
    expect(second.data.html['line/3']).toContain('after');
  });

  it('hears nothing of a card that is ensured again unchanged', async () => {
    await ensureOperation();
    const follower = await follow(`${events}&since=${await cursorOf('/as/ana/incidents/inc-1')}`);
    await ensureOperation();
    await ensureOperation(runningCard);
    const sent = await follower.nextOf('thread');
    expect(sent.data.html['operation/op-41']).toContain('RUNNING');
  });

  it('resumes where it stopped: each change once, whatever was missed', async () => {
    const follower = await follow(`${events}&since=${await cursorOf('/as/ana/incidents/inc-1')}`);
    await ensureLine('line/1', 'one');
    const seen = await follower.nextOf('thread');
    follower.leave();
    await ensureLine('line/2', 'two');
    await ensureOperation();
    await ensureOperation(runningCard);
    const again = await follow(`${events}&since=long-ago`, { 'Last-Event-ID': seen.id ?? '' });
    const missed = await again.nextOf('thread');
    expect(Object.keys(missed.data.html)).toEqual(['line/2', 'operation/op-41']);
    expect(missed.data.html['operation/op-41']).toContain('RUNNING');
  });

  it.each(['', 'garbage', 'aaaaaaaaaaaa-1', 'x-y-z', '-1'])(
    'gets the whole thread for a cursor that says nothing here: %j',
    async (cursor) => {
      const follower = await follow(events, { 'Last-Event-ID': cursor });
      const whole = await follower.nextOf('thread');
      const expected = renderThread(sampleThread, true);
      expect(whole.data.order).toEqual(expected.map((one) => one.key));
      expect(whole.data.html).toEqual(
        Object.fromEntries(expected.map((one) => [one.key, one.html])),
      );
    },
  );

  it('gets the whole thread for a cursor from the future', async () => {
    const [epoch] = (await cursorOf('/as/ana/incidents/inc-1')).split('-');
    const follower = await follow(`${events}&since=${epoch}-999`);
    expect((await follower.nextOf('thread')).data.order).toBeDefined();
  });

  it('loses nothing that changes while the whole thread is read', async () => {
    const { thread } = stage.desk;
    stage.desk.thread = async (incident, by) => {
      const before = await thread(incident, by);
      await ensureLine('line/late', 'late');
      return before;
    };
    const follower = await follow(`${events}&since=unknown`);
    const whole = await follower.nextOf('thread');
    expect(whole.data.order).not.toContain('line/late');
    expect(Object.keys((await follower.nextOf('thread')).data.html)).toEqual(['line/late']);
  });

  it('hears where something new belongs, once it is there', async () => {
    const follower = await follow(`${events}&since=${await cursorOf('/as/ana/incidents/inc-1')}`);
    await follower.nextOf('order');
    const [first, ...rest] = sampleThread.entries;
    const early = lineEntry('line/early', 1, 'seen earlier, told later');
    const entries = first === undefined ? [] : [first, early, ...rest];
    stage.desk.threads.set('inc-1', { ...sampleThread, entries });
    await ensureLine('line/early', 'seen earlier, told later');
    expect((await follower.nextOf('thread')).data.order).toBeUndefined();
    expect((await follower.nextOf('order')).data).toEqual({
      list: 'thread',
      order: ['root', 'line/1', 'line/early', 'line/2', 'operation/op-41', 'line/3'],
      keep: true,
      html: {},
    });
  });

  it('hears nothing of other incidents', async () => {
    const cursor = await cursorOf('/as/ana/incidents/inc-1');
    const follower = await follow(`${events}&since=${cursor}`);
    const entry = lineEntry('line/x', 1, 'elsewhere');
    await stage.console.surface.ensureEntry({
      incident: 'inc-2',
      place: '',
      root: 'inc-2',
      entry,
      ref: undefined,
    });
    await ensureLine('line/here', 'here');
    expect(Object.keys((await follower.nextOf('thread')).data.html)).toEqual(['line/here']);
  });

  it('is refused for an incident that is not', async () => {
    expect((await follow('/as/ana/events?incident=none')).status).toBe(404);
  });

  it('gets an answer said to all, and never one that was whispered', async () => {
    const follower = await follow(`${events}&since=${await cursorOf('/as/ana/incidents/inc-1')}`);
    await stage.post('/as/ben/incidents/inc-1', { line: 'approve op-41' });
    stage.desk.answer = { to: 'thread', card: { ...refusalCard, title: ['for everybody'] } };
    await stage.post('/as/ben/incidents/inc-1', { line: 'logs checkout' });
    const sent = await follower.nextOf('answer');
    expect(sent.event).toBe('answer');
    expect(JSON.stringify(sent.data)).toContain('for everybody');
    expect(JSON.stringify(sent.data)).toContain('Ben asked');
  });
});

describe('following the lists of incidents', () => {
  it('hears of a row that changed and of a new order', async () => {
    const follower = await follow(`/as/ana/events?since=${await cursorOf('/as/ana/incidents/')}`);
    await follower.next();
    const [first, second, closed] = sampleRows;
    if (first === undefined || second === undefined || closed === undefined)
      throw new Error('rows');
    stage.desk.rows = [
      { ...second, mark: 'CRITICAL' },
      { ...first, closedAt: first.openedAt + 1 },
      closed,
    ];
    await ensureLine('line/1', 'something happened');
    const open = await follower.nextOf('open');
    expect(open.data.order).toEqual(['inc-2']);
    expect(Object.keys(open.data.html)).toEqual(['inc-2']);
    const gone = await follower.nextOf('closed');
    expect(gone.data.order).toEqual(['inc-1', 'inc-0']);
    expect(Object.keys(gone.data.html)).toEqual(['inc-1']);
  });

  it('two browsers hear the same, also when the second comes while a change waits', async () => {
    const early = await follow(`/as/ana/events?since=${await cursorOf('/as/ana/incidents/')}`);
    await early.next();
    const [first] = sampleRows;
    stage.desk.rows = first === undefined ? [] : [{ ...first, mark: 'MAJOR' }];
    const late = await follow('/as/ben/events?since=nothing');
    expect((await early.nextOf('open')).data.html['inc-1']).toContain('MAJOR');
    expect((await late.nextOf('open')).data.html['inc-1']).toContain('MAJOR');
  });
});

describe('the stream', () => {
  it('takes a bounded number of browsers', async () => {
    await stage.close();
    stage = await startStage({ limits: { clientsMax: 1 } });
    expect((await follow('/as/ana/events')).status).toBe(200);
    expect((await follow('/as/ana/events')).status).toBe(503);
  });

  it('cuts a browser that does not read, and counts it', async () => {
    let dropped = 0;
    const counts: number[] = [];
    const stream = createEventStream(
      { clientsMax: 9, bufferedBytesMax: 1000, watchedMs: 0, now: () => 0 },
      {
        clients: (count) => counts.push(count),
        dropped: () => (dropped += 1),
        refused: () => undefined,
      },
    );
    const response = new ServerResponse(new IncomingMessage(new Socket()));
    stream.join({ response, incident: undefined, welcome: async () => true, first: [] });
    for (let turn = 0; turn < 3; turn += 1) {
      stream.publish({ event: 'list', data: { html: 'x'.repeat(2000) } });
    }
    expect([dropped, stream.clients(), response.destroyed]).toEqual([1, 0, true]);
    expect(counts).toEqual([1, 0]);
  });

  it('does not hold a long first message against a browser', async () => {
    const stream = createEventStream(
      { clientsMax: 9, bufferedBytesMax: 1000, watchedMs: 0, now: () => 0 },
      { clients: () => undefined, dropped: () => undefined, refused: () => undefined },
    );
    const response = new ServerResponse(new IncomingMessage(new Socket()));
    const long = { event: 'list' as const, data: { html: 'x'.repeat(50_000) } };
    stream.join({ response, incident: undefined, welcome: async () => true, first: [long] });
    stream.publish({ event: 'list', data: {} });
    expect([stream.clients(), response.destroyed]).toEqual([1, false]);
    stream.publish(long);
    stream.publish({ event: 'list', data: {} });
    expect([stream.clients(), response.destroyed]).toEqual([0, true]);
  });

  it('keeps silence alive with comments, and ends for those who are signed out', async () => {
    const written: string[] = [];
    const stream = createEventStream(
      { clientsMax: 9, bufferedBytesMax: 1e6, watchedMs: 0, now: () => 0 },
      { clients: () => undefined, dropped: () => undefined, refused: () => undefined },
    );
    const response = new ServerResponse(new IncomingMessage(new Socket()));
    response.write = (text: string) => written.push(text) > 0;
    let signedIn = true;
    stream.join({ response, incident: undefined, welcome: async () => signedIn, first: [] });
    await stream.beat();
    expect(written.at(-1)).toBe(': still here\n\n');
    signedIn = false;
    await stream.beat();
    expect(written.at(-1)).toBe('event: signed-out\ndata: {}\n\n');
    expect([stream.clients(), response.writableEnded]).toEqual([0, true]);
  });
});

describe('what nobody looks at', () => {
  function streamAt(now: () => number) {
    const limits = { clientsMax: 9, bufferedBytesMax: 1e6, watchedMs: 1000, now };
    const quiet = {
      clients: () => undefined,
      dropped: () => undefined,
      refused: () => undefined,
    };
    return createEventStream(limits, quiet);
  }

  it('is looked at while somebody follows, and a moment longer', () => {
    let now = 0;
    const stream = streamAt(() => now);
    const response = new ServerResponse(new IncomingMessage(new Socket()));
    stream.join({ response, incident: 'inc-1', welcome: async () => true, first: [] });
    now = 5000;
    expect([stream.isWatched('inc-1'), stream.isWatched('inc-2')]).toEqual([true, false]);
    response.emit('close');
    expect(stream.isWatched('inc-1')).toBe(true);
    now = 6000;
    expect(stream.isWatched('inc-1')).toBe(false);
  });

  it('is looked at from the moment somebody opens it', () => {
    const stream = streamAt(() => 0);
    stream.expect('inc-1');
    expect(stream.isWatched('inc-1')).toBe(true);
  });

  it('is not rendered, and whoever comes back from before gets all of it', () => {
    const sequence = createSequence('e');
    const fragments = createFragments(sequence, 1000);
    fragments.put('a', { key: 'root', html: 'old', digest: '' });
    const before = sequence.current();
    fragments.skip('a');
    expect(fragments.since('a', before)).toBe('gone');
    expect(fragments.since('b', before)).toEqual([]);
    expect(fragments.since('a', sequence.current())).toEqual([]);
    fragments.put('a', { key: 'root', html: 'new', digest: '' });
    expect(fragments.since('a', before + 1)).toHaveLength(1);
  });
});
