import { describe, expect, it } from 'vitest';
import {
  type Cluster,
  deploymentOf,
  images,
  jsonPatch,
  merge,
  pathOf,
  read,
  setImage,
} from './kubernetes-api.ts';
import { type Body, type Draft, existing } from './kubernetes-body.ts';

const modified =
  'the object has been modified; please apply your changes to the latest version and try again';

export function describeErrors(cluster: Cluster): void {
  async function create(name: string): Promise<string> {
    const body = deploymentOf(name, images.one, { replicas: 0 });
    await cluster().request('POST', pathOf(cluster(), 'deployments'), body);
    return pathOf(cluster(), 'deployments', name);
  }
  async function refused(change: (draft: Draft) => void): Promise<Body> {
    const body = deploymentOf('refused', images.one);
    change(body);
    const answer = await cluster().request('POST', pathOf(cluster(), 'deployments'), body);
    expect(answer.code, answer.text).toBe(422);
    expect(answer.body).toMatchObject({ status: 'Failure', reason: 'Invalid', code: 422 });
    return answer.body;
  }

  describe('an error', () => {
    it('says what was not found', async () => {
      const { code, body } = await cluster().request(
        'GET',
        pathOf(cluster(), 'deployments', 'nope'),
      );
      expect(code).toBe(404);
      expect(body).toEqual({
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Failure',
        message: 'deployments.apps "nope" not found',
        reason: 'NotFound',
        details: { name: 'nope', group: 'apps', kind: 'deployments' },
        code: 404,
      });
    });

    it('is plain text for a path nobody serves', async () => {
      const { code, text } = await cluster().request('GET', '/apis/apps/v1/nothings');
      expect(code).toBe(404);
      expect(text).toContain('404 page not found');
    });

    it('refuses a second object of one name', async () => {
      await create('twice');
      const body = deploymentOf('twice', images.one);
      const second = await cluster().request('POST', pathOf(cluster(), 'deployments'), body);
      expect(second.code).toBe(409);
      expect(second.body).toMatchObject({
        reason: 'AlreadyExists',
        message: 'deployments.apps "twice" already exists',
      });
    });

    it('is a conflict for a PUT that carries an old version', async () => {
      const path = await create('raced');
      const old = await read(cluster(), 'deployments', 'raced');
      await cluster().request('PATCH', path, setImage(images.two), {
        'content-type': 'application/strategic-merge-patch+json',
      });
      const stale = await cluster().request('PUT', path, old);
      expect(stale.code).toBe(409);
      expect(stale.body).toMatchObject({
        reason: 'Conflict',
        message: `Operation cannot be fulfilled on deployments.apps "raced": ${modified}`,
        details: { name: 'raced', group: 'apps', kind: 'deployments' },
      });
      delete old.metadata.resourceVersion;
      expect((await cluster().request('PUT', path, old)).code).toBe(200);
    });

    it('is a conflict for a merge patch that carries an old version', async () => {
      const path = await create('patched');
      const patch = { metadata: { resourceVersion: '1' }, spec: { minReadySeconds: 1 } };
      const stale = await cluster().request('PATCH', path, patch, merge);
      expect(stale.code).toBe(409);
      expect(stale.body.message).toBe(
        `Operation cannot be fulfilled on deployments.apps "patched": ${modified}`,
      );
    });

    it('tells nothing about a JSON patch whose test fails', async () => {
      const path = await create('tested');
      const patch = [
        { op: 'test', path: '/metadata/resourceVersion', value: '1' },
        { op: 'replace', path: '/spec/minReadySeconds', value: 1 },
      ];
      const stale = await cluster().request('PATCH', path, patch, jsonPatch);
      expect(stale.code).toBe(422);
      expect(stale.body).toEqual({
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Failure',
        message: 'the server rejected our request due to an error in our request',
        reason: 'Invalid',
        details: {},
        code: 422,
      });
    });

    it('is a conflict for a PUT of another object under the same name', async () => {
      const path = await create('reborn');
      const old = await read(cluster(), 'deployments', 'reborn');
      delete old.metadata.resourceVersion;
      old.metadata.uid = '00000000-0000-4000-8000-000000000000';
      const { code, body } = await cluster().request('PUT', path, old);
      expect(code).toBe(409);
      expect(body.message).toContain('Precondition failed: UID in precondition');
    });

    it('names the field of a number below zero', async () => {
      const body = await refused((draft) => {
        draft.spec.replicas = -1;
      });
      const message = 'Invalid value: -1: must be greater than or equal to 0';
      expect(body.message).toBe(`Deployment.apps "refused" is invalid: spec.replicas: ${message}`);
      expect(body.details).toEqual({
        name: 'refused',
        group: 'apps',
        kind: 'Deployment',
        causes: [{ reason: 'FieldValueInvalid', message, field: 'spec.replicas' }],
      });
    });

    it('names a missing image and a missing container', async () => {
      const image = await refused((draft) => {
        delete existing(draft.spec.template.spec.containers[0]).image;
      });
      expect(image.details.causes).toContainEqual({
        reason: 'FieldValueRequired',
        message: 'Required value',
        field: 'spec.template.spec.containers[0].image',
      });
      const none = await refused((draft) => {
        draft.spec.template.spec.containers = [];
      });
      expect(none.message).toContain('spec.template.spec.containers: Required value');
    });

    it('refuses labels that the selector does not select', async () => {
      const body = await refused((draft) => {
        draft.spec.template.metadata.labels = { app: 'other' };
      });
      expect(body.message).toContain('`selector` does not match template `labels`');
      expect(existing(body.details.causes[0]).field).toBe('spec.template.metadata.labels');
    });

    it('refuses to change a selector', async () => {
      const path = await create('selected');
      const held = await read(cluster(), 'deployments', 'selected');
      held.spec.selector.matchLabels['tier'] = 'web';
      held.spec.template.metadata.labels['tier'] = 'web';
      const { code, body } = await cluster().request('PUT', path, held);
      expect(code).toBe(422);
      expect(body.message).toMatch(/spec\.selector: Invalid value: .*: field is immutable/);
    });

    it('refuses a number that is text', async () => {
      const body = deploymentOf('typed', images.one, { replicas: 'three' });
      const answer = await cluster().request('POST', pathOf(cluster(), 'deployments'), body);
      expect(answer.code).toBe(400);
      expect(answer.body).toMatchObject({ reason: 'BadRequest' });
      expect(answer.body.message).toContain('cannot unmarshal string into Go struct field');
    });

    it('refuses a name that is not the path’s', async () => {
      const path = await create('named');
      const body = deploymentOf('other', images.one, { replicas: 0 });
      const { code, body: answer } = await cluster().request('PUT', path, body);
      expect(code).toBe(400);
      expect(answer.message).toBe(
        'the name of the object (other) does not match the name on the URL (named)',
      );
    });

    it('refuses a patch of an unknown type', async () => {
      const path = await create('untyped');
      const type = { 'content-type': 'application/x-patch' };
      const { code, body } = await cluster().request('PATCH', path, {}, type);
      expect(code).toBe(415);
      expect(body).toMatchObject({ reason: 'UnsupportedMediaType' });
    });

    it('refuses an unknown value of dryRun', async () => {
      const path = await create('dry');
      const { code, body } = await cluster().request('PATCH', `${path}?dryRun=yes`, {}, merge);
      expect(code).toBe(422);
      expect(body.message).toContain('dryRun: Unsupported value: "yes"');
    });

    it('refuses an object in a namespace that is not there', async () => {
      const path = '/apis/apps/v1/namespaces/no-such-place/deployments';
      const body = deploymentOf('lost', images.one);
      const answer = await cluster().request('POST', path, body);
      expect(answer.code).toBe(404);
      expect(answer.body.message).toBe('namespaces "no-such-place" not found');
    });

    it('refuses who shows no valid token', async () => {
      const headers = { authorization: 'Bearer not-a-token' };
      const path = pathOf(cluster(), 'deployments');
      const { code, body } = await cluster().request('GET', path, undefined, headers);
      expect(code).toBe(401);
      expect(body).toMatchObject({ message: 'Unauthorized', reason: 'Unauthorized', code: 401 });
    });

    it('deletes only the object that was meant', async () => {
      const path = await create('meant');
      const uid = '00000000-0000-4000-8000-000000000000';
      const wrong = await cluster().request('DELETE', path, { preconditions: { uid } });
      expect(wrong.code).toBe(409);
      expect(wrong.body.message).toContain('the UID in the precondition');
    });
  });
}
