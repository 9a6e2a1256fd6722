import { hash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { concerning, sourceAnswer } from '../../../src/core/incident/compare.ts';
import type { Incident } from '../../../src/core/incident/incident.ts';
import { readAlertmanager } from '../../../src/handlers/webhooks/alertmanager.ts';
import { connect } from '../../../src/integrations/alertmanager/index.ts';
import { newWorld, type World } from '../../core/incident/world.ts';
import { ALERTMANAGER, type AlertmanagerServer, startAlertmanager } from './alertmanager-server.ts';

let server: AlertmanagerServer | undefined;
let twin: AlertmanagerServer | undefined;

afterEach(async () => {
  await Promise.all([server?.close(), twin?.close()]);
  server = undefined;
  twin = undefined;
});

describe.skipIf(!existsSync(ALERTMANAGER))('an incident fed by a real Alertmanager', () => {
  it('opens, goes on in part, and ends with its last alert', async () => {
    server = await startAlertmanager();
    const world = newWorld();
    await server.post([pod('a'), pod('b')]);
    await take(world, server, 1);
    expect(only(world)).toMatchObject({ status: 'open', firing: 2 });
    await server.post([ended(pod('a')), pod('c')]);
    await take(world, server, 2);
    expect(only(world)).toMatchObject({ status: 'open', firing: 2 });
    await server.post([ended(pod('b')), ended(pod('c'))]);
    await take(world, server, 3);
    expect(only(world)).toMatchObject({
      status: 'resolved',
      firing: 0,
      resolved: { how: 'alerts' },
    });
  });

  it('stays open under a cut body that calls itself resolved, and ends when the source knows nothing more', async () => {
    server = await startAlertmanager({ maxAlerts: 2 });
    const world = newWorld();
    const pods = ['a', 'b', 'c', 'd', 'e'].map(pod);
    await server.post(pods);
    await take(world, server, 1);
    await server.post(pods.slice(0, 2).map(ended));
    await take(world, server, 2);
    expect(server.bodies[1]).toContain('"status":"resolved"');
    expect(only(world)).toMatchObject({ status: 'open', firing: 0, cut: 3 });
    await compare(world, server, ({ cut }) => cut === 3);
    expect(only(world)).toMatchObject({ status: 'open', cut: 3 });
    await server.post(pods.slice(2).map(ended));
    await compare(world, server, ({ status }) => status === 'resolved');
    expect(only(world)).toMatchObject({ status: 'resolved', cut: 0 });
  });

  it('is told by both halves of a pair that lost sight of each other, and is one all the same', async () => {
    const receiver = `tocsin.pair-${process.pid}`;
    server = await startAlertmanager({ receiver });
    twin = await startAlertmanager({ receiver });
    const world = newWorld();
    const both = [server, twin];
    const tell = async (alerts: readonly unknown[], count: number) => {
      for (const half of both) await half.post(alerts);
      for (const half of both) await take(world, half, count);
    };
    await tell([pod('a'), pod('b')], 1);
    expect(only(world)).toMatchObject({ status: 'open', firing: 2, flaps: 0 });
    await tell([ended(pod('a')), ended(pod('b'))], 2);
    expect(only(world)).toMatchObject({ status: 'resolved', reopened: 0, flaps: 0 });
    // One half was asked when it had just been started again: it knows nothing, and says for how long.
    await twin.close();
    twin = await startAlertmanager({ receiver });
    const { source } = connected(twin);
    const answer = sourceAnswer(await source.current(), Date.now(), await source.upSince?.());
    expect(answer).toMatchObject({ isYoung: true, alerts: new Map() });
  });

  it('ends when the source forgot its alert without a word', async () => {
    server = await startAlertmanager();
    const world = newWorld();
    await server.post([pod('a')]);
    await take(world, server, 1);
    await server.close();
    server = await startAlertmanager();
    await compare(world, server, ({ status }) => status === 'resolved');
    expect(only(world)).toMatchObject({ resolved: { how: 'source-stopped-reporting' } });
  });
});

const started = new Date(Date.now() - 60_000).toISOString();

function pod(name: string) {
  const labels = { alertname: 'KubePodCrashLooping', namespace: 'shop', pod: name };
  return { labels, startsAt: started };
}

function ended<T>(alert: T) {
  return { ...alert, endsAt: new Date().toISOString() };
}

/** Waits for so many bodies and gives the last to the world. */
async function take(world: World, from: AlertmanagerServer, count: number): Promise<void> {
  const body = (await from.received(count))[count - 1] ?? '';
  const read = readAlertmanager(body, {
    source: 'alertmanager/main',
    receivedAt: Date.now(),
    sha256: (text) => hash('sha256', text),
  });
  if (read.kind !== 'accepted') throw new Error(read.problem.code);
  world.deliver(read.delivery, Date.now());
}

/** Asks the source, as the loop does some minutes later, until the incident is as expected. */
async function compare(
  world: World,
  from: AlertmanagerServer,
  isThere: (incident: Incident) => boolean,
): Promise<void> {
  const { source } = connected(from);
  for (;;) {
    const later = Date.now() + 5 * 60_000;
    const answer = sourceAnswer(await source.current(), later);
    const incident = only(world);
    const told = {
      ok: true,
      ...concerning(incident, answer, { source: incident.opened.source, isHeld: () => false }),
    } as const;
    const { incident: id } = incident.opened;
    world.tell(id, { type: 'CompareWithSource', at: later, answer: told });
    if (isThere(only(world))) return;
  }
}

function connected({ url }: AlertmanagerServer) {
  const clock = { now: Date.now, after: () => () => undefined };
  return connect({ source: 'alertmanager/main', url, timeoutMs: 5000 }, { clock });
}

function only({ incidents }: World): Incident {
  const [state, ...others] = incidents.values();
  if (!state || state.status === 'none' || others.length > 0) throw new Error('not one incident');
  return state;
}
