import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { askHost, type HostDoor, hostDoorPath, openHostDoor } from '../../src/bot/host-door.ts';
import { ProblemError, problem } from '../../src/core/problem.ts';

let folder: string;
let path: string;
let door: HostDoor | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tocsin-door-'));
  path = hostDoorPath(join(folder, 'tocsin.db'));
});
afterEach(async () => {
  await door?.close();
  door = undefined;
  await rm(folder, { recursive: true });
});

async function open(): Promise<void> {
  door = await openHostDoor({
    path,
    handlers: {
      greet: async ({ person }) => ({ words: `hello ${person}` }),
      refuse: async () => {
        throw new ProblemError(problem('NOT_TODAY', { day: 'monday' }));
      },
      break: async () => {
        throw new Error('secret detail');
      },
    },
  });
}

function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'answered',
    (error: unknown) => (error instanceof ProblemError ? error.problem.code : String(error)),
  );
}

/** What comes back for raw bytes. */
function raw(bytes: string): Promise<string> {
  return new Promise((done) => {
    const socket = connect(path, () => socket.end(bytes));
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('error', () => done(text));
    socket.on('close', () => done(text));
  });
}

describe('the host door', () => {
  it('answers the handler of that name', async () => {
    await open();
    expect(await askHost(path, { do: 'greet', person: 'ana' })).toEqual({ words: 'hello ana' });
  });

  it('belongs to the user of the bot alone', async () => {
    await open();
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('passes a refusal on and keeps other failures to itself', async () => {
    await open();
    expect(await codeOf(askHost(path, { do: 'refuse' }))).toBe('NOT_TODAY');
    expect(await codeOf(askHost(path, { do: 'break' }))).toBe('HOST_DOOR_FAILED');
    expect(await raw('{"do":"break"}\n')).not.toContain('secret detail');
  });

  it.each([
    ['an unknown name', '{"do":"dance"}\n', 'HOST_DOOR_UNKNOWN'],
    ['a name every object has', '{"do":"constructor"}\n', 'HOST_DOOR_UNKNOWN'],
    ['no JSON', 'hello\n', 'HOST_DOOR_UNREADABLE'],
    ['no name', '{}\n', 'HOST_DOOR_UNREADABLE'],
    ['a number', '{"do":1}\n', 'HOST_DOOR_UNREADABLE'],
    ['an endless line', 'x'.repeat(5000), 'HOST_DOOR_UNREADABLE'],
    ['nothing', '', 'HOST_DOOR_UNREADABLE'],
  ])('refuses %s', async (_, bytes, code) => {
    await open();
    expect(JSON.parse(await raw(bytes)).code).toBe(code);
  });

  it('takes the place of a socket that a crash left', async () => {
    await open();
    const left = createServer();
    // A server that is closed by force of a crash leaves its file: here the file is put back by hand.
    await door?.close();
    await new Promise<void>((done) => left.listen(`${path}.old`, done));
    const { rename } = await import('node:fs/promises');
    await rename(`${path}.old`, path);
    await new Promise((done) => left.close(done));
    await open();
    expect(await askHost(path, { do: 'greet', person: 'ben' })).toEqual({ words: 'hello ben' });
  });

  it('does not push another bot aside', async () => {
    await open();
    expect(await codeOf(openHostDoor({ path, handlers: {} }))).toBe('HOST_DOOR_TAKEN');
    expect(await askHost(path, { do: 'greet', person: 'ana' })).toEqual({ words: 'hello ana' });
  });

  it('does not take a file away that is no socket of ours', async () => {
    await writeFile(path, 'precious');
    await expect(openHostDoor({ path, handlers: {} })).rejects.toThrow();
  });

  it('says when nobody is there, and when the path is too long', async () => {
    expect(await codeOf(askHost(path, { do: 'greet' }))).toBe('HOST_DOOR_CLOSED');
    const long = join(folder, 'x'.repeat(120));
    expect(await codeOf(openHostDoor({ path: long, handlers: {} }))).toBe('HOST_DOOR_PATH');
  });

  it('leaves no socket behind', async () => {
    await open();
    await door?.close();
    await expect(stat(path)).rejects.toThrow('ENOENT');
  });
});
