import { describe, expect, it } from 'vitest';
import type { FreezeWindow } from '../../src/core/operation/window.ts';
import { cardText } from '../../src/core/view/text.ts';
import { rule, T0 } from '../core/operation/sample.ts';
import { type SmallBot, startSmallBot } from '../fakes/small-bot.ts';

const minute = 60_000;
const line = 'restart checkout env=production';

/** From the tenth to the twentieth minute, once. */
function window(more: Partial<FreezeWindow> = {}): FreezeWindow {
  const span = { from: T0 + 10 * minute, until: T0 + 20 * minute };
  return {
    name: 'weekend',
    line: 'tocsin.yaml:88',
    scopes: ['all'],
    reason: 'nobody is here',
    spanAt: (at) => (at >= span.from && at < span.until ? span : undefined),
    nextAfter: (at) => (at < span.from ? span.from : undefined),
    ...more,
  };
}

const glassy = rule({
  match: { risk: ['change'] },
  breakGlass: { from: ['sre'], perDay: 1 },
});

async function started(freezes: readonly FreezeWindow[], more = {}): Promise<SmallBot> {
  const small = await startSmallBot({ freezes, ...more });
  small.bot.start([]);
  return small;
}

async function asked(small: SmallBot): Promise<string> {
  await small.says('ana', line);
  return [...small.bot.engine.readings.operations.keys()].at(-1) ?? '';
}

async function approves(small: SmallBot, operation: string): Promise<void> {
  const hash = (await small.bot.engine.operation(operation))?.hash ?? '';
  await small.says('ben', `approve ${operation} ${hash.slice(0, 10)}`);
  await small.clock.passes(2000);
}

async function statusOf(small: SmallBot, operation: string) {
  return (await small.bot.engine.operation(operation))?.status;
}

describe('a freeze of the calendar', () => {
  it('keeps what is asked from being planned while it holds, and names itself and its end', async () => {
    const small = await started([window()]);
    expect(await small.says('ana', line)).not.toContain('FROZEN');
    await small.clock.passes(11 * minute);
    expect(await small.says('ana', line)).toContain('FROZEN_BY_CALENDAR');
    const refusal = small.journal.all.findLast(({ event }) => event.type === 'OperationRefused');
    const until = new Date(T0 + 20 * minute).toISOString().slice(0, 16).replace('T', ' ');
    expect(refusal?.event).toMatchObject({
      problem: {
        facts: { window: 'weekend', line: 'tocsin.yaml:88', scope: 'all', until: `${until} UTC` },
      },
    });
    await small.clock.passes(10 * minute);
    expect(await small.says('ana', line)).not.toContain('FROZEN');
    expect(small.types('halt/all')).toEqual(['WindowOpened', 'WindowClosed']);
  });

  it('keeps what is approved waiting, says so on its card, and lets it begin by itself', async () => {
    const small = await started([window()], { rules: [rule({ expiresMs: 60 * minute })] });
    const operation = await asked(small);
    await small.clock.passes(11 * minute);
    await approves(small, operation);
    expect(await statusOf(small, operation)).toBe('approved');
    const thread = await small.bot.threads.desired(operation);
    expect(thread && cardText(thread.root)).toContain(
      'FROZEN everything by the calendar (weekend, tocsin.yaml:88)',
    );
    await small.clock.passes(10 * minute);
    expect(await statusOf(small, operation)).toBe('done');
  });

  it('holds at its first moment, before anything was put on record', async () => {
    const small = await started([window()], { rules: [rule({ expiresMs: 60 * minute })] });
    await small.bot.close();
    const alone = await startSmallBot({ freezes: [window()], from: small });
    await alone.clock.passes(10 * minute);
    expect(await alone.says('ana', line)).toContain('FROZEN_BY_CALENDAR');
    expect(alone.types('halt/all')).toEqual([]);
  });

  it('is of the services that it names', async () => {
    const small = await started([window({ scopes: ['basket', 'cart'] })]);
    await small.clock.passes(11 * minute);
    expect(await small.says('ana', line)).not.toContain('FROZEN');
    const own = await started([window({ scopes: ['basket', 'checkout'] })]);
    await own.clock.passes(11 * minute);
    expect(await own.says('ana', line)).toContain('FROZEN_BY_CALENDAR');
  });

  it('cannot be lifted by unfreeze, which says where it stands', async () => {
    const small = await started([window()]);
    await small.clock.passes(11 * minute);
    const said = await small.says('ana', 'unfreeze all reason=urgent');
    expect(said).toContain('FREEZE_CONFIGURED');
    const refusal = small.journal.all.findLast(({ event }) => event.type === 'OperationRefused');
    expect(refusal?.event).toMatchObject({ problem: { facts: { line: 'tocsin.yaml:88' } } });
  });

  it('is named by locks: what holds, and what is to come', async () => {
    const small = await started([window()]);
    expect(await small.says('ana', 'locks')).toContain('Freezes to come');
    await small.clock.passes(11 * minute);
    const said = await small.says('ana', 'locks');
    expect(said).toContain('by the calendar (weekend, tocsin.yaml:88)');
    expect(said).not.toContain('Freezes to come');
  });

  it('that was taken out of the configuration holds no more, and leaves the cards', async () => {
    const small = await started([window()]);
    await small.clock.passes(11 * minute);
    await small.bot.close();
    const after = await started([], { from: small });
    expect(await after.says('ana', line)).not.toContain('FROZEN');
    await after.clock.passes(2000);
    expect(after.types('halt/all').at(-1)).toBe('WindowClosed');
    expect(after.bot.engine.halts().open).toEqual([]);
  });

  it('is broken with the glass, where the rule has one', async () => {
    const small = await started([window()], { rules: [glassy] });
    await small.clock.passes(11 * minute);
    const operation = await asked(small);
    const hash = (await small.bot.engine.operation(operation))?.hash ?? '';
    await small.says(
      'ana',
      `break-glass ${operation} ${hash.slice(0, 10)} reason="checkout is down, nobody answers"`,
    );
    await small.clock.passes(5000);
    expect(await statusOf(small, operation)).toBe('done');
  });
});
