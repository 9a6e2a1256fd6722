import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { exportReadings } from '../../src/bot/readings-snapshot.ts';
import { receiveIntent } from '../../src/core/alert/intake.ts';
import { firing } from '../core/incident/given-incident.ts';
import { sha256 } from '../core/operation/sample.ts';
import { startSmallBot } from '../fakes/small-bot.ts';
import { cause, opened, tempPath } from '../journal/temp.ts';

const canary = 'canary-of-a-note';
const routes = { routes: [], otherwise: { match: {}, places: {} } };
const request = { by: 'ana', reason: 'a password was pasted' };

describe('a payload that was erased', () => {
  it('leaves memory and the thread at once, and nothing else of the incident does', async () => {
    const { bot, journal, incident, noteAt } = await noted();
    expect(await seen(bot, incident)).toContain(canary);

    await journal.erase(`incident/${incident}`, noteAt, request);
    await bot.engine.forgets();
    expect(await seen(bot, incident)).not.toContain(canary);
    expect(await bot.engine.incident(incident)).toMatchObject({
      status: 'open',
      acknowledged: { person: 'ana' },
    });
  });

  it('is in no snapshot that is written afterwards, however soon', async () => {
    const { bot, journal, path, incident, noteAt, ends } = await noted();
    await Promise.all([
      journal.erase(`incident/${incident}`, noteAt, request),
      bot.engine.tellIncident(
        incident,
        { type: 'Unacknowledge', at: 0, by: ana },
        cause('ana/unack'),
      ),
    ]);
    await ends();
    const files = snapshotsOf(path);
    expect(files.length).toBe(1);
    expect(files.map((file) => readFileSync(file).includes(canary))).toEqual([false]);
  });

  it('that the bot erases while it decides keeps the count of the stream', async () => {
    const { bot, journal, incident, noteAt } = await noted();
    const tell = (n: number) =>
      bot.engine.tellIncident(
        incident,
        { type: 'AddNote', at: 0, by: ana, text: `note ${n}` },
        cause(`ana/${n}`),
      );
    await Promise.all([
      tell(1),
      tell(2),
      journal.erase(`incident/${incident}`, noteAt, request),
      tell(3),
      tell(4),
    ]);
    await tell(5);
    await bot.engine.forgets();
    const text = await seen(bot, incident);
    expect([1, 2, 3, 4, 5].filter((n) => !text.includes(`note ${n}`))).toEqual([]);
    expect(text).not.toContain(canary);
    const events = await journal.read(`incident/${incident}`);
    expect(bot.engine.readings.incidents.get(incident)?.version).toBe(events.length);
  });

  it('of an operation leaves memory too', async () => {
    const { bot, journal, says, incident } = await noted();
    await says('ana', `restart reason="${canary}-2"`, { incident });
    const [operation = ''] = bot.engine.readings.operations.keys();
    expect(await seen(bot, incident)).toContain(`${canary}-2`);
    const events = await journal.read(`operation/${operation}`);
    for (const { version, event } of events) {
      if (!JSON.stringify(event).includes(`${canary}-2`)) continue;
      await journal.erase(`operation/${operation}`, version, request);
    }
    await bot.engine.forgets();
    expect(JSON.stringify(exportReadings(bot.engine.readings))).not.toContain(`${canary}-2`);
  });
});

