import { describe, expect, it } from 'vitest';
import { cardText } from '../../src/core/view/text.ts';
import { type SmallBot, type SmallBotOptions, startSmallBot } from '../fakes/small-bot.ts';

const minute = 60_000;

async function started(options: SmallBotOptions = {}): Promise<SmallBot> {
  const small = await startSmallBot(options);
  small.bot.start([]);
  return small;
}

/** Ana asks, ben approves: what is approved begins unless something halts it. */
async function approved(
  small: SmallBot,
  line = 'restart checkout env=production',
): Promise<string> {
  const operation = await asked(small, line);
  const hash = (await small.bot.engine.operation(operation))?.hash ?? '';
  await small.says('ben', `approve ${operation} ${hash.slice(0, 10)}`);
  await small.clock.passes(2000);
  return operation;
}

async function asked(small: SmallBot, line: string): Promise<string> {
  await small.says('ana', line);
  return [...small.bot.engine.readings.operations.keys()].at(-1) ?? '';
}

async function statusOf(small: SmallBot, operation: string) {
  return (await small.bot.engine.operation(operation))?.status;
}

async function cardOf(small: SmallBot, operation: string): Promise<string> {
  const thread = await small.bot.threads.desired(operation);
  return thread ? cardText(thread.root) : '';
}

describe('a freeze', () => {
  it('of the service keeps what is asked from being planned, until its time is over', async () => {
    const small = await started();
    await small.says('ana', 'freeze checkout for=10m reason=audit');
    expect(await small.says('ana', 'restart checkout env=production')).toContain('FROZEN');
    await small.clock.passes(11 * minute);
    expect(small.types('halt/all')).toEqual(['FreezeBegun', 'FreezeEnded']);
    await approved(small);
    expect(small.target.writes).toHaveLength(1);
  });

  it('of another service keeps nothing', async () => {
    const small = await started({});
    await small.bot.engine.tellHalts(
      {
        type: 'Freeze',
        at: small.clock.now(),
        scope: 'basket',
        durationMs: minute,
        person: 'ana',
        surface: 'console',
        reason: 'x',
      },
      { cause: 'basket', by: 'ana' },
    );
    await approved(small);
    expect(small.target.writes).toHaveLength(1);
  });

  it('keeps what is approved waiting, says so on its card, and lets it begin by itself', async () => {
    const small = await started();
    const operation = await asked(small, 'restart checkout env=production');
    expect(await cardOf(small, operation)).not.toContain('FROZEN');
    await small.says('ben', 'freeze all for=5m reason=audit');
    const hash = (await small.bot.engine.operation(operation))?.hash ?? '';
    await small.says('ben', `approve ${operation} ${hash.slice(0, 10)}`);
    await small.clock.passes(3 * minute);
    expect(await statusOf(small, operation)).toBe('approved');
    const card = await cardOf(small, operation);
    expect(card).toContain('Begins when nothing halts it');
    expect(card).toContain('FROZEN everything by ben');
    expect(small.target.writes).toEqual([]);
    await small.clock.passes(3 * minute);
    expect(await statusOf(small, operation)).toBe('done');
    expect(small.target.writes).toHaveLength(1);
  });

  it('is not shortened by a shorter one, and is by nobody who has no say', async () => {
    const small = await started();
    await small.says('ana', 'freeze all for=2h reason=audit');
    expect(await small.says('ben', 'freeze all for=1m reason=oops')).toContain('so already');
    expect(await small.says('cleo', 'freeze all for=3h reason=why')).toContain('NO_SAY');
    expect(small.types('halt/all')).toEqual(['FreezeBegun']);
  });

  it('is refused for a service nobody knows and for a time without bounds', async () => {
    const small = await started();
    expect(await small.says('ana', 'freeze chekout for=2h reason=x')).toContain('SERVICE_UNKNOWN');
    expect(await small.says('ana', 'freeze all for=30d reason=x')).toContain('FREEZE_TIME');
    expect(await small.says('ana', 'freeze all for=2h')).toContain('ARGUMENT_MISSING');
    expect(small.types('halt/all')).toEqual([]);
  });

  it('is lifted by a plan that somebody else approves, and by nothing less', async () => {
    const small = await started();
    await small.says('ana', 'freeze checkout for=2h reason=audit');
    const lift = await asked(small, 'unfreeze checkout reason=over');
    await small.clock.passes(minute);
    expect(await statusOf(small, lift)).toBe('waiting');
    expect(small.types('halt/all')).toEqual(['FreezeBegun']);
    const hash = (await small.bot.engine.operation(lift))?.hash ?? '';
    expect(await small.says('ana', `approve ${lift} ${hash.slice(0, 10)}`)).toContain(
      'APPROVE_OWN_REQUEST',
    );
    await small.says('ben', `approve ${lift} ${hash.slice(0, 10)}`);
    await small.clock.passes(minute);
    expect(await statusOf(small, lift)).toBe('done');
    expect(small.types('halt/all')).toEqual(['FreezeBegun', 'FreezeEnded']);
    await approved(small);
    expect(small.target.writes).toHaveLength(1);
  });

  it('that was made anew after a plan to lift the old one stays', async () => {
    const small = await started();
    await small.says('ana', 'freeze checkout for=10m reason=audit');
    const lift = await asked(small, 'unfreeze checkout reason=over');
    await small.clock.passes(minute);
    await small.says('ben', 'freeze checkout for=1h reason=another');
    const hash = (await small.bot.engine.operation(lift))?.hash ?? '';
    await small.says('ben', `approve ${lift} ${hash.slice(0, 10)}`);
    await small.clock.passes(minute);
    expect(await statusOf(small, lift)).toBe('stale');
    expect(small.bot.engine.halts().freezes).toMatchObject([{ reason: 'another' }]);
  });
});

