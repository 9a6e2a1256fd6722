import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { replay } from '../../src/replay.ts';

const seen: { headers: IncomingHttpHeaders; body: string }[] = [];
let server: Server;
let folder = '';
let to = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tocsin-replay-'));
  server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const body = Buffer.concat(parts).toString();
      seen.push({ headers: request.headers, body });
      if (body === 'hang') return;
      response.statusCode = body.includes('bad') ? 422 : 202;
      response.end(body.includes('bad') ? 'nothing of it\n can be read' : '');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  to = `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks/alertmanager/main`;
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true });
});

beforeEach(() => {
  seen.length = 0;
});

async function recorded(name: string, text: string): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, text);
  return file;
}

function send(files: readonly string[], bearer?: string, timeoutMs = 5000) {
  return replay({ files, to, bearer, timeoutMs });
}

describe('replay', () => {
  it('sends bodies byte for byte, in order, with the token', async () => {
    const first = await recorded('first.json', '{ "alerts" : [ ] }\n');
    const second = await recorded('second.json', '{"b":2}');
    expect(await send([first, second], 'token-1')).toEqual({
      ok: true,
      lines: [`${first}: 202`, `${second}: 202`],
    });
    expect(seen.map(({ body }) => body)).toEqual(['{ "alerts" : [ ] }\n', '{"b":2}']);
    expect(seen[0]?.headers).toMatchObject({
      authorization: 'Bearer token-1',
      'content-type': 'application/json',
    });
  });

  it('sends recorded headers, but no credential and nothing of the old connection', async () => {
    const headers = {
      'X-Signature': 'v1=abc',
      Authorization: 'Bearer old',
      Host: 'elsewhere',
      'Content-Length': '1',
    };
    const file = await recorded('signed.json', JSON.stringify({ headers, body: '{"a": 1}' }));
    expect((await send([file])).ok).toBe(true);
    expect(seen[0]?.body).toBe('{"a": 1}');
    expect(seen[0]?.headers['x-signature']).toBe('v1=abc');
    expect(seen[0]?.headers.authorization).toBeUndefined();
    expect(seen[0]?.headers.host).toBe(new URL(to).host);
  });

  it('sends a recorded body that is JSON as JSON', async () => {
    const file = await recorded('nested.json', '{ "headers": {}, "body": { "a": 1 } }');
    await send([file]);
    expect(seen[0]?.body).toBe('{"a":1}');
  });

  it('goes on behind a refusal and says it was one', async () => {
    const bad = await recorded('bad.json', 'bad');
    const good = await recorded('good.json', '{}');
    const missing = join(folder, 'missing.json');
    expect(await send([bad, missing, good])).toEqual({
      ok: false,
      lines: [
        `${bad}: 422 nothing of it can be read`,
        `${missing}: not sent, it cannot be read (ENOENT)`,
        `${good}: 202`,
      ],
    });
  });

  it('gives up on a server that does not answer', async () => {
    const file = await recorded('hang.json', 'hang');
    expect(await send([file], undefined, 100)).toEqual({
      ok: false,
      lines: [`${file}: no answer from ${to} (it took too long)`],
    });
  });

  it('says that nobody listens', async () => {
    const file = await recorded('nobody.json', '{}');
    const nobody = 'http://127.0.0.1:1/';
    const asked = { files: [file], to: nobody, bearer: undefined, timeoutMs: 5000 };
    expect((await replay(asked)).lines[0]).toMatch(
      /no answer from http:\/\/127\.0\.0\.1:1\/ \(.+\)$/,
    );
  });
});
