import { describe, expect, it } from 'vitest';
import { strictest } from '../../src/core/operation/strictest.ts';
import type { Entry } from '../../src/core/view/card.ts';
import { plain } from '../../src/core/view/text.ts';
import { rule } from '../core/operation/sample.ts';
import { type SmallBot, type SmallBotOptions, startSmallBot } from '../fakes/small-bot.ts';

const second = 1000;
const tells = rule({ match: { risk: ['change'] }, tell: ['sre'] });
const others = rule({ match: { risk: ['incident', 'read'] }, places: [] });

async function started(options: SmallBotOptions = {}): Promise<SmallBot> {
  const small = await startSmallBot({ rules: [tells, others], ...options });
  small.bot.start([]);
  return small;
}

async function asked(small: SmallBot, incident = ''): Promise<string> {
  await small.says('ana', 'restart checkout env=production', { incident });
  await small.clock.passes(2 * second);
  return [...small.bot.engine.readings.operations.keys()].at(-1) ?? '';
}

async function approves(small: SmallBot, operation: string): Promise<void> {
  const hash = (await small.bot.engine.operation(operation))?.hash ?? '';
  await small.says('ben', `approve ${operation} ${hash.slice(0, 10)}`);
  await small.clock.passes(5 * second);
}

/** Lines of a thread that name a group, with whom they call. */
async function callsIn(small: SmallBot, thread: string): Promise<readonly string[]> {
  const entries: readonly Entry[] = (await small.bot.threads.desired(thread))?.entries ?? [];
  return entries.flatMap((entry) => {
    if (entry.kind !== 'line') return [];
    const whom = entry.text.flatMap((span) =>
      typeof span !== 'string' && span.kind === 'notify' ? [span.people.join('+')] : [],
    );
    return whom.length === 0 ? [] : [`${whom}: ${plain(entry.text)}`];
  });
}

describe('a group that a rule tells', () => {
  it('is called when it is asked for, when it may begin and when it has ended, once each', async () => {
    const small = await started();
    const incident = await small.declares();
    const operation = await asked(small, incident);
    expect(await callsIn(small, incident)).toHaveLength(1);
    await approves(small, operation);
    await small.clock.passes(60 * second);
    const calls = await callsIn(small, incident);
    expect(calls.map((call) => call.replace(/^.*?`/, '`'))).toEqual([
      '`restart checkout env=production`',
      '`restart checkout env=production` is done',
    ]);
    for (const call of calls) expect(call).toContain('ana+ben+gone: ');
    expect(
      small.types(`operation/${operation}`).filter((type) => type === 'PeopleTold'),
    ).toHaveLength(2);
  });

  it('is called between approval and end where that takes a while, and not again after a restart', async () => {
    const small = await started();
    const operation = await asked(small);
    await small.says('ben', 'freeze all for=5m reason=audit');
    await approves(small, operation);
    expect((await callsIn(small, operation)).at(-1)).toContain('is approved');
    await small.bot.close();
    const after = await started({ from: small });
    await after.clock.passes(600 * second);
    const calls = await callsIn(after, operation);
    expect(calls).toHaveLength(3);
    expect(calls[2]).toContain('is done');
  });

  it('is not called for what came to no plan', async () => {
    const small = await started();
    await small.says('ben', 'read-only on reason=audit');
    const operation = await asked(small);
    expect(await callsIn(small, operation)).toEqual([]);
    expect(small.types()).not.toContain('PeopleTold');
  });

  it('is called under both rules where two have to be satisfied', () => {
    const both = strictest(
      { allowed: true, rule: rule({ where: 'a', tell: ['sre', 'dba'] }) },
      { allowed: true, rule: rule({ where: 'b', tell: ['dba', 'support'] }) },
    );
    expect(both.allowed && both.rule.tell).toEqual(['sre', 'dba', 'support']);
  });
});
