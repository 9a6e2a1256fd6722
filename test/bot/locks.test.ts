import { describe, expect, it } from 'vitest';
import { cardText } from '../../src/core/view/text.ts';
import { target } from '../core/operation/sample.ts';
import { createOneTarget } from '../fakes/one-target.ts';
import { type SmallBot, startSmallBot } from '../fakes/small-bot.ts';

const line = 'restart checkout env=production reason="it leaks"';
const progress = { state: 'progress', progress: { done: 0, of: 1, what: 'pods' } } as const;

async function started(): Promise<SmallBot> {
  const small = await startSmallBot({ target: createOneTarget({ observe: () => progress }) });
  small.bot.start([]);
  return small;
}

async function approved(small: SmallBot): Promise<string> {
  await small.says('ana', line);
  const operation = [...small.bot.engine.readings.operations.keys()].at(-1) ?? '';
  const hash = (await small.bot.engine.operation(operation))?.hash ?? '';
  await small.says('ben', `approve ${operation} ${hash.slice(0, 10)}`);
  await small.clock.passes(2000);
  return operation;
}

describe('locks', () => {
  it('says which target is held, by what, for whom, since when and why', async () => {
    const small = await started();
    expect(await small.says('ana', 'locks')).toContain('No target is held');
    const operation = await approved(small);
    const said = await small.says('cleo', 'locks');
    for (const part of ['1 held', target.id, operation, 'verifying', '"ana"', ': it leaks']) {
      expect(said).toContain(part);
    }
    expect(said).toContain(`"at":${small.bot.engine.target(target.id).since}`);
  });

  it('says which lock cannot be read, and nothing begins there', async () => {
    const small = await started();
    small.bot.engine.readings.targets.set(target.id, {
      state: { id: target.id, heldBy: 'unreadable', since: 1 },
      version: 0,
    });
    const operation = await approved(small);
    expect((await small.bot.engine.operation(operation))?.status).toBe('approved');
    expect(small.target.writes).toEqual([]);
    expect(await small.says('ana', 'locks')).toContain('Cannot be read');
    const thread = await small.bot.threads.desired(operation);
    expect(thread && cardText(thread.root)).toContain('Whether its target is held cannot be read');
  });
});
