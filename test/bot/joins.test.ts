import { describe, expect, it } from 'vitest';
import { cardText } from '../../src/core/view/text.ts';
import { type SmallBot, startSmallBot } from '../fakes/small-bot.ts';

const line = 'restart checkout env=production';

async function asked(): Promise<{ small: SmallBot; operation: string }> {
  const small = await startSmallBot();
  small.bot.start([]);
  await small.says('ana', line);
  const operation = [...small.bot.engine.readings.operations.keys()].at(-1) ?? '';
  return { small, operation };
}

function count(small: SmallBot): number {
  return small.types().filter((type) => type === 'OperationPlanned').length;
}

describe('what somebody else has asked for as well', () => {
  it('joins the plan that waits, is on its record and card, and approves nothing', async () => {
    const { small, operation } = await asked();
    expect(await small.says('ben', line)).toContain(operation);
    await small.says('ben', `${line} reason="me too"`);
    expect(count(small)).toBe(1);
    const joined = small.types(`operation/${operation}`).filter((type) => type === 'RequestJoined');
    expect(joined).toHaveLength(1);
    const state = await small.bot.engine.operation(operation);
    expect(state).toMatchObject({ status: 'waiting', approvals: [], joined: [{ person: 'ben' }] });
    const thread = await small.bot.threads.desired(operation);
    expect(thread && cardText(thread.root)).toMatch(/asked too +ben/);
    await small.says('ben', `approve ${operation} ${(state?.hash ?? '').slice(0, 10)}`);
    await small.clock.passes(2000);
    expect((await small.bot.engine.operation(operation))?.status).toBe('done');
  });

  it('is a plan of its own where that is meant, and where the arguments differ', async () => {
    const { small } = await asked();
    await small.says('ben', `${line} another=yes`);
    expect(count(small)).toBe(2);
    await small.says('ana', 'scale checkout 6 env=production');
    await small.says('ben', 'scale checkout 7 env=production');
    expect(count(small)).toBe(4);
  });

  it('is a plan of its own once the other one is over', async () => {
    const { small, operation } = await asked();
    await small.says('ana', `cancel ${operation}`);
    await small.says('ben', line);
    expect(count(small)).toBe(2);
  });

  it('is refused to whoever may ask for nothing', async () => {
    const { small, operation } = await asked();
    expect(await small.says('cleo', line)).toContain('NOT_A_REQUESTER');
    expect((await small.bot.engine.operation(operation))?.joined).toBeUndefined();
  });

  it('told again by the same request is the plan that it made', async () => {
    const { small } = await asked();
    await small.says('ben', `${line} another=yes`, { cause: 'once' });
    await small.says('ben', `${line} another=yes`, { cause: 'once' });
    expect(count(small)).toBe(2);
  });
});
