import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEngine } from '../../../../src/bot/engine.ts';
import { createPagerLoop, type PagerLoop } from '../../../../src/bot/loops/pager/index.ts';
import { receiveIntent } from '../../../../src/core/alert/intake.ts';
import type { Incident } from '../../../../src/core/incident/incident.ts';
import type { IncidentIntent } from '../../../../src/core/incident/intent.ts';
import { pageIntent } from '../../../../src/core/incident/page-intake.ts';
import { securityIntent } from '../../../../src/core/incident/security.ts';
import { readPagerduty } from '../../../../src/handlers/webhooks/pagerduty.ts';
import { firing, labels, person, stopped } from '../../../core/incident/given-incident.ts';
import { sha256 } from '../../../core/operation/sample.ts';
import { createMemoryJournal, type MemoryJournal } from '../../../fakes/memory-journal.ts';
import { type World, wanted, world } from '../../../integrations/pagerduty/given.ts';

const routes = {
  routes: [
    {
      match: { severity: 'critical' },
      places: {},
      page: { pager: 'pagerduty/main', via: 'payments' },
    },
  ],
  otherwise: { match: {}, places: {} },
};
const settings = { catalog: { services: [] }, routes };

let outside: World;
let journal: MemoryJournal;
let life: Life;

beforeEach(async () => {
  outside = await world({ timeoutMs: 400 });
  journal = createMemoryJournal({ now: outside.clock.now });
  life = begin();
});
afterEach(async () => {
  await life.loop.close();
  await outside.close();
  expect(outside.there.violations).toEqual([]);
});

describe('a page that PagerDuty sent', () => {
  it('acknowledged here is acknowledged there once, as the person who did', async () => {
    outside.there.triggers('It is slow');
    await delivered();
    await says({ type: 'Acknowledge', at: 0, by: person('ana') });
    expect(outside.there.incident()).toMatchObject({
      status: 'acknowledged',
      acknowledgers: ['PANA'],
    });
    expect(sent('PUT')).toBe(1);
    await delivered();
    outside.there.webhooks.repeat();
    await delivered();
    expect([sent('PUT'), acknowledgements()]).toEqual([1, 1]);
  });

  it('acknowledged there is acknowledged here, and nothing is sent back', async () => {
    outside.there.triggers('It is slow');
    outside.there.does('PBEN', 'acknowledged');
    await delivered();
    expect(incident().acknowledged?.person).toBe('ben');
    expect(sent('PUT')).toBe(0);
  });

  it('resolved there is resolved here, and the other way round', async () => {
    outside.there.triggers('one');
    await delivered();
    outside.there.does('PBEN', 'resolved');
    await delivered();
    expect(incident()).toMatchObject({
      status: 'resolved',
      resolved: { how: 'person', person: 'ben' },
    });
    outside.there.triggers('two');
    await delivered();
    await says({ type: 'Resolve', at: 0, by: person('ana'), reason: 'mended' });
    expect(outside.there.incident('Q2PAGE')).toMatchObject({
      status: 'resolved',
      changedBy: 'PANA',
    });
    expect(sent('PUT')).toBe(1);
  });

  it('is given to whoever is assigned here, and notes stand on both sides once', async () => {
    outside.there.triggers('It is slow');
    await delivered();
    await says({ type: 'Assign', at: 0, by: person('ana'), to: 'ben' });
    await says({ type: 'AddNote', at: 0, by: person('ana'), text: 'it was the disk' });
    await delivered();
    expect(outside.there.incident()).toMatchObject({
      assignees: ['PBEN'],
      notes: [{ by: 'PANA' }],
    });
    expect(types().filter((type) => type === 'NoteAdded')).toEqual(['NoteAdded']);
    expect(incident().assignee).toBe('ben');
  });

  it('that came while nobody was here is found, and so is its end', async () => {
    outside.there.triggers('It is slow');
    await compared();
    expect(incident().status).toBe('open');
    outside.there.does('PBEN', 'resolved');
    await compared();
    expect(incident()).toMatchObject({ status: 'resolved', resolved: { person: 'ben' } });
    const before = types().length;
    await compared();
    expect(types().length).toBe(before);
  });
});

