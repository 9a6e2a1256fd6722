import { describe, it } from 'vitest';
import { startSandbox, virtualClock } from '../../src/sandbox/index.ts';
import { describeKubernetesApi, images, type KubernetesUnderTest } from './kubernetes-api.ts';
import { connectRealCluster } from './kubernetes-real.ts';

describeKubernetesApi('the sandbox is a Kubernetes API server', async () => {
  const clock = virtualClock();
  const sandbox = await startSandbox({
    clock,
    // As `pause` does: asked for its version it ends, else never.
    images: [{ match: images.one, behaviour: { endsMs: false } }],
  });
  sandbox.seed.namespace('contract');
  return {
    namespace: 'contract',
    request: requester(sandbox.url, sandbox.token('admin')),
    pass: async (ms) => clock.advance(ms),
    stop: () => sandbox.close(),
  };
});

const kubeconfig = process.env['TOCSIN_TEST_KUBECONFIG'];
if (kubeconfig) {
  describeKubernetesApi(`the cluster of ${kubeconfig} is one too`, () =>
    connectRealCluster(kubeconfig),
  );
} else {
  describe('a real cluster', () => {
    it.skip('keeps the same contract (TOCSIN_TEST_KUBECONFIG names no kubeconfig)');
  });
}

function requester(base: string, token: string): KubernetesUnderTest['request'] {
  return async (method, path, body, headers = {}) => {
    const response = await fetch(base + path, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { code: response.status, text, body: text.startsWith('{') ? JSON.parse(text) : {} };
  };
}
