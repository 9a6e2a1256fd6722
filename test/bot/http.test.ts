import { Agent, request } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { answer, type HttpListener, listen } from '../../src/bot/http.ts';

let listener: HttpListener | undefined;
let agent: Agent | undefined;

afterEach(async () => {
  agent?.destroy();
  await listener?.close();
});

function gate(): { readonly opened: Promise<void>; open(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}

function ask(url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { agent: agent ?? false }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode ?? 0));
    });
    asked.on('error', reject);
    asked.end();
  });
}

describe('a listener that closes', () => {
  it('answers what is under way, and waits for no sender that would keep its connection', async () => {
    const arrived = gate();
    const mayAnswer = gate();
    agent = new Agent({ keepAlive: true, maxSockets: 1 });
    listener = await listen({
      name: 'server',
      host: '127.0.0.1',
      port: 0,
      log: () => undefined,
      routes: [
        {
          method: 'GET',
          path: '/slow',
          async handle(_request, response) {
            arrived.open();
            await mayAnswer.opened;
            answer(response, 200, {});
          },
        },
      ],
    });
    const asked = ask(`${listener.url}/slow`);
    await arrived.opened;
    const closed = listener.close();
    mayAnswer.open();
    expect(await asked).toBe(200);
    await closed;
    await expect(ask(`${listener.url}/slow`)).rejects.toThrow();
  });
});
