import { describe, expect, it } from 'vitest';
import type { Asked } from '../../src/bot/chat.ts';
import type { Whisper } from '../../src/core/ports/surface.ts';
import { ProblemError, problem } from '../../src/core/problem.ts';
import { createMemoryJournal } from '../fakes/memory-journal.ts';
import { type SmallBot, startSmallBot } from '../fakes/small-bot.ts';
import { eventually } from '../support/eventually.ts';

const from = { channel: 'C1', root: '17.1' };

function line(text: string, more: Partial<Asked> = {}): Asked {
  const actor = { surface: 'slack/main', account: 'T01/ana' };
  return { kind: 'line', line: text, actor, thread: '', cause: 'slack/1', from, ...more } as Asked;
}

const cardOf = async (answer: Promise<{ readonly card: unknown }>) =>
  JSON.stringify((await answer).card);

/** A surface that only hears answers which came too late for their own way. */
function listener() {
  const heard: Whisper[] = [];
  return {
    heard,
    surface: {
      name: 'slack/main',
      remembers: true,
      ensureRoot: async () => ({ ok: true, ref: 'r' }) as const,
      ensureEntry: async () => ({ ok: true, ref: 'e' }) as const,
      whisper: async (what: Whisper) => {
        heard.push(what);
        return { ok: true, ref: '' } as const;
      },
      close: async () => undefined,
    },
  };
}

const asksOf = (bot: SmallBot) =>
  bot.journal.all.filter(({ stream }) => stream.startsWith('inbox/'));

describe('what is asked on a chat platform', () => {
  it('is on disk when it is taken, before anything is done about it', async () => {
    const small = await startSmallBot();
    const { answer } = await small.bot.chat.take(line('scale checkout 4 env=production'));
    expect(small.types()).toEqual(['AskTaken']);
    expect(await cardOf(answer)).toContain('The plan is ready');
    expect(small.types().slice(0, 2)).toEqual(['AskTaken', 'OperationAsked']);
    expect(asksOf(small).map(({ event, by }) => [event.type, by])).toEqual([
      ['AskTaken', 'ana'],
      ['AskAnswered', 'tocsin'],
    ]);
  });

  it('is done once and answered again when the platform sends it twice', async () => {
    const small = await startSmallBot();
    const first = await small.bot.chat.take(line('scale checkout 4 env=production'));
    const second = await small.bot.chat.take(line('scale checkout 4 env=production'));
    const third = await first.answer.then(() =>
      small.bot.chat.take(line('scale checkout 4 env=production')),
    );
    const cards = await Promise.all([first, second, third].map(({ answer }) => cardOf(answer)));
    expect(new Set(cards).size).toBe(1);
    expect(small.types().filter((type) => type === 'OperationAsked')).toHaveLength(1);
    expect(asksOf(small)).toHaveLength(2);
  });

  it('is not taken when the journal takes nothing', async () => {
    const small = await startSmallBot({
      before: () => {
        throw new ProblemError(problem('JOURNAL_FULL', { path: 'x' }));
      },
    });
    await expect(small.bot.chat.take(line('ack'))).rejects.toThrow(ProblemError);
    expect(small.types()).toEqual([]);
    expect(small.bot.readings().asksWorking).toBe(0);
  });

  it('is not taken while five hundred others are worked on, and is once they are', async () => {
    const answers: (() => void)[] = [];
    const small = await startSmallBot({
      draft: () =>
        new Promise((resolve) =>
          answers.push(() => resolve({ ok: false, problem: problem('K8S_NOT_FOUND', {}) })),
        ),
    });
    const taken: Promise<unknown>[] = [];
    const asks = async (number: number) => {
      const text = `scale checkout 4 env=production another=yes`;
      const { answer } = await small.bot.chat.take(line(text, { cause: `slack/${number}` }));
      taken.push(answer);
    };
    for (let number = 0; number < 500; number += 1) await asks(number);
    await expect(asks(500)).rejects.toMatchObject({
      problem: { code: 'INBOX_FULL', facts: { waiting: 500 } },
    });
    // What was taken before is answered as ever.
    await asks(0);
    await eventually('all are drafted', () => answers.length === 500);
    for (const answer of answers) answer();
    await Promise.all(taken);
    await asks(501);
  });

  it('is not kept when nobody of ours asked', async () => {
    const small = await startSmallBot();
    const actor = { surface: 'slack/main', account: 'T02/ana' };
    const { answer } = await small.bot.chat.take(
      line('scale checkout 4 env=production', { actor }),
    );
    expect(await cardOf(answer)).toContain('PERSON_NOT_BOUND');
    expect(small.types()).toEqual([]);
  });

  it('carries what the person had before them', async () => {
    const small = await startSmallBot();
    await (await small.bot.chat.take(line('scale checkout 4 env=production'))).answer;
    const operation = [...small.bot.engine.readings.operations.keys()][0] ?? '';
    const hash = small.bot.engine.readings.operations.get(operation)?.state.hash ?? '';
    await small.bot.engine.record({
      kind: 'posts',
      id: operation,
      event: {
        type: 'Posted',
        v: 1,
        surface: 'slack/main',
        key: 'root',
        ref: 'C1:1',
        digest: 'd1',
      },
    });
    const actor = { surface: 'slack/main', account: 'T01/ben' };
    const press = { kind: 'approve', operation, hash } as const;
    await (
      await small.bot.chat.take({
        ...{ kind: 'press', press, key: 'root', actor, thread: operation, cause: 'slack/2', from },
      })
    ).answer;
    const given = small.journal.all.find(({ event }) => event.type === 'ApprovalGiven');
    expect(given?.event).toMatchObject({ shown: { digest: 'd1', surface: 'slack/main' } });
    expect(small.bot.chat.threadAt('slack/main', 'C1:1')).toBe(operation);
  });
});

