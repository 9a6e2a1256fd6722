import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Step } from '../../../src/core/operation/plan.ts';
import {
  autoscale,
  checkoutPath,
  codeOf,
  contextOf,
  createWorld,
  deploy,
  driverOf,
  follow,
  liveImage,
  ourWrites,
  run,
  stepOf,
  type World,
  withBadDeploy,
} from './world.ts';

let world: World;

beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

describe('a rollback of a Deployment', () => {
  it('goes back to the revision before and follows the rollout to its end', async () => {
    await withBadDeploy(world);
    const step = stepOf(await world.draft('rollback'));
    const ran = await run(world, step);
    expect(ran.applied?.outcome).toBe('applied');
    expect(await follow(world, step, ran)).toEqual({
      state: 'done',
      progress: { done: 3, of: 3, what: 'replicas updated and available' },
    });
    expect(liveImage(world)).toBe('shop/checkout:1');
  });

  it('leaves the object that kubectl rollout undo leaves, and our mark', async () => {
    await deploy(world, { annotations: { 'kubernetes.io/change-cause': 'v1', owner: 'ana' } });
    await deploy(world, badRevision);
    const before = await live(world);
    const good = world.sandbox
      .list('replicasets', 'shop')
      .find((set) => set.metadata.annotations?.['deployment.kubernetes.io/revision'] === '1');
    await run(world, stepOf(await world.draft('rollback')));
    const after = await live(world);

    // By kubectl's rule, written out: the template of the ReplicaSet without the hash label, its annotations, and of
    // the Deployment's own only the five of the controller and of kubectl.
    expect(after['spec']).toEqual({
      ...(before['spec'] as object),
      template: {
        metadata: { labels: { app: 'checkout' } },
        spec: good?.spec.template?.spec,
      },
    });
    expect((after['metadata'] as Meta).annotations).toEqual({
      'deployment.kubernetes.io/revision': '2',
      'kubectl.kubernetes.io/last-applied-configuration': '{"bad":true}',
      'kubernetes.io/change-cause': 'v1',
      owner: 'ana',
      'tocsin.dev/operation': 'op-1/s1/1',
    });
    expect((after['metadata'] as Meta).labels).toEqual((before['metadata'] as Meta).labels);
    expect(after['status']).toEqual(before['status']);
  });

  it('undoes itself and comes back to the bad revision', async () => {
    await withBadDeploy(world);
    const step = stepOf(await world.draft('rollback'));
    await follow(world, step, await run(world, step));
    await run(world, inverse(step), 'op-2');
    expect(liveImage(world)).toBe('shop/checkout:2-crash');
  });

  it('warns where no old revision is kept to come back to', async () => {
    await withBadDeploy(world);
    expect(await world.draft('rollback')).toMatchObject({ warnings: [] });
    await world.admin('PATCH', checkoutPath, { spec: { revisionHistoryLimit: 0 } });
    expect(await world.draft('rollback', { to: 1 })).toMatchObject({
      warnings: [{ code: 'K8S_NO_WAY_BACK', facts: { why: 'revisionHistoryLimit is 0.' } }],
    });
  });

  it('goes to the revision named, whatever number it has by then', async () => {
    await withBadDeploy(world);
    await deploy(world, { image: 'shop/checkout:3' });
    const first = stepOf(await world.draft('rollback', { to: 1 }));
    // Somebody goes to revision 1 and back: it is now called 4, and the live one 5.
    await deploy(world, { image: 'shop/checkout:1' });
    await deploy(world, { image: 'shop/checkout:3' });
    expect((await run(world, first)).applied?.outcome).toBe('applied');
    expect(liveImage(world)).toBe('shop/checkout:1');
  });

  it('does not go to the revision of a neighbour with the same labels', async () => {
    await withBadDeploy(world);
    const name = 'neighbour-1';
    const owner = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'neighbour', uid: 'u-1' };
    const labels = { app: 'checkout' };
    await world.admin('POST', '/apis/apps/v1/namespaces/shop/replicasets', {
      metadata: {
        name,
        labels,
        annotations: { 'deployment.kubernetes.io/revision': '9' },
        ownerReferences: [{ ...owner, controller: true }],
      },
      spec: {
        replicas: 0,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [{ name: 'x', image: 'x:1' }] } },
      },
    });
    expect(world.sandbox.get('replicasets', 'shop', name)).toBeDefined();
    expect(stepOf(await world.draft('rollback')).params['revision']).toBe(1);
    expect(codeOf(await world.draft('rollback', { to: 9 }))).toBe('K8S_REVISION_NOT_FOUND');
  });

  it('is drafted with what the number means now', async () => {
    await withBadDeploy(world);
    await deploy(world, { image: 'shop/checkout:1' });
    expect(await world.draft('rollback', { to: 1 })).toMatchObject({
      ok: false,
      problem: { code: 'K8S_REVISION_NOT_FOUND', facts: { revision: 1, revisions: '2, 3' } },
    });
  });

  it('keeps template and last-applied configuration out of the plan', async () => {
    await deploy(world, { env: { DSN: 'canary-1' } });
    await deploy(world, { ...badRevision, env: { DSN: 'canary-2' } });
    const said = JSON.stringify(await world.draft('rollback'));
    expect(said).not.toContain('canary');
    expect(said).not.toContain('{\\"bad\\"');
    expect(said).toContain('env[DSN].value');
  });
});

