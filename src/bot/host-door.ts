import { chmod, lstat, unlink } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { isMainThread } from 'node:worker_threads';
import { type ProblemBook, ProblemError, problem, problemOf } from '../core/problem.ts';

/**
 * How a command on the host reaches the running bot, which alone owns the journal: a Unix socket beside the journal
 * that only the bot's own user may open. One line of JSON in, one line of JSON out.
 */
export interface HostDoor {
  readonly path: string;
  close(): Promise<void>;
}

/** `{ "do": "console-link", "person": "ana" }` */
export type HostRequest = Readonly<Record<string, string>> & { readonly do: string };

export type HostAnswer =
  | { readonly ok: true; readonly answer: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly code: string; readonly facts: ProblemError['problem']['facts'] };

export type HostHandler = (request: HostRequest) => Promise<Readonly<Record<string, unknown>>>;

export interface HostDoorOptions {
  readonly path: string;
  readonly handlers: Readonly<Record<string, HostHandler>>;
  readonly log?: (message: string, error: unknown) => void;
}

export const hostDoorProblems = {
  HOST_DOOR_CLOSED: {
    what: 'No running bot answers at {path}.',
    changed: 'Nothing was changed.',
    why: '{reason}',
    next: 'Start the bot, run this on its host as its user, and with its configuration.',
  },
  HOST_DOOR_TAKEN: {
    what: 'Another process answers at {path}.',
    changed: 'Nothing was changed.',
    why: 'A bot with the same journal is running.',
    next: 'Stop it, or give this one another `journal.path`.',
  },
  HOST_DOOR_PATH: {
    what: 'The socket {path} cannot be made.',
    changed: 'Nothing was changed.',
    why: 'A socket path has at most {bytesMax} bytes.',
    next: 'Choose a shorter `journal.path`.',
  },
  HOST_DOOR_UNKNOWN: {
    what: 'The running bot does not know `{do}`.',
    changed: 'Nothing was changed.',
    why: 'It is of another version than this command.',
    next: 'Use the same version for both.',
  },
  HOST_DOOR_UNREADABLE: {
    what: 'The request to the running bot cannot be read.',
    changed: 'Nothing was changed.',
    why: 'It is no line of JSON with a `do`, or longer than 4 KiB.',
    next: 'Use `tocsin`, of the same version as the bot.',
  },
  HOST_DOOR_PERSON_UNKNOWN: {
    what: 'There is nobody called `{person}`.',
    changed: 'Nothing was changed.',
    why: '`people` in the configuration has no such id.',
    next: 'Look the id up there; names are not ids.',
  },
  HOST_DOOR_FAILED: {
    what: 'The running bot could not do it.',
    changed: 'Not known.',
    why: 'It failed while it worked on it; its log has the details.',
    next: 'Look at its log.',
  },
} as const satisfies ProblemBook;

export function hostDoorPath(journalPath: string): string {
  return `${journalPath}.sock`;
}

export async function openHostDoor(options: HostDoorOptions): Promise<HostDoor> {
  const { path } = options;
  if (Buffer.byteLength(path) > pathBytesMax) {
    throw new ProblemError(problem('HOST_DOOR_PATH', { path, bytesMax: pathBytesMax }));
  }
  await clearAway(path);
  const open = new Set<Socket>();
  // A client may end its side after the line and still read the answer, as `nc` does.
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    serve(socket, options);
  });
  await listenPrivately(server, path);
  return {
    path,
    close: () =>
      new Promise((done) => {
        // Closing also takes the socket file away.
        server.close(() => done());
        for (const socket of open) socket.destroy();
      }),
  };
}

