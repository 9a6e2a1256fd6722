import { describe, expect, it } from 'vitest';
import { createConsoleDesk } from '../../../src/bot/surfaces/console/index.ts';
import type { ConsoleActor } from '../../../src/bot/surfaces/console/ports.ts';
import type { Answer } from '../../../src/core/view/card.ts';
import { refusalCard } from './sample-cards.ts';

const answer: Answer = { to: 'asker', card: refusalCard };
const ana = { kind: 'person', person: 'ana', name: 'Ana', via: 'session', session: 's1' } as const;

function desk() {
  const actors: unknown[] = [];
  const shown: unknown[] = [];
  const console = createConsoleDesk({
    say: async ({ actor }) => {
      actors.push(actor);
      return answer;
    },
    press: async (pressed) => {
      actors.push(pressed.actor);
      shown.push(pressed.shown);
      return answer;
    },
    form: () => undefined,
    complete: () => [],
    incidents: () => [],
    incident: async () => undefined,
    operations: () => [],
    operation: async () => undefined,
    known: async () => undefined,
    hid: () => undefined,
    thread: async () => undefined,
    words: { names: new Map(), book: {} },
  });
  return { console, actors, shown };
}

describe('who speaks in the console', () => {
  const account = { surface: 'slack/main', account: 'T01/U01' };

  it.each<[string, ConsoleActor, unknown]>([
    ['a person signed in on the host', ana, { surface: 'console', account: 'ana', session: 's1' }],
    [
      'a person who came from chat is that account, by the session and the address it came from',
      { ...ana, account, ip: '192.0.2.7' },
      { ...account, session: 's1', ip: '192.0.2.7' },
    ],
    [
      'a program is nobody of ours',
      { kind: 'token', name: 'ci', scopes: [] },
      { surface: 'console', account: 'token:ci' },
    ],
  ])('%s', async (_what, actor, expected) => {
    const { console, actors } = desk();
    await console.say({ line: 'help', actor, cause: 'c' });
    expect(actors).toEqual([expected]);
  });

  it('presses on a page that lives, so what was shown is fresh', async () => {
    const { console, shown } = desk();
    const press = { kind: 'view', operation: 'op-1' } as const;
    await console.press({ press, actor: ana, incident: '', cause: 'c', shown: { digest: 'd' } });
    expect(shown).toEqual([{ digest: 'd', fresh: true }]);
  });
});
