import { createServer, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { findRoute, type HttpRoute } from '../../../src/bot/http-route.ts';
import { stepUpProblems } from '../../../src/bot/step-up/problems.ts';
import {
  type AskedCompletion,
  type Console,
  type ConsoleDesk,
  type ConsoleOptions,
  type ConsoleProposals,
  type ConsoleRecords,
  createConsole,
  type PressedButton,
  type SaidLine,
  type ShownPlan,
} from '../../../src/bot/surfaces/console/index.ts';
import { bookOf } from '../../../src/cli/book.ts';
import type { Answer, Thread } from '../../../src/core/view/card.ts';
import { refused } from '../../../src/handlers/answer.ts';
import { refusalCard, sampleRows, sampleThread, sampleTrail } from './sample-cards.ts';

const book = bookOf(stepUpProblems);

/** A desk that remembers what it was told and answers what the test wants. */
export interface FakeDesk extends ConsoleDesk {
  readonly said: SaidLine[];
  readonly pressed: PressedButton[];
  readonly asked: AskedCompletion[];
  readonly threads: Map<string, Thread>;
  readonly plans: Map<string, ShownPlan>;
  readonly pictures: Map<string, Uint8Array>;
  rows: ReturnType<ConsoleDesk['board']>;
  answer: Answer;
  records: ConsoleRecords;
  proposals?: ConsoleProposals;
}

export interface Stage {
  readonly url: string;
  readonly console: Console;
  readonly desk: FakeDesk;
  get(path: string, headers?: Record<string, string>): Promise<Reply>;
  post(
    path: string,
    form: Record<string, string>,
    headers?: Record<string, string>,
  ): Promise<Reply>;
  close(): Promise<void>;
}

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export const demoPeople = [
  { id: 'ana', name: 'Ana' },
  { id: 'ben', name: 'Ben' },
];

export function createFakeDesk(): FakeDesk {
  const desk: FakeDesk = {
    said: [],
    pressed: [],
    asked: [],
    threads: new Map([[sampleThread.incident, sampleThread]]),
    plans: new Map(),
    pictures: new Map(),
    picture: async (digest) => desk.pictures.get(digest),
    rows: sampleRows,
    answer: { to: 'asker', card: refusalCard },
    async say(said) {
      desk.said.push(said);
      return desk.answer;
    },
    async press(pressed) {
      desk.pressed.push(pressed);
      return desk.answer;
    },
    form: async () => undefined,
    waits: async ({ kind }) =>
      kind === 'person'
        ? [{ what: 'review', thread: 'inc-7', line: 'scale <b>6</b>', operation: 'op-41' }]
        : [],
    async complete(asked) {
      desk.asked.push(asked);
      const words = [
        'rollback checkout',
        'restart checkout',
        'resolve',
        'runbook',
        'scale checkout ',
      ];
      return words
        .filter((word) => word.startsWith(asked.line))
        .map((word) => ({ insert: word, label: `what ${word.split(' ')[0]} does` }));
    },
    board: () => desk.rows,
    privately: async () => [],
    sees: async () => true,
    records: {
      mayExport: async (actor) => actor.kind === 'token' || actor.person === 'ana',
      trail: async () => sampleTrail,
      async export({ format, actor }) {
        return (await desk.records.mayExport(actor))
          ? `the record as ${format}`
          : { code: 'EXPORT_NOT_ALLOWED', facts: {} };
      },
    },
    openTotal: () => desk.rows.filter(({ closedAt }) => closedAt === undefined).length,
    thread: async (incident) => desk.threads.get(incident),
    links: () => [],
    plan: async (operation) => desk.plans.get(operation),
    refusal: (because) => refused(because, { words: { names: new Map(), book } }).card,
  };
  return desk;
}

export async function startStage({
  port = 0,
  ...options
}: Partial<ConsoleOptions> & { port?: number } = {}): Promise<Stage> {
  const desk = createFakeDesk();
  let url = '';
  const console = createConsole({
    desk,
    access: { kind: 'demo', people: demoPeople },
    origins: () => [url],
    now: () => 0,
    limits: { pauseMs: 5 },
    ...options,
  });
  const listening = await listen(console.routes, port);
  url = listening.url;
  const origin = () => options.origins?.()[0] ?? url;
  return {
    url,
    console,
    desk,
    get: (path, headers = {}) => exchange(url + path, { method: 'GET', headers }),
    post: (path, form, headers = {}) =>
      exchange(url + path, {
        method: 'POST',
        headers: {
          'Content-Type': 'application/x-www-form-urlencoded',
          Accept: 'application/json',
          Origin: origin(),
          ...headers,
        },
        body: new URLSearchParams(form).toString(),
      }),
    async close() {
      await console.close();
      await listening.close();
    },
  };
}

async function listen(routes: readonly HttpRoute[], wanted: number) {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://stage.invalid');
    const found = findRoute(routes, request.method ?? 'GET', pathname);
    if (found.kind === 'found') {
      found.route.handle(request, response, found.params).catch(() => response.destroy());
      return;
    }
    response.writeHead(found.kind === 'none' ? 404 : 405).end();
  });
  await new Promise<void>((done) => server.listen(wanted, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise<void>((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

/** `fetch` would not let a test choose Host, Origin or Cookie. */
export function exchange(
  url: string,
  { method, headers, body }: { method: string; headers: Record<string, string>; body?: string },
): Promise<Reply> {
  return new Promise((done, fail) => {
    const request = httpRequest(url, { method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        done({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString('utf8'),
        }),
      );
      response.on('error', fail);
    });
    request.on('error', fail);
    request.end(body);
  });
}