describe('a rollback that nobody should run', () => {
  it.each([
    ['only one revision', {}, 'K8S_NO_HISTORY'],
    ['a word for a revision', { to: 'last' }, 'K8S_BAD_ARGUMENT'],
    ['revision 0', { to: 0 }, 'K8S_BAD_ARGUMENT'],
    ['the revision that runs', { to: 1 }, 'K8S_ALREADY_AT_REVISION'],
    ['a revision nobody knows', { to: 7 }, 'K8S_REVISION_NOT_FOUND'],
  ])('is refused: %s', async (_what, args, code) => {
    await deploy(world);
    expect(codeOf(await world.draft('rollback', args))).toBe(code);
  });

  it('is refused while the workload is paused', async () => {
    await withBadDeploy(world);
    await world.admin('PATCH', checkoutPath, { spec: { paused: true } });
    expect(codeOf(await world.draft('rollback'))).toBe('K8S_PAUSED');
  });

  it('is refused while the controller has not seen the last change, unless the revision is named', async () => {
    await withBadDeploy(world);
    await world.admin('PATCH', checkoutPath, {
      spec: { template: { metadata: { labels: { again: 'yes' } } } },
    });
    expect(codeOf(await world.draft('rollback'))).toBe('K8S_CONTROLLER_BEHIND');
    expect(codeOf(await world.draft('rollback', { to: 1 }))).toBe('accepted');
  });

  it('is refused when a number in the object would be rounded', async () => {
    await withBadDeploy(world);
    await world.admin(
      'PATCH',
      checkoutPath,
      JSON.parse(
        '{"spec":{"template":{"spec":{"securityContext":{"runAsUser":9007199254740992}}}}}',
      ),
    );
    await world.clock.advanceAsync(1_000);
    expect(codeOf(await world.draft('rollback'))).toBe('K8S_ROUNDED_NUMBER');
  });

  it('names the nearest workloads for a mistyped one', async () => {
    await withBadDeploy(world);
    const locator = { namespace: 'shop', deployment: 'chekout' };
    expect(await world.draft('rollback', {}, { locator })).toMatchObject({
      problem: { code: 'K8S_NOT_FOUND', facts: { name: 'chekout', near: 'checkout' } },
    });
  });

  it('is refused for a verb it does not have', async () => {
    await deploy(world);
    expect(codeOf(await world.draft('explode'))).toBe('K8S_UNKNOWN_VERB');
  });
});