describe('an incident whose route pages', () => {
  it('wakes somebody, once, and knows the page when it hears of it', async () => {
    await fires('critical');
    await delivered();
    expect(outside.there.account.incidents.size).toBe(1);
    expect(incident().pages).toMatchObject([{ page: 'Q1PAGE', status: 'triggered' }]);
    expect(journal.all.filter(({ event }) => event.type === 'IncidentOpened').length).toBe(1);
    await says({ type: 'Acknowledge', at: 0, by: person('ana') });
    expect(outside.there.incident()).toMatchObject({
      status: 'acknowledged',
      acknowledgers: ['PANA'],
    });
  });

  it('wakes whom `security:` names when the fuse blew, whatever routes say', async () => {
    const page = { pager: 'pagerduty/main', via: 'payments' };
    const facts = { operation: 'op-1', count: 5, operations: 'op-1' };
    const intent = securityIntent(
      { kind: 'fuse-blown', facts },
      {
        settings: { ...settings, security: { places: {}, page } },
        index: life.engine.readings.correlation,
        now: outside.clock.now(),
        sha256,
      },
    );
    await life.engine.receive(intent, { cause: 'fuses/op-1', by: 'tocsin' });
    await life.loop.idle();
    expect(outside.there.incident()).toMatchObject({ status: 'triggered' });
    expect(types().filter((type) => type === 'PageDeedDone')).toHaveLength(1);
  });

  it('wakes nobody for what the route does not name', async () => {
    await fires('warning');
    expect(outside.there.account.incidents.size).toBe(0);
  });

  it('ends its page with its alerts, before it was ever heard of too', async () => {
    await fires('critical');
    await receives([stopped('a', { labels: labels('Slow') })]);
    expect(outside.there.incident().status).toBe('resolved');
  });

  it('acknowledged before the page is known has it acknowledged by key, and wakes nobody longer', async () => {
    await fires('critical');
    await says({ type: 'Acknowledge', at: 0, by: person('ana') });
    expect(outside.there.incident().status).toBe('acknowledged');
  });
});

describe('a pager in trouble', () => {
  it.each([
    [{ kind: 'lost' }, 'the answer is lost'],
    [{ kind: 'status', status: 500 }, 'it fails'],
    [{ kind: 'status', status: 503 }, 'it is overloaded'],
    [{ kind: 'status', status: 429, retryAfter: 11 }, 'it has had enough of us'],
    [{ kind: 'never' }, 'it says nothing'],
  ] as const)('%j: a note is written once when %s', async (fault, _why) => {
    outside.there.triggers('It is slow');
    await delivered();
    outside.there.fails(fault, 1, /^POST .*notes/);
    await says({ type: 'AddNote', at: 0, by: person('ana'), text: 'it was the disk' });
    await settled();
    expect(outside.there.incident().notes.length).toBe(1);
    expect(incident().deeds.list).toMatchObject([{ status: 'done' }]);
  });

  it('an update of which nobody knows is not sent twice, and that is said', async () => {
    outside.there.triggers('It is slow');
    await delivered();
    outside.there.fails({ kind: 'lost' }, 1, /status_updates/);
    await says({
      type: 'AskPageDeed',
      at: 0,
      by: person('ana'),
      what: 'update',
      does: { kind: 'update', text: 'half is back' },
      pager: '',
      via: '',
    });
    await settled();
    expect(outside.there.incident().updates).toEqual(['half is back']);
    expect(journal.all.at(-1)?.event).toMatchObject({
      type: 'PageDeedFailed',
      problem: { code: 'PAGE_OUTCOME_UNKNOWN' },
    });
  });

  it('what cannot be done there is said in words, and what comes after it is done', async () => {
    outside.there.triggers('It is slow');
    await delivered();
    await says({ type: 'Assign', at: 0, by: person('ana'), to: 'cem' });
    await says({ type: 'Acknowledge', at: 0, by: person('ana') });
    expect(incident().deeds.list.map(({ status }) => status)).toEqual(['failed', 'done']);
    expect(outside.there.incident().status).toBe('acknowledged');
  });
});

describe('a process that ends in the middle', () => {
  it.each(['before it was sent', 'after it was sent'])('writes a note once: %s', async (when) => {
    outside.there.triggers('It is slow');
    await delivered();
    const id = incidentId();
    if (when === 'after it was sent')
      await outside.integration.pager.perform(
        wanted(
          { kind: 'note', text: 'it was the disk' },
          { deed: `${id}/1`, incident: { ...wanted({ kind: 'acknowledge' }).incident, id } },
        ),
      );
    await life.loop.close();
    await life.engine.tellIncident(
      id,
      { type: 'AddNote', at: 0, by: person('ana'), text: 'it was the disk' },
      { cause: 'note', by: 'ana' },
    );
    await life.engine.tellIncident(
      id,
      { type: 'RecordPageDeed', at: 0, deed: 1, became: { kind: 'begun' } },
      { cause: 'begun', by: 'tocsin' },
    );
    life = begin(life.engine);
    life.loop.start();
    await settled();
    expect(outside.there.incident().notes.length).toBe(1);
    expect(incident().deeds.list).toMatchObject([{ status: 'done' }]);
  });
});