describe('a press that says it was made on a rendering opened for it', () => {
  const ana = { surface: 'slack/main', account: 'T01/ana' };
  const press = { kind: 'view', operation: 'op-1' } as const;
  const shownIn = (small: SmallBot) =>
    asksOf(small).map(({ event }) => ('ask' in event ? event.ask : undefined))[0];

  async function presses(small: SmallBot, more: Partial<Asked> = {}) {
    const asked = { kind: 'press', press, key: 'root', thread: '', fresh: 'd1' } as const;
    const { answer } = await small.bot.chat.take({
      ...asked,
      actor: ana,
      cause: 'p',
      from,
      ...more,
    } as Asked);
    await answer;
    return shownIn(small);
  }

  it('is believed when it was opened for that person', async () => {
    const small = await startSmallBot();
    small.bot.chat.opened(ana, 'd1');
    expect(await presses(small)).toMatchObject({ shown: { digest: 'd1', fresh: true } });
  });

  it('is not believed when nothing was opened, or for somebody else, or long ago', async () => {
    const forged = await startSmallBot();
    expect(await presses(forged)).toMatchObject({ shown: { digest: '', fresh: false } });

    const others = await startSmallBot();
    others.bot.chat.opened({ ...ana, account: 'T01/ben' }, 'd1');
    expect(await presses(others)).toMatchObject({ shown: { fresh: false } });

    const old = await startSmallBot();
    old.bot.chat.opened(ana, 'd1');
    await old.clock.passes(16 * 60_000);
    expect(await presses(old)).toMatchObject({ shown: { fresh: false } });
  });
});

describe('what was taken when the process ended', () => {
  it('is done by the next one, and the person is told', async () => {
    const first = await startSmallBot();
    const second = await startSmallBot({ from: { ...first, journal: await onlyTaken() } });
    const chat = listener();
    second.bot.start([chat.surface]);
    await first.clock.passes(10);
    expect(second.types()).toContain('IncidentOpened');
    expect(chat.heard).toMatchObject([{ account: 'T01/ana', channel: 'C1', root: '17.1' }]);
    expect(JSON.stringify(chat.heard)).toContain('The incident is open');
    expect(second.bot.engine.readings.asks.size).toBe(0);
  });

  it('is not done when it is older than ten minutes, and the person is told that', async () => {
    const first = await startSmallBot();
    await first.clock.passes(11 * 60_000);
    const second = await startSmallBot({ from: { ...first, journal: await onlyTaken() } });
    const chat = listener();
    second.bot.start([chat.surface]);
    await first.clock.passes(10);
    expect(second.types()).toEqual(['AskTaken', 'AskAnswered']);
    expect(JSON.stringify(chat.heard)).toContain('ASK_TOO_LATE');
  });
});

/** A record that ends right after something was taken. */
async function onlyTaken() {
  const first = await startSmallBot();
  await first.bot.chat.take(line('declare "it is slow" for=checkout'));
  const journal = createMemoryJournal({ now: first.clock.now });
  for (const { stream, version, event, cause, by } of first.journal.all.slice(0, 1)) {
    await journal.append([{ stream, expectedVersion: version - 1, events: [event] }], {
      cause,
      by,
    });
  }
  return journal;
}