describe('read-only', () => {
  it('is on at once, for everything, and named by locks and status', async () => {
    const small = await started();
    expect(await small.says('ben', 'read-only on reason="the wrong cluster"')).toContain('begins');
    expect(await small.says('ana', 'restart checkout env=production')).toContain('READ_ONLY');
    for (const line of ['locks', 'status']) {
      expect(await small.says('ana', line)).toContain('the wrong cluster');
    }
    expect(await small.says('ben', 'read-only on reason=again')).toContain('so already');
    expect(small.types('halt/all')).toEqual(['ReadOnlyBegun']);
  });

  it('stays on when the process begins anew', async () => {
    const first = await started();
    await first.says('ben', 'read-only on reason=stop');
    const operation = 'restart checkout env=production';
    const second = await started({ from: first });
    expect(await second.says('ana', operation)).toContain('READ_ONLY');
    expect(second.bot.engine.halts()).toMatchObject({ readOnly: { person: 'ben' } });
  });

  it('holds an operation that was approved before', async () => {
    const small = await startSmallBot();
    const operation = await asked(small, 'restart checkout env=production');
    const hash = (await small.bot.engine.operation(operation))?.hash ?? '';
    await small.says('ben', `approve ${operation} ${hash.slice(0, 10)}`);
    await small.says('ben', 'read-only on reason=stop');
    small.bot.start([]);
    await small.clock.passes(minute);
    expect(await statusOf(small, operation)).toBe('approved');
    expect(small.target.writes).toEqual([]);
  });

  it('is off again by an approved plan only', async () => {
    const small = await started();
    await small.says('ben', 'read-only on reason=stop');
    await approved(small, 'read-only off reason=mended');
    expect(small.types('halt/all')).toEqual(['ReadOnlyBegun', 'ReadOnlyEnded']);
    await approved(small);
    expect(small.target.writes).toHaveLength(1);
    expect(await small.says('ana', 'read-only off reason=mended')).toContain('FREEZE_NOT_FOUND');
  });

  it('is not lifted where no rule allows it', async () => {
    const small = await started({ rules: [] });
    expect(await small.says('ben', 'read-only on reason=stop')).toContain('NO_SAY');
    expect(await small.says('ben', 'read-only off reason=stop')).toContain('POLICY_NO_RULE');
  });
});

describe('a halt that another process wrote', () => {
  it('is read before anything begins', async () => {
    const small = await startSmallBot();
    const operation = await asked(small, 'restart checkout env=production');
    const hash = (await small.bot.engine.operation(operation))?.hash ?? '';
    await small.says('ben', `approve ${operation} ${hash.slice(0, 10)}`);
    const who = { person: 'ben', surface: 'console', reason: 'stop' };
    await small.journal.elsewhere().append(
      [
        {
          stream: 'halt/all',
          expectedVersion: 0,
          events: [{ type: 'ReadOnlyBegun', v: 1, ...who } as never],
        },
      ],
      { cause: 'elsewhere', by: 'ben' },
    );
    expect(small.bot.engine.halts().readOnly).toBeUndefined();
    small.bot.start([]);
    await small.clock.passes(minute);
    expect(await statusOf(small, operation)).toBe('approved');
    expect(small.target.writes).toEqual([]);
    expect(small.bot.engine.halts().readOnly).toMatchObject({ reason: 'stop' });
  });
});
