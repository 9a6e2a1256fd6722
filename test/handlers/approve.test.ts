import { describe, expect, it } from 'vitest';
import { sha256 } from '../core/operation/sample.ts';
import { type SmallBot, startSmallBot } from '../fakes/small-bot.ts';

describe('an approval that was typed', () => {
  it('is on the record with what the card showed there, and that nothing was pressed', async () => {
    const small = await startSmallBot();
    const incident = await small.declares();
    const { operation, hash } = await asks(small, 'restart', incident);
    const thread = await small.bot.threads.desired(incident);
    const card = thread?.entries.find(({ key }) => key === `operation/${operation}`);

    await small.says('ben', `approve ${operation} ${hash.slice(0, 10)}`, { incident });
    const shown = { digest: sha256(JSON.stringify(card)), surface: 'console', typed: true };
    expect(approvals(small)).toMatchObject([{ approver: { person: 'ben' }, shown }]);
  });

  it('of an operation outside any incident names the card of its own thread', async () => {
    const small = await startSmallBot();
    const { operation, hash } = await asks(small, 'restart checkout env=production');
    const { root } = (await small.bot.threads.desired(operation)) ?? {};
    await small.says('ben', `approve ${operation} ${hash.slice(0, 10)}`);
    expect(approvals(small)).toMatchObject([{ shown: { digest: sha256(JSON.stringify(root)) } }]);
  });

  it('names what was posted last where a platform may be behind', async () => {
    const small = await startSmallBot();
    const incident = await small.declares();
    const { operation, hash } = await asks(small, 'restart', incident);
    const posted = { key: `operation/${operation}`, ref: 'C1/1.1', digest: 'of what stands there' };
    await small.bot.engine.record({
      kind: 'posts',
      id: incident,
      event: { type: 'Posted', v: 1, surface: 'console', ...posted },
    });
    await small.says('ben', `approve ${operation} ${hash.slice(0, 10)}`, { incident });
    expect(approvals(small)).toMatchObject([{ shown: { digest: posted.digest, typed: true } }]);
  });
});

async function asks(small: SmallBot, line: string, incident = '') {
  await small.says('ana', line, { incident });
  const [held] = small.bot.engine.readings.operations.values();
  return { operation: held?.state.id ?? '', hash: held?.state.hash ?? '' };
}

function approvals({ journal }: SmallBot) {
  return journal.all.map(({ event }) => event).filter(({ type }) => type === 'ApprovalGiven');
}