describe('between plan and approval', () => {
  it('a status that changes ten times a second spoils nothing', async () => {
    await withBadDeploy(world);
    const step = stepOf(await world.draft('rollback'));
    const driver = driverOf(world.writer, step);
    const context = contextOf(world);
    let outcome = '';
    for (let attempt = 1; attempt <= 5 && outcome !== 'applied'; attempt += 1) {
      const checked = await driver.check(step, context);
      if (!checked.ok) throw new Error(checked.problem.code);
      // The object moves after the check for the first three of them.
      if (attempt <= 3) await touchStatus(world, attempt);
      const applied = await driver.apply(step, { ...context, token: checked.token, attempt });
      outcome = applied.outcome;
      expect(outcome).toBe(attempt <= 3 ? 'moved' : 'applied');
    }
    expect(ourWrites(world)).toBe(1);
  });

  it.each([
    ['template', { spec: { template: { metadata: { labels: { tier: 'front' } } } } }],
    ['paused', { spec: { paused: true } }],
    ['replicas', { spec: { replicas: 5 } }],
  ])('a changed %s makes the plan stale', async (field, patch) => {
    await withBadDeploy(world);
    const step = stepOf(await world.draft('rollback'));
    await world.admin('PATCH', checkoutPath, patch);
    const ran = await run(world, step);
    expect(ran).toMatchObject({ checked: 'PLAN_STALE', facts: { field } });
    expect(ran.facts?.['planned']).not.toBe(ran.facts?.['observed']);
    expect(ourWrites(world)).toBe(0);
  });

  it('a deleted revision makes it stale', async () => {
    await withBadDeploy(world);
    const step = stepOf(await world.draft('rollback'));
    const name = String(step.params['revisionName']);
    await world.admin('DELETE', `/apis/apps/v1/namespaces/shop/replicasets/${name}`);
    expect(await run(world, step)).toMatchObject({
      checked: 'PLAN_STALE',
      facts: { field: 'revision', observed: 'gone' },
    });
  });

  it('a revision made anew under its name is another one', async () => {
    await withBadDeploy(world);
    const step = stepOf(await world.draft('rollback'));
    const name = String(step.params['revisionName']);
    await world.admin('DELETE', `/apis/apps/v1/namespaces/shop/replicasets/${name}`);
    await withBadDeploy(world);
    expect(world.sandbox.get('replicasets', 'shop', name)).toBeDefined();
    expect(await run(world, step)).toMatchObject({
      checked: 'PLAN_STALE',
      facts: { field: 'revision', observed: 'another of that name' },
    });
  });

  it('a revision whose template was edited is not what was shown', async () => {
    await withBadDeploy(world);
    const step = stepOf(await world.draft('rollback'));
    const name = String(step.params['revisionName']);
    await world.admin('PATCH', `/apis/apps/v1/namespaces/shop/replicasets/${name}`, {
      spec: { template: { spec: { terminationGracePeriodSeconds: 1 } } },
    });
    expect(await run(world, step)).toMatchObject({
      checked: 'PLAN_STALE',
      facts: { field: 'revision' },
    });
  });

  it('a workload made anew under the same name is another one', async () => {
    await withBadDeploy(world);
    const step = stepOf(await world.draft('rollback'));
    await world.admin('DELETE', checkoutPath);
    await world.clock.advanceAsync(5_000);
    await withBadDeploy(world);
    expect(await run(world, step)).toMatchObject({
      checked: 'PLAN_STALE',
      facts: { field: 'identity' },
    });
  });

  it('a write that comes a second time is recognised as ours', async () => {
    await withBadDeploy(world);
    const step = stepOf(await world.draft('rollback'));
    await run(world, step);
    await world.clock.advanceAsync(5_000);
    expect(await run(world, step)).toMatchObject({ checked: 'K8S_STEP_ALREADY_APPLIED' });
    expect(ourWrites(world)).toBe(1);
  });

  it('an autoscaler that changes the number of replicas does not', async () => {
    await withBadDeploy(world);
    await autoscale(world);
    const step = stepOf(await world.draft('rollback'));
    expect(step.preconditions).not.toHaveProperty('replicas');
  });
});

interface Meta {
  readonly annotations: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
}

const badRevision = {
  image: 'shop/checkout:2-crash',
  podLabels: { tier: 'experimental' },
  annotations: {
    'kubernetes.io/change-cause': 'v2',
    'kubectl.kubernetes.io/last-applied-configuration': '{"bad":true}',
    team: 'payments',
  },
  podSpec: {
    nodeSelector: { disk: 'ssd' },
    volumes: [{ name: 'cache', emptyDir: {} }],
    initContainers: [{ name: 'warm', image: 'busybox:1', command: ['sh', '-c', 'warm up'] }],
    containers: [
      {
        name: 'checkout',
        image: 'shop/checkout:2-crash',
        ports: [{ containerPort: 8080 }],
        resources: { limits: { memory: '64Mi' } },
        volumeMounts: [{ name: 'cache', mountPath: '/cache' }],
      },
    ],
  },
};

function live(there: World): Promise<Record<string, unknown>> {
  return there.admin('GET', checkoutPath);
}

async function touchStatus(there: World, count: number): Promise<void> {
  const status = { observedGeneration: 2, replicas: 4, unavailableReplicas: 100 + count };
  await there.admin('PATCH', `${checkoutPath}/status`, { status });
}

/** The step that takes one back, as the plan of an undo holds it. */
function inverse(step: Step): Step {
  if (step.undo === 'irreversible') throw new Error('irreversible');
  return {
    ...step,
    ...step.undo,
    preconditions: step.postconditions,
    postconditions: { template: step.undo.params['template'] ?? '', paused: false },
  };
}