interface Life {
  readonly engine: ReturnType<typeof createEngine>;
  readonly loop: PagerLoop;
}

function begin(engine = createEngine({ journal, now: outside.clock.now, sha256 })): Life {
  const { clock, integration } = outside;
  const loop = createPagerLoop({
    engine,
    clock,
    pagers: [integration.pager],
    intentOf: (delivery) =>
      pageIntent(delivery, {
        settings,
        now: clock.now(),
        sha256,
        index: engine.readings.correlation,
      }),
    toldOf: ({ opened }) => ({ ...wanted({ kind: 'trigger' }).incident, id: opened.incident }),
    compareEveryMs: 300_000,
    log: () => undefined,
  });
  journal.onAppended((recorded) => {
    for (const each of recorded) engine.took(each);
  });
  engine.onChange((changed) => {
    if (changed.kind === 'incident') loop.wake(changed.id);
  });
  return { engine, loop };
}

/** What PagerDuty has to say is taken as the intake takes it. */
async function delivered(): Promise<void> {
  const { there, clock } = outside;
  const { createServer } = await import('node:http');
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const signature = `v1=${createHmac('sha256', 's').update(body).digest('hex')}`;
    expect(request.headers['x-pagerduty-signature']).toBe(signature);
    const people = ['ana', 'ben'].map((id) => ({
      id,
      name: id,
      accounts: { pagerduty: [`P${id.toUpperCase()}`] },
    }));
    const outcome = readPagerduty(body, {
      source: 'pagerduty/main',
      receivedAt: clock.now(),
      people,
    });
    if (outcome.kind === 'news') {
      const intent = pageIntent(outcome.delivery, {
        settings,
        now: clock.now(),
        sha256,
        index: life.engine.readings.correlation,
      });
      await life.engine.tellIncident(intent.incident, intent, {
        cause: `page/pagerduty/main/${outcome.event}`,
        by: 'source:pagerduty/main',
      });
    }
    response.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  there.webhooks.subscribe({ url: `http://127.0.0.1:${port}`, secret: 's' });
  await there.webhooks.deliver();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await life.loop.idle();
}

async function compared(): Promise<void> {
  life.loop.compare('pagerduty/main');
  await outside.clock.passes(4000);
  await life.loop.idle();
}

/** Whatever waits for its time gets it. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 12; turn += 1) {
    await life.loop.idle();
    await outside.clock.passes(15_000);
  }
  await life.loop.idle();
}

async function says(intent: IncidentIntent): Promise<void> {
  const { clock } = outside;
  await life.engine.tellIncident(
    incidentId(),
    { ...intent, at: clock.now() },
    { cause: `said/${journal.all.length}`, by: 'ana' },
  );
  await life.loop.idle();
}

async function fires(severity: string): Promise<void> {
  await receives([firing('a', { labels: labels('Slow', { severity }) })]);
}

async function receives(
  observations: Parameters<typeof receiveIntent>[0]['observations'],
): Promise<void> {
  const { clock } = outside;
  const delivery = {
    source: 'alertmanager/main',
    receiver: '',
    groupKey: 'g',
    groupLabels: {},
    truncated: 0,
    externalUrl: '',
    observations,
    unreadable: [],
  };
  const intent = receiveIntent(delivery, {
    settings,
    index: life.engine.readings.correlation,
    now: clock.now(),
    sha256,
    sourceAnswers: false,
  });
  await life.engine.receive(intent, {
    cause: `alerts/${journal.all.length}`,
    by: 'source:alertmanager/main',
  });
  await life.loop.idle();
}

function incidentId(): string {
  return [...life.engine.readings.incidents.keys()].at(-1) ?? '';
}

function incident(): Incident {
  const state = life.engine.readings.incidents.get(incidentId())?.state;
  if (!state || state.status === 'none') throw new Error('there is no incident');
  return state;
}

function types(): readonly string[] {
  return journal.all.map(({ event }) => event.type);
}

function acknowledgements(): number {
  return types().filter((type) => type === 'IncidentAcknowledged').length;
}

function sent(method: string): number {
  return outside.there.requests.filter((request) => request.startsWith(method)).length;
}
