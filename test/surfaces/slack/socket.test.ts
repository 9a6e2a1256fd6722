import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Channel, FakePerson } from '../../fakes/slack/index.ts';
import { eventually } from '../../support/eventually.ts';
import { type Stage, startStage } from './stage.ts';

let stage: Stage;
let ops: Channel;
let ana: FakePerson;
const unhandled: unknown[] = [];
const note = (reason: unknown) => unhandled.push(reason);

beforeEach(async () => {
  unhandled.length = 0;
  process.on('unhandledRejection', note);
  stage = await startStage();
  ops = stage.shop.channel('ops');
  ana = stage.shop.person('ana');
});
afterEach(async () => {
  await stage.close();
  process.off('unhandledRejection', note);
  expect(unhandled).toEqual([]);
});

const standing = (count = 2) =>
  eventually(`${count} sockets stand`, () => stage.slack.sockets.count() === count);

const opened = () => stage.logged.filter((line) => line.startsWith('slack socket open')).length;

/** Time passes in steps, each with a moment for what it sets off. */
async function inTime(what: string, stepMs: number, look: () => boolean): Promise<void> {
  for (let step = 0; step < 30; step += 1) {
    if (look()) return;
    stage.clock.passes(stepMs);
    await eventually(what, look, { withinMs: 250 }).catch(() => undefined);
  }
  await eventually(what, look, { withinMs: 1 });
}

async function heard(): Promise<void> {
  const before = stage.desk.taken.length;
  expect(await ana.types('/ops status', ops)).toMatchObject({ acked: true });
  expect(stage.desk.taken).toHaveLength(before + 1);
}

describe('the sockets', () => {
  it('are opened again when they are cut', async () => {
    await stage.connected();
    stage.slack.sockets.drop();
    await inTime('both stand again', 1_000, () => opened() === 4);
    await heard();
    expect(stage.connection.health()).toEqual({ state: 'ok' });
  });

  it('are renewed when Slack says so, without a wait', async () => {
    await stage.connected();
    const opened = () =>
      stage.slack.calls.filter(({ method }) => method.startsWith('apps.')).length;
    stage.slack.sockets.refresh();
    await eventually('both are new', () => opened() === 4);
    await standing();
    await heard();
  });

  it.each(['internal_error', 'ratelimited', 'invalid_auth'])(
    'survive that no address is given: %s',
    async (error) => {
      await stage.connected();
      stage.slack.sockets.refuseOpening(4, error);
      stage.slack.sockets.drop();
      await eventually('it is said', () => stage.connection.health().state === 'degraded');
      const code = error === 'invalid_auth' ? 'SLACK_APP_TOKEN_REFUSED' : 'SLACK_SOCKET_DOWN';
      await inTime('it says why', 1_000, () => stage.connection.health().code === code);
      await inTime('both stand again', 61_000, () => opened() === 4);
      await heard();
    },
  );

  it('survive that Slack cannot be reached while they are opened', async () => {
    stage.slack.outage.from({ kind: 'reset' }, { methods: ['apps.connections.open'] });
    stage.connection.start();
    await eventually('it is said', () => stage.connection.health().code === 'SLACK_SOCKET_DOWN');
    stage.slack.outage.end();
    await inTime('both stand', 31_000, () => opened() === 2);
    await heard();
  });

  it('that are cut while something is taken do not keep the answer from whoever asked', async () => {
    await stage.connected();
    let onDisk: (() => void) | undefined;
    const take = stage.desk.take;
    stage.desk.take = (asked) =>
      new Promise((resolve, reject) => {
        onDisk = () => take(asked).then(resolve, reject);
      });
    const typing = ana.types('/ops ack', ops);
    await eventually('it is being taken', () => onDisk !== undefined);
    stage.slack.sockets.drop();
    await standing(0);
    onDisk?.();
    await stage.slack.until(() => ana.sees(ops)[0]?.includes('on the record'));
    stage.clock.passes(3_100);
    expect(await typing).toMatchObject({ acked: false });
  });

  it('are renewed every few hours, which is no error', async () => {
    await stage.connected();
    stage.slack.sockets.refresh('refresh_requested');
    await eventually('both were opened anew', () => opened() >= 4);
    const ended = stage.logged.filter((line) => line.startsWith('slack socket ended'));
    expect(ended.length).toBeGreaterThan(0);
    expect(ended.filter((line) => line.includes('"error"'))).toEqual([]);
  });

  it('say that Socket Mode was switched off', async () => {
    await stage.connected();
    stage.slack.sockets.refresh('link_disabled');
    await eventually(
      'it is said',
      () => stage.connection.health().code === 'SLACK_SOCKET_MODE_OFF',
    );
  });

  it('that have gone deaf are found out and replaced', async () => {
    await stage.connected();
    stage.slack.sockets.freeze();
    const ended = () => stage.logged.filter((line) => line.includes('the socket is silent')).length;
    await inTime('both are found out', 5_000, () => ended() >= 2);
    await inTime(
      'both stand again',
      1_000,
      () => opened() >= 4 && stage.slack.sockets.count() === 2,
    );
    await heard();
  });

  it('end at once when the bot ends', async () => {
    await stage.connected();
    const began = performance.now();
    await stage.connection.close();
    await standing(0);
    expect(performance.now() - began).toBeLessThan(2_000);
  });
});

describe('starting', () => {
  it('holds nothing up and throws nothing, even when there is no Slack', async () => {
    const lonely = await startStage({ api: 'http://127.0.0.1:9/api/' });
    lonely.connection.start();
    expect(lonely.connection.health()).toEqual({ state: 'degraded', code: 'SLACK_UNREACHABLE' });
    await eventually('it is tried', () => lonely.counted.called.length > 0);
    await lonely.close();
  });
});