describe('what came from outside and was erased', () => {
  it('leaves what memory keeps of all alerts together', async () => {
    const journal = await opened(tempPath());
    const { bot } = await startSmallBot({ journal });
    const { readings } = bot.engine;
    const labels = { alertname: 'Slow', severity: 'warning' };
    const observation = firing('web-1', { labels, annotations: { summary: canary } });
    const settings = { catalog: { services: [] }, routes };
    const delivery = { source: 'alertmanager/main', receiver: '', groupKey: canary };
    const said = { groupLabels: {}, externalUrl: '', truncated: 0, unreadable: [] };
    const intent = receiveIntent(
      { ...delivery, ...said, observations: [observation] },
      { settings, index: readings.correlation, now: 0, sha256, sourceAnswers: false },
    );
    await bot.engine.receive(intent, cause('d1'));
    expect([...readings.correlation.keys.keys()].join()).toContain(canary);
    expect(JSON.stringify([...readings.texts])).toContain(canary);

    await journal.erase(`incident/${intent.incident}`, 2, request);
    await bot.engine.forgets();
    expect(inspect(readings, { depth: 20 })).not.toContain(canary);
    expect(await bot.engine.incident(intent.incident)).toMatchObject({ status: 'open', firing: 0 });
  });

  it('is not answered any more', async () => {
    const journal = await opened(tempPath());
    const { bot } = await startSmallBot({ journal });
    const ask = { kind: 'line', line: `note "${canary}"` };
    const from = { channel: 'C1', root: '' };
    const about = { surface: 'slack/main', account: 'T1/U1', thread: '', cause: 'slack/1', from };
    const taken = { type: 'AskTaken', v: 1, ...about, ask };
    await journal.append(
      [{ stream: 'inbox/slack-1', expectedVersion: 0, events: [taken] }],
      cause('slack/1/taken'),
    );
    expect(bot.engine.readings.asks.size).toBe(1);
    await journal.erase('inbox/slack-1', 1, request);
    await bot.engine.forgets();
    expect(bot.engine.readings.asks.size).toBe(0);
  });
});

describe('a snapshot from before an erasure', () => {
  it('is not believed and goes, when a crash kept it from being dropped', async () => {
    const path = tempPath();
    const journal = await opened(path);
    const event = { type: 'Noted', v: 1, text: canary };
    await journal.append(
      [{ stream: 'incident/a', expectedVersion: 0, events: [event] }],
      cause('1'),
    );
    const snapshot = { name: 'all', evolve: '1', position: 1, state: { text: canary } };
    await journal.snapshots.save(snapshot);
    const [file = ''] = snapshotsOf(path);
    copyFileSync(file, `${path}.kept`);
    await journal.erase('incident/a', 1, request);
    mkdirSync(`${path}.snapshots`);
    copyFileSync(`${path}.kept`, file);

    expect(await journal.snapshots.load('all', '1')).toBeUndefined();
    expect(existsSync(file)).toBe(false);
    await journal.snapshots.save(snapshot);
    expect(snapshotsOf(path)).toEqual([]);
    await journal.snapshots.save({ ...snapshot, position: 2, state: {} });
    expect(await journal.snapshots.load('all', '1')).toMatchObject({ position: 2, state: {} });
  });
});

const ana = {
  person: 'ana',
  surface: 'console',
  account: 'ana',
  memberships: [{ group: 'sre', source: 'static', ageMs: 0 }],
} as const;

/** A bot on a real journal; ana has acknowledged an incident and pasted something into a note. */
async function noted() {
  const path = tempPath();
  const journal = await opened(path);
  const { bot, says, declares } = await startSmallBot({ journal });
  const incident = await declares();
  await says('ana', 'ack', { incident });
  await says('ana', `note "${canary}"`, { incident });
  const noteAt = (await journal.read(`incident/${incident}`)).length;
  return { bot, journal, path, says, incident, noteAt, ends: () => bot.close() };
}

type Bot = Awaited<ReturnType<typeof noted>>['bot'];

/** All that memory holds, and all that the thread shows. */
async function seen(bot: Bot, incident: string): Promise<string> {
  const thread = await bot.threads.desired(incident);
  return JSON.stringify([exportReadings(bot.engine.readings), thread]);
}

function snapshotsOf(path: string): readonly string[] {
  const folder = `${path}.snapshots`;
  return existsSync(folder) ? readdirSync(folder).map((name) => `${folder}/${name}`) : [];
}
