import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Fence } from '../../../src/core/ports/fence.ts';
import { connect } from '../../../src/integrations/docker/index.ts';
import { type FakeDocker, startFakeDocker } from '../../fakes/docker.ts';

let docker: FakeDocker;
beforeEach(async () => {
  docker = await startFakeDocker(['pg-1', 'pg-2']);
});
afterEach(() => docker.close());

describe('a container', () => {
  it('is stopped in order, stays stopped when the engine comes up again, and is given back as it was', async () => {
    const container = of('pg-1');
    container.policy = { Name: 'always', MaximumRetryCount: 0 };
    const fence = fenceOf('pg-1');
    const note = await fence.plan();
    expect([fence.raises, note]).toEqual([
      'container pg-1 of docker/host-1 stopped, restart no',
      'always',
    ]);
    expect(await fence.holds()).toMatchObject({ exit: '1', said: expect.stringContaining('runs') });

    expect(await fence.raise()).toEqual({ exit: '0', said: '' });
    expect(container.signals).toEqual(['SIGINT']);
    docker.restart();
    expect(container.running).toBe(false);
    expect(await fence.holds()).toMatchObject({ exit: '0' });

    expect(await fence.lift(note)).toEqual({ exit: '0', said: '' });
    expect(container).toMatchObject({ running: true, policy: { Name: 'always' } });
    docker.restart();
    expect(container.running).toBe(true);
    expect(of('pg-2')).toMatchObject({ running: true, policy: { Name: 'unless-stopped' } });
  });

  it('keeps how often it is started again after a failure', async () => {
    of('pg-1').policy = { Name: 'on-failure', MaximumRetryCount: 5 };
    const fence = fenceOf('pg-1');
    const note = await fence.plan();
    await fence.raise();
    await fence.lift(note);
    expect(of('pg-1').policy).toEqual({ Name: 'on-failure', MaximumRetryCount: 5 });
  });

  it('is raised and lifted twice without harm', async () => {
    const fence = fenceOf('pg-1');
    expect(await fence.raise()).toMatchObject({ exit: '0' });
    expect(await fence.raise()).toMatchObject({ exit: '0' });
    expect(of('pg-1').signals).toHaveLength(1);
    expect(await fence.lift('always')).toMatchObject({ exit: '0' });
    expect(await fence.lift('always')).toMatchObject({ exit: '0' });
  });

  it('is no fence while it is stopped and would be started again', async () => {
    of('pg-1').running = false;
    expect(await fenceOf('pg-1').holds()).toEqual({
      exit: '1',
      said: 'container pg-1 of docker/host-1 is started again by unless-stopped',
    });
  });
});

describe('before anybody approves it is refused', () => {
  it.each<[string, () => void, string]>([
    [
      'of a container that nobody knows',
      () => delete docker.containers['pg-1'],
      'DOCKER_NO_CONTAINER',
    ],
    [
      'of one that is deleted when it stops',
      () => (of('pg-1').autoRemove = true),
      'DOCKER_NO_FENCE',
    ],
    [
      'of one that Swarm starts again',
      () => (of('pg-1').labels['com.docker.swarm.service.name'] = 'pg'),
      'DOCKER_NO_FENCE',
    ],
    [
      'of one of a pod',
      () => (of('pg-1').labels['io.kubernetes.pod.name'] = 'pg-0'),
      'DOCKER_NO_FENCE',
    ],
    [
      'of an engine that answers nonsense',
      () => docker.refuse('/json', 200, 'hello'),
      'DOCKER_UNREADABLE',
    ],
  ])('%s', async (_, make, code) => {
    make();
    await expect(fenceOf('pg-1').plan()).rejects.toThrow(code);
  });

  it('while the engine is left alone, and a step asks it all the same', async () => {
    const { fence } = connect(
      { target: 'host-1', at: { socket: '/nowhere/docker.sock' }, timeoutMs: 500 },
      { clock: Date },
    );
    const { plan, holds } = fence('pg-1', 1_000);
    for (let turn = 0; turn < 5; turn += 1) {
      await expect(plan()).rejects.toThrow('DOCKER_UNREACHABLE');
    }
    await expect(plan()).rejects.toThrow('DOCKER_RESTS');
    expect(await holds()).toMatchObject({ said: expect.stringContaining('DOCKER_UNREACHABLE') });
  });
});

describe('what fails is said', () => {
  it('where the policy may not be changed: the container goes on', async () => {
    docker.refuse('/update', 403, 'authorization denied by plugin');
    expect(await fenceOf('pg-1').raise()).toEqual({
      exit: 'failed',
      said: 'DOCKER_REFUSED: authorization denied by plugin',
    });
    expect(of('pg-1').running).toBe(true);
  });

  it('where the stop is refused: its policy was changed, so it is taken back', async () => {
    const fence = fenceOf('pg-1');
    const note = await fence.plan();
    docker.refuse('/stop', 500, 'cannot stop container');
    expect(await fence.raise()).toMatchObject({ exit: 'failed' });
    await fence.lift(note);
    expect(of('pg-1')).toMatchObject({ running: true, policy: { Name: 'unless-stopped' } });
  });

  it('where the answer of the stop is lost: it holds all the same, and says so when it is asked', async () => {
    const fence = fenceOf('pg-1');
    docker.lose('/stop');
    expect(await fence.raise()).toMatchObject({ exit: 'failed' });
    expect(await fence.holds()).toMatchObject({ exit: '0' });
  });
});

it('the doctor says which version the engine speaks and how each container stands', async () => {
  const integration = connected();
  integration.fence('pg-1', 1_000);
  integration.fence('pg-9', 1_000);
  expect(await integration.doctor()).toEqual([
    { check: 'api', facts: { version: '1.41' } },
    { check: 'container', facts: { container: 'pg-1', running: true, restart: 'unless-stopped' } },
    {
      check: 'container',
      facts: {},
      problem: expect.objectContaining({ code: 'DOCKER_NO_CONTAINER' }),
    },
  ]);
});

function connected() {
  return connect({ target: 'host-1', at: { url: docker.url }, timeoutMs: 2_000 }, { clock: Date });
}

function fenceOf(container: string): Fence {
  return connected().fence(container, 3_000);
}

function of(name: string) {
  const found = docker.containers[name];
  if (!found) throw new Error(`no container ${name}`);
  return found;
}
