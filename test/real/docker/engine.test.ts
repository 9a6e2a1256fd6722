import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../../../src/integrations/docker/index.ts';

/**
 * A real engine, which is heavy to install, so it is asked for: its socket, and an image that has `sleep`. The container is
 * made and removed here; nothing else of the engine is touched.
 */
const socket = process.env['TOCSIN_TEST_DOCKER_SOCKET'] ?? '';
const image = process.env['TOCSIN_TEST_DOCKER_IMAGE'] ?? 'busybox';
const name = `tocsin-fence-${process.pid}`;

describe.skipIf(socket === '')(
  'a container of a real Docker Engine (TOCSIN_TEST_DOCKER_SOCKET)',
  () => {
    beforeAll(async () => {
      const HostConfig = {
        RestartPolicy: { Name: 'on-failure', MaximumRetryCount: 3 },
        NetworkMode: 'none',
      };
      // It ends by SIGINT, as a PostgreSQL does, and by no other signal.
      const Cmd = ['sh', '-c', 'trap "exit 0" INT; trap "" TERM; while true; do sleep 0.1; done'];
      const made = await ask('POST', `/containers/create?name=${name}`, {
        Image: image,
        Cmd,
        StopSignal: 'SIGINT',
        HostConfig,
      });
      expect(made.status, made.text).toBe(201);
      expect((await ask('POST', `/containers/${name}/start`)).status).toBe(204);
    });
    afterAll(async () => {
      await ask('DELETE', `/containers/${name}?force=true`);
    });

    it('is fenced, stays fenced, and is given back with the policy it had', async () => {
      const fence = connected().fence(name, 5_000);
      const note = await fence.plan();
      expect(note).toBe('on-failure:3');
      expect(await fence.holds()).toMatchObject({ exit: '1' });

      const began = performance.now();
      expect(await fence.raise()).toEqual({ exit: '0', said: '' });
      expect(performance.now() - began).toBeLessThan(4_000);
      expect(await state()).toEqual({
        running: false,
        policy: { Name: 'no', MaximumRetryCount: 0 },
        exit: 0,
      });
      expect(await fence.raise()).toMatchObject({ exit: '0' });
      expect(await fence.holds()).toEqual({ exit: '0', said: '' });

      expect(await fence.lift(note)).toEqual({ exit: '0', said: '' });
      expect(await state()).toMatchObject({
        running: true,
        policy: { Name: 'on-failure', MaximumRetryCount: 3 },
      });
      expect(await fence.lift(note)).toMatchObject({ exit: '0' });
    });

    it('that nobody knows is refused in the words of the engine', async () => {
      await expect(connected().fence(`${name}-no`, 1_000).plan()).rejects.toThrow(
        'DOCKER_NO_CONTAINER',
      );
      expect(await connected().fence(`${name}-no`, 1_000).raise()).toEqual({
        exit: 'failed',
        said: expect.stringMatching(/DOCKER_REFUSED: No such container/),
      });
    });
  },
);

function connected() {
  return connect({ target: 'host-1', at: { socket }, timeoutMs: 5_000 }, { clock: Date });
}

async function state() {
  const { text } = await ask('GET', `/containers/${name}/json`);
  const { State, HostConfig } = JSON.parse(text);
  return { running: State.Running, policy: HostConfig.RestartPolicy, exit: State.ExitCode };
}

/** As an operator, past all that is tested. */
function ask(
  method: string,
  path: string,
  body?: object,
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const headers = { host: 'docker', 'content-type': 'application/json' };
    const sent = request(
      { socketPath: socket, method, path: `/v1.41${path}`, headers },
      (reply) => {
        let text = '';
        reply.setEncoding('utf8');
        reply.on('data', (part: string) => {
          text += part;
        });
        reply.on('end', () => resolve({ status: reply.statusCode ?? 0, text }));
      },
    );
    sent.on('error', reject);
    sent.end(body && JSON.stringify(body));
  });
}
