import { describe, expect, it } from 'vitest';
import { startSmallBot } from '../../fakes/small-bot.ts';

const minute = 60_000;

async function open() {
  const small = await startSmallBot();
  const { bot, clock, journal } = small;
  const refuse = (times: number, door = 'slack/main', code = 'SLACK_SIGNATURE_WRONG') => {
    for (let turn = 0; turn < times; turn += 1) bot.security.refused(door, code);
  };
  const kept = async (door = 'slack/main') =>
    (await journal.read(`refusals/${door}`)).map(({ event }) => event);
  const told = () =>
    bot.desk.openIncidents().map(({ opened, security }) => `${opened.title} ${security?.count}`);
  return { ...small, clock, refuse, kept, told };
}

describe('what is refused at the doors', () => {
  it('is one event for each door and minute, with a number for each code', async () => {
    const { refuse, kept, clock, types } = await open();
    refuse(1000);
    refuse(2, 'slack/main', 'SLACK_STRANGER');
    refuse(1, 'console', 'CONSOLE_LINK_USED');
    await clock.passes(minute);
    expect(await kept()).toMatchObject([
      { door: 'slack/main', counts: { SLACK_SIGNATURE_WRONG: 1000, SLACK_STRANGER: 2 } },
    ]);
    expect(await kept('console')).toMatchObject([{ counts: { CONSOLE_LINK_USED: 1 } }]);
    expect(types().filter((type) => type === 'RefusalsCounted')).toHaveLength(2);
  });

  it('leaves nothing where nothing is refused, and arms no timer then', async () => {
    const { refuse, clock, types } = await open();
    const before = clock.waiting();
    expect(types()).toEqual([]);
    refuse(1, 'console', 'CONSOLE_LINE_EMPTY');
    expect(clock.waiting()).toBe(before + 1);
    await clock.passes(10 * minute);
    expect(clock.waiting()).toBe(before);
  });

  it('is told once it is many within five minutes, and not when it is few', async () => {
    const { refuse, clock, told } = await open();
    refuse(4);
    await clock.passes(minute);
    expect(told()).toEqual([]);
    refuse(1);
    await clock.passes(minute);
    expect(told()).toEqual(['TocsinForgedRequests 1']);
  });

  it('is not told for the same number spread over a day', async () => {
    const { refuse, clock, told } = await open();
    for (let turn = 0; turn < 10; turn += 1) {
      refuse(1);
      await clock.passes(10 * minute);
    }
    expect(told()).toEqual([]);
  });

  it('is told again after an hour of it, and of another door at once', async () => {
    const { refuse, clock, told } = await open();
    for (let turn = 0; turn < 59; turn += 1) {
      refuse(100);
      await clock.passes(minute);
    }
    expect(told()).toEqual(['TocsinForgedRequests 1']);
    refuse(10, 'alertmanager/main', 'WEBHOOK_UNAUTHENTICATED');
    refuse(100);
    await clock.passes(minute);
    expect(told()).toEqual(['TocsinForgedRequests 2']);
    refuse(100);
    await clock.passes(minute);
    expect(told()).toEqual(['TocsinForgedRequests 3']);
  });

  it('is told at once, within the minute, where one is enough: a button that is not ours', async () => {
    const { refuse, clock, told } = await open();
    refuse(1, 'slack/main', 'BUTTON_NOT_OURS');
    await clock.passes(minute);
    expect(told()).toEqual(['TocsinButtonsForged 1']);
  });

  it('is kept when the process ends before the minute is over', async () => {
    const { refuse, kept, bot } = await open();
    refuse(3);
    await bot.close();
    expect(await kept()).toMatchObject([{ counts: { SLACK_SIGNATURE_WRONG: 3 } }]);
  });

  it('takes no more names into memory than it may', async () => {
    const { refuse, clock, kept } = await open();
    for (let turn = 0; turn < 2000; turn += 1) refuse(1, 'slack/main', `CODE_${turn}`);
    await clock.passes(minute);
    const [event] = await kept();
    expect(event && 'counts' in event && Object.keys(event.counts as object)).toHaveLength(500);
  });
});
