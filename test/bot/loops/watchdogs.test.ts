import { afterEach, describe, expect, it } from 'vitest';
import { createWatchdogsLoop } from '../../../src/bot/loops/watchdogs.ts';
import { sha256 } from '../../core/operation/sample.ts';
import { type SmallBot, startSmallBot } from '../../fakes/small-bot.ts';

const MINUTE = 60_000;
const rule = { source: 'alertmanager/main', alert: 'Watchdog', withinMs: 15 * MINUTE };

let small: SmallBot | undefined;
afterEach(() => small?.bot.close());

async function world(from?: SmallBot) {
  const bot = await startSmallBot(from ? { from } : {});
  small = bot;
  let beats = 0;
  const loop = createWatchdogsLoop({
    engine: bot.bot.engine,
    clock: bot.clock,
    settings: () => bot.bot.desk.settings,
    sha256,
    watchdogs: [rule],
    everyMs: 5_000,
    pulse: () => {
      beats += 1;
    },
    log: (message) => {
      throw new Error(message);
    },
  });
  loop.start();
  const open = () => bot.bot.desk.openIncidents();
  return { bot, loop, open, beats: () => beats };
}

describe('a source', () => {
  it('that was never heard is silent once its time is over, and says so once', async () => {
    const { bot, loop, open } = await world();
    await bot.clock.passes(14 * MINUTE);
    expect(open()).toEqual([]);
    await bot.clock.passes(30 * MINUTE);
    expect(open()).toHaveLength(1);
    expect([...(open()[0]?.alerts.values() ?? [])]).toMatchObject([
      {
        labels: { alertname: 'TocsinSourceSilent', severity: 'critical', source: rule.source },
        status: 'firing',
      },
    ]);
    expect(bot.types().filter((type) => type === 'AlertsFired')).toHaveLength(1);
    await loop.close();
  });

  it('that is heard in time is well, for ever', async () => {
    const { bot, loop, open } = await world();
    for (let turn = 0; turn < 20; turn += 1) {
      await bot.clock.passes(5 * MINUTE);
      loop.heard(rule.source);
    }
    expect(open()).toEqual([]);
    expect(bot.types()).toEqual([]);
    await loop.close();
  });

  it('that is heard again is well again, and silent again later', async () => {
    const { bot, loop, open } = await world();
    await bot.clock.passes(16 * MINUTE);
    loop.heard(rule.source);
    await bot.clock.passes(6_000);
    const alerts = () =>
      [...bot.bot.engine.readings.incidents.values()].flatMap(({ state }) =>
        state.status === 'none' ? [] : [...state.alerts.values()].map(({ status }) => status),
      );
    expect(alerts()).toEqual(['resolved']);
    await bot.clock.passes(16 * MINUTE);
    expect(alerts()).toEqual(['firing']);
    expect(open()).toHaveLength(1);
    await loop.close();
  });

  it('that somebody else is heard for is still silent', async () => {
    const { bot, loop, open } = await world();
    await bot.clock.passes(14 * MINUTE);
    loop.heard('alertmanager/other');
    await bot.clock.passes(2 * MINUTE);
    expect(open()).toHaveLength(1);
    await loop.close();
  });
});

describe('a restart', () => {
  it('does not take a silent source for one that was heard', async () => {
    const before = await world();
    await before.bot.clock.passes(16 * MINUTE);
    await before.loop.close();
    await before.bot.bot.close();
    const after = await world(before.bot);
    await after.bot.clock.passes(10 * MINUTE);
    expect(after.open()).toHaveLength(1);
    expect([...(after.open()[0]?.alerts.values() ?? [])]).toMatchObject([{ status: 'firing' }]);
    after.loop.heard(rule.source);
    await after.bot.clock.passes(6_000);
    expect(after.bot.types().at(-1)).not.toBe('AlertsFired');
    expect([...(after.open()[0]?.alerts.values() ?? [])].map(({ status }) => status)).not.toContain(
      'firing',
    );
    await after.loop.close();
  });
});

it('says on every turn that it turns', async () => {
  const { bot, loop, beats } = await world();
  await bot.clock.passes(60_000);
  expect(beats()).toBeGreaterThanOrEqual(11);
  await loop.close();
});
