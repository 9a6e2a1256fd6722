import { describe, expect, it } from 'vitest';
import type { Surface, Whisper } from '../../src/core/ports/surface.ts';
import { plain } from '../../src/core/view/text.ts';
import { rule } from '../core/operation/sample.ts';
import { drafted, type SmallBot, type SmallBotOptions, startSmallBot } from '../fakes/small-bot.ts';

const rules = [
  rule({
    match: { risk: ['danger'] },
    places: [{ count: 2, from: 'sre' }],
    breakGlass: { from: ['sre'], perDay: 9 },
  }),
  rule({ match: { risk: ['change', 'incident', 'read'] }, places: [] }),
];
const fuse = { dangerPerHour: 2, call: ['sre'] };

async function started(options: SmallBotOptions = {}, surfaces: readonly Surface[] = []) {
  const draft = async () => ({ ...drafted, risk: 'danger' }) as typeof drafted;
  const small = await startSmallBot({ rules, fuse, draft, ...options });
  small.bot.start(surfaces);
  return small;
}

async function runs(small: SmallBot): Promise<string> {
  await small.says('ana', 'restart checkout env=production');
  const operation = [...small.bot.engine.readings.operations.keys()].at(-1) ?? '';
  const hash = (await small.bot.engine.operation(operation))?.hash ?? '';
  const why = 'reason="checkout is down, nobody answers"';
  await small.says('ana', `break-glass ${operation} ${hash.slice(0, 10)} ${why}`);
  await small.clock.passes(3000);
  return operation;
}

describe('too much that is dangerous', () => {
  it('makes everything read-only with the operation that reaches the number, before its first step', async () => {
    const small = await started();
    const first = await runs(small);
    expect((await small.bot.engine.operation(first))?.status).toBe('done');
    const second = await runs(small);
    expect(await small.bot.engine.operation(second)).toMatchObject({
      status: 'failed',
      problem: { code: 'HALTED_UNCHANGED' },
    });
    expect(small.target.writes).toHaveLength(1);
    const begun = small.journal.all.find(
      ({ stream, event }) => stream === `operation/${second}` && event.type === 'OperationStarted',
    );
    const blown = small.journal.all.find(({ event }) => event.type === 'FuseBlown');
    expect(blown?.cause).toBe(begun?.cause);
    expect(await small.says('ana', 'restart checkout env=production')).toContain('READ_ONLY');
    expect(await small.says('ana', 'locks')).toContain('the fuse blew');
  });

  it('calls people: in the thread, directly, and where security is looked at; once', async () => {
    const whispers: Whisper[] = [];
    const small = await started({}, [slack(whispers)]);
    await runs(small);
    const last = await runs(small);
    const thread = await small.bot.threads.desired(last);
    const line = thread?.entries.find(({ key }) => key === `fuse/${last}`);
    if (line?.kind !== 'line') throw new Error('no line');
    expect(plain(line.text)).toContain('2 dangerous operations began within an hour');
    expect(line.text).toContainEqual({
      kind: 'notify',
      group: 'sre',
      people: ['ana', 'ben', 'gone'],
    });
    const called = whispers.filter(({ answer }) => answer.card.key === `fuse/${last}`);
    expect(called.map(({ account }) => account)).toEqual(['T01/ana', 'T01/ben']);
    const noticed = () =>
      small.journal.all.filter(({ event }) => 'kind' in event && event.kind === 'fuse-blown');
    expect(noticed()).toHaveLength(1);
    await small.bot.close();
    const after = await started({ from: small }, [slack(whispers)]);
    await after.clock.passes(2000);
    expect(noticed()).toHaveLength(1);
    expect(whispers.filter(({ answer }) => answer.card.key === `fuse/${last}`)).toHaveLength(2);
  });

  it('is lifted as read-only is, and counts anew', async () => {
    const small = await started();
    await runs(small);
    await runs(small);
    await small.says('ana', 'read-only off reason="it was a game day"');
    await small.clock.passes(3000);
    expect(small.bot.engine.halts().readOnly).toBeUndefined();
    expect((await small.bot.engine.operation(await runs(small)))?.status).toBe('done');
  });
});

function slack(whispers: Whisper[]): Surface {
  return {
    name: 'slack/main',
    remembers: true,
    ensureRoot: async () => ({ ok: true, ref: 'r' }),
    ensureEntry: async () => ({ ok: true, ref: 'e' }),
    async whisper(whisper) {
      whispers.push(whisper);
      return { ok: true, ref: '' };
    },
    close: async () => undefined,
  };
}
