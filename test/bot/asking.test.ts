import { describe, expect, it } from 'vitest';
import type { Ensured, Surface, Whisper } from '../../src/core/ports/surface.ts';
import { cardText } from '../../src/core/view/text.ts';
import { rule } from '../core/operation/sample.ts';
import { type SmallBot, type SmallBotOptions, startSmallBot } from '../fakes/small-bot.ts';

const minute = 60_000;
const rules = [
  rule({ match: { risk: ['change'] }, places: [{ count: 1, from: 'all' }] }),
  rule({ match: { risk: ['incident', 'read'] }, places: [] }),
];

/** Ana asks; ben, cleo and dan could approve, in that order. */
async function started(world: World = {}, from?: SmallBot) {
  const whispers: Whisper[] = [];
  const surface: Surface = {
    name: 'slack/main',
    remembers: true,
    ensureRoot: async () => ({ ok: true, ref: 'r' }),
    ensureEntry: async () => ({ ok: true, ref: 'e' }),
    async whisper(whisper) {
      whispers.push(whisper);
      return world.answers?.[whisper.account] ?? { ok: true, ref: '' };
    },
    close: async () => undefined,
  };
  const options: SmallBotOptions = {
    rules: world.rules ?? rules,
    ...(world.approvals && { approvals: world.approvals }),
    ask: { everyMs: 2 * minute, atOnce: 1 },
    groups: [
      { name: 'sre', members: ['ana'], directories: [] },
      { name: 'all', members: ['ana', 'ben', 'cleo'], directories: [] },
    ],
    ...(from && { from }),
  };
  const small = await startSmallBot(options);
  small.bot.start([surface]);
  return { small, whispers, to: () => whispers.map(({ account }) => account) };
}

interface World extends Pick<SmallBotOptions, 'rules' | 'approvals'> {
  readonly answers?: Readonly<Record<string, Ensured>>;
}

async function asks(small: SmallBot): Promise<string> {
  await small.says('ana', 'restart checkout env=production');
  await small.clock.passes(1000);
  return [...small.bot.engine.readings.operations.keys()].at(-1) ?? '';
}

async function cardOf(small: SmallBot, operation: string): Promise<string> {
  const thread = await small.bot.threads.desired(operation);
  return thread ? cardText(thread.root) : '';
}

describe('a plan that waits', () => {
  it('is put to one approver after the other, until it is decided', async () => {
    const { small, whispers, to } = await started();
    const operation = await asks(small);
    expect(to()).toEqual(['T01/ben']);
    const [first] = whispers;
    expect(first).toMatchObject({ channel: '', root: '', thread: operation });
    const text = first ? cardText(first.answer.card) : '';
    expect(text).toContain('ana asks for your approval: restart checkout');
    expect(text).toContain('or type');
    expect(first?.answer.card.actions.map(({ press }) => press)).toEqual([
      { kind: 'view', operation },
      { kind: 'line', line: 'mute ana for=8h', incident: '' },
    ]);
    expect(await cardOf(small, operation)).toMatch(/asked directly +ben/);
    await small.clock.passes(2 * minute);
    expect(to()).toEqual(['T01/ben', 'T01/cleo']);
    await small.clock.passes(20 * minute);
    expect(to()).toHaveLength(2);
  });

  it('says how long it waited for the first person and for all of them', async () => {
    const waits: (readonly [string, number])[] = [];
    const approvals = {
      approved: (people: string, ms: number) => void waits.push([people, ms]),
    };
    const two = rule({ match: { risk: ['change'] }, places: [{ count: 2, from: 'all' }] });
    const { small } = await started({ rules: [two, ...rules.slice(1)], approvals });
    const operation = await asks(small);
    const hash = (await small.bot.engine.operation(operation))?.hash ?? '';
    const approve = `approve ${operation} ${hash.slice(0, 10)}`;
    await small.clock.passes(minute - 1000);
    await small.says('ben', approve);
    await small.clock.passes(minute);
    await small.says('cleo', approve);
    expect(waits).toEqual([
      ['first', minute],
      ['further', 2 * minute],
      ['all', 2 * minute],
    ]);
  });

  it('that was approved is put to nobody else', async () => {
    const { small, to } = await started();
    const operation = await asks(small);
    const hash = (await small.bot.engine.operation(operation))?.hash ?? '';
    await small.says('ben', `approve ${operation} ${hash.slice(0, 10)}`);
    await small.clock.passes(5 * minute);
    expect(to()).toEqual(['T01/ben']);
  });

  it('is put to nobody twice, whatever becomes of the process', async () => {
    const first = await started();
    await asks(first.small);
    await first.small.bot.close();
    const second = await started({}, first.small);
    await second.small.clock.passes(minute / 2);
    expect(second.to()).toEqual([]);
    await second.small.clock.passes(2 * minute);
    expect(second.to()).toEqual(['T01/cleo']);
  });

  it('goes to the next one at once where a message cannot reach somebody, and the card says so', async () => {
    const { small, to } = await started({ answers: { 'T01/ben': { ok: false, why: 'gone' } } });
    const operation = await asks(small);
    expect(to()).toEqual(['T01/ben', 'T01/cleo']);
    const card = await cardOf(small, operation);
    expect(card).toMatch(/asked directly +cleo/);
    expect(card).toMatch(/not reached +ben \(`slack\/main: gone`\)/);
  });
});

describe('whoever mutes a requester', () => {
  it('is not written to, may approve all the same, and is written to again afterwards', async () => {
    const { small, to } = await started();
    expect(await small.says('ben', 'mute ana for=1h')).toContain('not written to');
    const operation = await asks(small);
    expect(to()).toEqual(['T01/cleo']);
    expect(await cardOf(small, operation)).toContain('ben (`muted ana`)');
    const hash = (await small.bot.engine.operation(operation))?.hash ?? '';
    await small.says('ben', `approve ${operation} ${hash.slice(0, 10)}`);
    await small.clock.passes(2000);
    expect((await small.bot.engine.operation(operation))?.status).toBe('done');
    await small.says('ben', 'unmute ana');
    await asks(small);
    expect(to()).toEqual(['T01/cleo', 'T01/ben']);
    expect(small.types('mute/ben')).toEqual(['RequesterMuted', 'RequesterUnmuted']);
  });

  it('does so for a time that has bounds', async () => {
    const { small } = await started();
    expect(await small.says('ben', 'mute ana for=10d')).toContain('MUTE_TIME');
    expect(await small.says('ben', 'mute nobody for=1h')).toContain('PERSON');
    expect(small.types('mute/ben')).toEqual([]);
  });
});
