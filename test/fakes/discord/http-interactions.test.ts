import { createPublicKey, verify } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Routes } from 'discord.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { type StillClock, stillClock } from '../still-clock.ts';
import { restClient, wronglyTaken } from './given.ts';
import { type FakeChannel, type FakeDiscord, type FakePerson, startFakeDiscord } from './index.ts';
import { type Json, object } from './json.ts';

/** `DER` of an Ed25519 public key without its 32 bytes. */
const spki = Buffer.from('302a300506032b6570032100', 'hex');

describe('interactions over HTTP', () => {
  let clock: StillClock;
  let discord: FakeDiscord;
  let ops: FakeChannel;
  let ana: FakePerson;
  let server: Server;
  let url: string;
  let careful: boolean;
  let answer: (payload: Json, response: ServerResponse) => void;

  beforeEach(async () => {
    clock = stillClock();
    discord = await startFakeDiscord({ clock });
    const guild = discord.addGuild('Shop');
    ops = guild.addChannel('ops');
    ana = guild.addPerson('ana');
    const path = Routes.applicationGuildCommands(discord.applicationId, guild.id);
    await restClient(discord).put(path, { body: [{ name: 'ops', description: 'x' }] });
    careful = true;
    answer = (_payload, response) => say(response, { type: 4, data: { content: 'well' } });
    server = createServer((request, response) => void receive(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/interactions`;
  });

  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await discord.close();
    expect(wronglyTaken(discord)).toEqual([]);
  });

  /** A bot that checks the signature, as one must. */
  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const body = Buffer.concat(chunks).toString();
    if (careful && !isSigned(request, body)) return void response.writeHead(401).end();
    const payload = object(JSON.parse(body));
    if (payload['type'] === 1) say(response, { type: 1 });
    else answer(payload, response);
  }

  function isSigned({ headers }: IncomingMessage, body: string): boolean {
    const key = createPublicKey({
      key: Buffer.concat([spki, Buffer.from(discord.http.publicKey, 'hex')]),
      format: 'der',
      type: 'spki',
    });
    const signed = Buffer.from(`${headers['x-signature-timestamp']}${body}`);
    const signature = Buffer.from(String(headers['x-signature-ed25519']), 'hex');
    return verify(null, signed, key, signature);
  }

  function say(response: ServerResponse, body: object): void {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(body));
  }

  it('come to an address that answered the ping and refused what was signed wrongly', async () => {
    await discord.http.connect(url);
    expect(discord.http.probes.map(({ wrong, refused }) => [wrong, refused])).toEqual([
      ['a changed signature', true],
      ['the key of a stranger', true],
      ['another timestamp', true],
      ['another body', true],
      ['no signature', true],
      ['no timestamp', true],
      ['a signature that is no hex', true],
    ]);
    const asked = await ana.uses(ops, '/ops').answered;
    expect([asked.outcome, asked.sees]).toEqual(['message', 'well']);
  });

  it('do not come to an address that takes any signature', async () => {
    careful = false;
    await expect(discord.http.connect(url)).rejects.toThrow('accepted a changed signature (200)');
    expect(discord.http.url()).toBeUndefined();
  });

  it('do not come to an address that does not answer the ping', async () => {
    await expect(discord.http.connect(`${discord.url}/nowhere`)).rejects.toThrow('with 404');
  });

  it('stop coming once a wrong signature is taken', async () => {
    await discord.http.connect(url);
    careful = false;
    await discord.http.probe();
    expect(discord.http.url()).toBeUndefined();
  });

  it('may be answered by the callback method after a 202', async () => {
    await discord.http.connect(url);
    answer = (payload, response) => {
      response.writeHead(202).end();
      const { id, token } = payload;
      const path = Routes.interactionCallback(String(id), String(token));
      void restClient(discord).post(path, { body: { type: 5, data: { flags: 64 } }, auth: false });
    };
    const asked = await ana.uses(ops, '/ops').answered;
    expect(asked.outcome).toBe('deferred');
  });

  it('fail at once on an answer that breaks a limit, and say why', async () => {
    await discord.http.connect(url);
    answer = (_payload, response) =>
      say(response, { type: 4, data: { content: 'x'.repeat(2_001) } });
    const asked = await ana.uses(ops, '/ops').answered;
    expect(asked.outcome).toBe('failed');
    expect(asked.complaint).toMatchObject({ code: 50035 });
  });

  it('fail after three seconds of silence', async () => {
    await discord.http.connect(url);
    let came = false;
    answer = () => {
      came = true;
    };
    const asked = ana.uses(ops, '/ops');
    await eventually('it came', () => came);
    await clock.passes(3_000);
    expect(asked.outcome).toBe('failed');
  });
});
