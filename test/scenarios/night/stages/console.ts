import { randomBytes } from 'node:crypto';
import { type HttpListener, listen } from '../../../../src/bot/http.ts';
import {
  type ConsoleSessions,
  createConsole,
  createConsoleSessions,
} from '../../../../src/bot/surfaces/console/index.ts';
import {
  consoleClient,
  formsOf,
  type PagePiece,
  piecesOf,
  signIn,
  textOf,
} from '../../../support/console-client.ts';
import { consoleDeskOf } from '../../../support/console-desk.ts';
import { bareConfig, type Life, type Stage, type StageMessage, type StageThread } from './stage.ts';

/** The web console over HTTP, used as a text browser would. Signing in outlives a restart of the bot. */
export function consoleStage(): Stage {
  const cookies = new Map<string, string>();
  let listener: HttpListener | undefined;
  let sessions: ConsoleSessions | undefined;
  const url = () => listener?.url ?? '';

  /** A session ends when nobody used it for a while: then the host is asked for another link. */
  async function as(person: string) {
    const known = cookies.get(person);
    if (known !== undefined && (await sessions?.find(tokenIn(known))))
      return consoleClient(url, known);
    const made = await sessions?.makeLink(person, 'host');
    // Who is not configured gets no link: there is nothing that could be typed.
    if (!made) return undefined;
    const cookie = await signIn(`${url()}/sign-in#${made.token}`);
    cookies.set(person, cookie);
    return consoleClient(url, cookie);
  }

  async function page(path: string): Promise<string> {
    const client = await as('ana');
    return client ? client.page(path) : '';
  }

  function threadOf(incident: string): StageThread {
    return {
      id: incident,
      messages: async () => piecesOf(await page(`/incidents/${incident}`)).map(messageOf(incident)),
      async says(person, line) {
        const client = await as(person);
        return client ? client.says(incident, line) : notBound;
      },
    };
  }

  function messageOf(incident: string) {
    return ({ key, html }: PagePiece): StageMessage => ({
      id: key,
      text: textOf(html),
      buttons: formsOf(html).map(({ label }) => label),
      async presses(person, button) {
        const client = await as(person);
        if (!client) return notBound;
        const answer = await client.presses(incident, button, key);
        if (answer === undefined) throw new Error(`there is no button ${button}`);
        return answer;
      },
    });
  }

  return {
    name: 'console',
    config: bareConfig,
    async open(life) {
      sessions = sessionsOf(life);
      const shown = createConsole({
        desk: consoleDeskOf(life.bot),
        access: { kind: 'sessions', sessions },
        origins: () => [url()],
        now: life.clock.now,
        log: (message, error) => life.log(message, { error }),
      });
      listener = await listen({
        name: 'console',
        host: '127.0.0.1',
        port: 0,
        routes: shown.routes,
        log: life.log,
      });
      const opened = listener;
      return {
        surfaces: [shown.surface],
        connections: [],
        async close() {
          await shown.close();
          await opened.close();
        },
      };
    },
    async threads() {
      const client = await as('ana');
      return ((await client?.incidents()) ?? []).map(threadOf);
    },
    async says(person, line) {
      const client = await as(person);
      return client ? client.says('', line) : notBound;
    },
    isInOrder: () => undefined,
    close: async () => undefined,
  };
}

function tokenIn(cookie: string): string {
  return cookie.slice(cookie.indexOf('=') + 1);
}

/** What whoever has no way in reads at the door, in the words of the other stages. */
const notBound = 'PERSON_NOT_BOUND';

function sessionsOf({ journal, settings, clock }: Life): ConsoleSessions {
  return createConsoleSessions({
    journal,
    person: (id) => settings.people.find((person) => person.id === id),
    now: clock.now,
    random: randomBytes,
  });
}
