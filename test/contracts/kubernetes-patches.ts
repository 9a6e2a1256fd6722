import { describe, expect, it } from 'vitest';
import {
  type Cluster,
  deploymentOf,
  images,
  jsonPatch,
  merge,
  pathOf,
  strategic,
} from './kubernetes-api.ts';
import { existing, type Template } from './kubernetes-body.ts';

export function describePatches(cluster: Cluster): void {
  async function create(name: string): Promise<string> {
    const body = deploymentOf(name, images.one, { replicas: 0 });
    body.spec.template.spec.containers = [
      {
        name: 'web',
        image: images.one,
        env: [
          { name: 'A', value: '1' },
          { name: 'B', value: '2' },
        ],
        args: ['--one', '--two'],
      },
      { name: 'side', image: images.one },
    ];
    body.spec.template.spec.volumes = [{ name: 'tmp', emptyDir: {} }];
    await cluster().request('POST', pathOf(cluster(), 'deployments'), body);
    return pathOf(cluster(), 'deployments', name);
  }
  async function patch(
    path: string,
    body: unknown,
    type: Record<string, string>,
  ): Promise<Template['spec']> {
    const answer = await cluster().request('PATCH', path, body, type);
    expect(answer.code, answer.text).toBe(200);
    return answer.body.spec.template.spec;
  }
  const podSpec = (spec: object) => ({ spec: { template: { spec } } });

  describe('a strategic merge patch', () => {
    it('merges containers and their variables by name', async () => {
      const path = await create('merged');
      const env = [
        { name: 'B', value: 'new' },
        { name: 'C', value: '3' },
      ];
      const spec = await patch(path, podSpec({ containers: [{ name: 'web', env }] }), strategic);
      const [web, side] = [...spec.containers].sort((a, b) => (a.name > b.name ? -1 : 1));
      expect(web).toMatchObject({ image: images.one, args: ['--one', '--two'] });
      const values = web?.env?.map((each) => `${each.name}=${each.value}`).sort();
      expect(values).toEqual(['A=1', 'B=new', 'C=3']);
      expect(side?.name).toBe('side');
    });

    it('replaces a list that has no merge key', async () => {
      const path = await create('relisted');
      const containers = [{ name: 'web', args: ['--three'] }];
      const spec = await patch(path, podSpec({ containers }), strategic);
      expect(spec.containers.find((each) => each.name === 'web')?.args).toEqual(['--three']);
    });

    it('deletes an item that says so', async () => {
      const path = await create('smaller');
      const containers = [{ name: 'side', $patch: 'delete' }];
      const volumes = [
        { name: 'tmp', $patch: 'delete' },
        { name: 'other', emptyDir: {} },
      ];
      const spec = await patch(path, podSpec({ containers, volumes }), strategic);
      expect(spec.containers.map((each) => each.name)).toEqual(['web']);
      expect(spec.volumes?.map((each) => each.name)).toEqual(['other']);
    });

    it('replaces an object whole that says so', async () => {
      const path = await create('replaced');
      const template = {
        $patch: 'replace',
        metadata: { labels: { app: 'replaced' } },
        spec: { containers: [{ name: 'only', image: images.two }] },
      };
      const spec = await patch(path, { spec: { template } }, strategic);
      expect(spec.containers.map((each) => each.name)).toEqual(['only']);
      expect(spec).not.toHaveProperty('volumes');
    });

    it('takes the order of a list that the patch spells out', async () => {
      const path = await create('ordered');
      const spec = await patch(
        path,
        podSpec({
          '$setElementOrder/containers': [{ name: 'side' }, { name: 'web' }],
          containers: [{ name: 'web', image: images.two }],
        }),
        strategic,
      );
      expect(spec.containers.map((each) => each.name)).toEqual(['side', 'web']);
    });
  });

  describe('a merge patch', () => {
    it('replaces lists whole and deletes with null', async () => {
      const path = await create('plain');
      const containers = [{ name: 'web', image: images.two }];
      const spec = await patch(path, podSpec({ containers, volumes: null }), merge);
      expect(spec.containers).toHaveLength(1);
      expect(spec.containers[0]).not.toHaveProperty('env');
      expect(spec).not.toHaveProperty('volumes');
    });
  });

  describe('a JSON patch', () => {
    it('applies its operations in order', async () => {
      const path = await create('stepwise');
      const at = '/spec/template/spec/containers/0';
      const spec = await patch(
        path,
        [
          { op: 'test', path: `${at}/name`, value: 'web' },
          { op: 'replace', path: `${at}/image`, value: images.three },
          { op: 'add', path: `${at}/env/-`, value: { name: 'Z', value: '26' } },
          { op: 'remove', path: `${at}/args` },
        ],
        jsonPatch,
      );
      expect(spec.containers[0]).toMatchObject({ image: images.three });
      expect(existing(spec.containers[0]).env?.at(-1)).toEqual({ name: 'Z', value: '26' });
      expect(spec.containers[0]).not.toHaveProperty('args');
    });
  });
}