/** Asks the running bot; rejects with a ProblemError when nobody is there or it refuses. */
export async function askHost(
  path: string,
  request: HostRequest,
): Promise<Readonly<Record<string, unknown>>> {
  const closed = (reason: string) =>
    new ProblemError(problem('HOST_DOOR_CLOSED', { path, reason }));
  const line = await new Promise<string>((done, fail) => {
    const socket = connect(path);
    socket.setTimeout(answerMs, () => socket.destroy(new Error('it gave no answer in time')));
    socket.on('error', (error) => fail(closed(error.message)));
    socket.on('connect', () => socket.write(`${JSON.stringify(request)}\n`));
    readLine(socket, (text) => (text === undefined ? fail(closed('it hung up')) : done(text)));
  });
  const answer: HostAnswer = JSON.parse(line);
  if (answer.ok) return answer.answer;
  throw new ProblemError(problem(answer.code, answer.facts));
}

/** sun_path holds 108 bytes on Linux and 104 on macOS, the closing zero included. */
const pathBytesMax = 103;
const lineBytesMax = 4096;
const answerMs = 10_000;

/** A socket left by a crash is removed; one that answers belongs to somebody. */
async function clearAway(path: string): Promise<void> {
  const state = await new Promise<string>((done) => {
    const socket = connect(path);
    socket.on('connect', () => {
      socket.destroy();
      done('answers');
    });
    socket.on('error', (error: NodeJS.ErrnoException) => done(error.code ?? ''));
  });
  if (state === 'answers') throw new ProblemError(problem('HOST_DOOR_TAKEN', { path }));
  // A plain file refuses a connection too, and is nothing of ours.
  if (state === 'ECONNREFUSED' && (await lstat(path)).isSocket()) await unlink(path);
}

/** The umask closes the moment between bind and chmod; a worker thread has none of its own to set. */
async function listenPrivately(server: Server, path: string): Promise<void> {
  const before = isMainThread ? process.umask(0o177) : undefined;
  try {
    await new Promise<void>((done, fail) => {
      server.once('error', fail);
      server.listen(path, () => done());
      if (before !== undefined) process.umask(before);
    });
  } finally {
    if (before !== undefined) process.umask(before);
  }
  await chmod(path, 0o600);
}

function serve(socket: Socket, options: HostDoorOptions): void {
  socket.setTimeout(answerMs, () => socket.destroy());
  socket.on('error', () => socket.destroy());
  readLine(socket, (line) => {
    answer(line, options)
      .then((said) => socket.end(`${JSON.stringify(said)}\n`))
      .catch(() => socket.destroy());
  });
}

async function answer(line: string | undefined, options: HostDoorOptions): Promise<HostAnswer> {
  const request = line === undefined ? undefined : parseRequest(line);
  if (request === undefined) return { ok: false, code: 'HOST_DOOR_UNREADABLE', facts: {} };
  const handler = Object.hasOwn(options.handlers, request.do)
    ? options.handlers[request.do]
    : undefined;
  if (handler === undefined) {
    return { ok: false, code: 'HOST_DOOR_UNKNOWN', facts: { do: request.do } };
  }
  try {
    return { ok: true, answer: await handler(request) };
  } catch (error) {
    options.log?.('host door request failed', error);
    const { code, facts } = problemOf(error, problem('HOST_DOOR_FAILED'));
    return { ok: false, code, facts };
  }
}

function parseRequest(line: string): HostRequest | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isRequest(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isRequest(value: unknown): value is HostRequest {
  return (
    typeof value === 'object' &&
    value !== null &&
    'do' in value &&
    Object.values(value).every((one) => typeof one === 'string')
  );
}

/** The first line; undefined when it is too long or never ends. Called once. */
function readLine(socket: Socket, done: (line: string | undefined) => void): void {
  let text = '';
  let told = false;
  function tell(line: string | undefined): void {
    if (told) return;
    told = true;
    done(line);
  }
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => {
    if (told) return;
    text += chunk;
    const end = text.indexOf('\n');
    if (end >= 0) tell(text.slice(0, end));
    else if (text.length > lineBytesMax) tell(undefined);
  });
  socket.on('end', () => tell(undefined));
  socket.on('close', () => tell(undefined));
}
