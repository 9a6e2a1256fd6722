import { describe, expect, it } from 'vitest';
import { parseLocator, parseTarget } from '../../../src/integrations/kubernetes/schema.ts';

describe('the configuration of a cluster', () => {
  it('takes the three ways to name a credential, and sets the limits', () => {
    const raw = {
      read: { kubeconfig: '/etc/k', context: 'eu-1', proxy: 'http://proxy:3128' },
      write: { in_cluster: true },
    };
    expect(parseTarget('eu-1', raw)).toEqual({
      ok: true,
      value: {
        target: 'eu-1',
        read: { kind: 'kubeconfig', path: '/etc/k', context: 'eu-1', proxy: 'http://proxy:3128' },
        write: { kind: 'in-cluster' },
        timeoutMs: 10_000,
        bytesMax: 8_388_608,
        landsWithinMs: 90_000,
      },
    });
    expect(
      parseTarget('x', { read: { server: 'https://k:6443', token: 't', ca: 'pem' } }),
    ).toMatchObject({
      value: { read: { kind: 'server', server: 'https://k:6443', token: 't', ca: 'pem' } },
    });
  });

  it.each<[string, unknown, string]>([
    ['nothing', undefined, ''],
    ['a text', 'x', ''],
    ['no read credential', {}, 'read'],
    ['an empty credential', { read: {} }, 'read'],
    ['two credentials in one', { read: { kubeconfig: 'x', in_cluster: true } }, 'read'],
    ['a kubeconfig that is no path', { read: { kubeconfig: 7 } }, 'read.kubeconfig'],
    ['a context that is no text', { read: { kubeconfig: 'x', context: 7 } }, 'read.context'],
    ['a context beside a server', { read: { server: 'http://x', context: 'y' } }, 'read.context'],
    ['in_cluster: false', { read: { in_cluster: false } }, 'read.in_cluster'],
    ['a server that is no URL', { read: { server: 'eu-1' } }, 'read.server'],
    ['a server of another protocol', { read: { server: 'ftp://eu-1' } }, 'read.server'],
    ['a proxy that is no URL', { read: { in_cluster: true, proxy: 'proxy' } }, 'read.proxy'],
    ['a broken write credential', { read: { in_cluster: true }, write: {} }, 'write'],
    ['an unknown key', { read: { in_cluster: true }, reed: 1 }, 'reed'],
    ['an unknown key of a credential', { read: { in_cluster: true, tokn: 1 } }, 'read.tokn'],
    ['no time at all', { read: { in_cluster: true }, timeout_ms: 0 }, 'timeout_ms'],
    ['a time in words', { read: { in_cluster: true }, timeout_ms: '10s' }, 'timeout_ms'],
    ['a body limit of nothing', { read: { in_cluster: true }, bytes_max: 1 }, 'bytes_max'],
    ['a negative window', { read: { in_cluster: true }, lands_within_ms: -1 }, 'lands_within_ms'],
  ])('refuses %s, and says where', (_what, raw, path) => {
    const parsed = parseTarget('eu-1', raw);
    if (parsed.ok) throw new Error('accepted');
    expect(parsed.misfits.map((misfit) => misfit.path)).toContain(path);
    for (const { problem } of parsed.misfits) {
      expect(problem.code).toBe('K8S_CONFIG');
      expect(String(problem.facts['wanted'])).not.toBe('');
    }
  });
});

describe('the place of a workload', () => {
  it.each(['deployment', 'statefulset', 'daemonset'])('is a namespace and a %s', (kind) => {
    expect(parseLocator({ namespace: 'shop', [kind]: 'checkout' })).toEqual({
      ok: true,
      value: { namespace: 'shop', kind, name: 'checkout' },
    });
  });

  it.each<[string, unknown, string]>([
    ['nothing', null, ''],
    ['no workload', { namespace: 'shop' }, ''],
    ['two workloads', { namespace: 'shop', deployment: 'a', daemonset: 'b' }, ''],
    ['no namespace', { deployment: 'a' }, 'namespace'],
    ['a path for a name', { namespace: 'shop', deployment: '../secrets/x' }, 'deployment'],
    ['a namespace with a slash', { namespace: 'a/b', deployment: 'a' }, 'namespace'],
    ['an unknown key', { namespace: 'shop', deployment: 'a', pod: 'b' }, 'pod'],
  ])('is not %s', (_what, raw, path) => {
    const parsed = parseLocator(raw);
    if (parsed.ok) throw new Error('accepted');
    expect(parsed.misfits.map((misfit) => misfit.path)).toContain(path);
  });
});
