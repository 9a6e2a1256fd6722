import { describe, expect, it } from 'vitest';
import type { Facts } from '../../../src/core/problem.ts';
import { locatorOf } from '../../../src/integrations/kubernetes/schema.ts';

describe('the place of a workload', () => {
  it.each(['deployment', 'statefulset', 'daemonset'])('is a namespace and a %s', (kind) => {
    expect(locatorOf({ namespace: 'shop', [kind]: 'checkout' })).toEqual({
      namespace: 'shop',
      kind,
      name: 'checkout',
    });
  });

  it.each<[string, Facts]>([
    ['nothing', {}],
    ['no workload', { namespace: 'shop' }],
    ['two workloads', { namespace: 'shop', deployment: 'a', daemonset: 'b' }],
    ['no namespace', { deployment: 'a' }],
    ['a path for a name', { namespace: 'shop', deployment: '../secrets/x' }],
    ['a namespace with a slash', { namespace: 'a/b', deployment: 'a' }],
    ['a number for a name', { namespace: 'shop', deployment: 7 }],
    ['another kind', { namespace: 'shop', pod: 'b' }],
    ['a key more', { namespace: 'shop', deployment: 'a', pod: 'b' }],
  ])('is not %s', (_what, facts) => {
    expect(locatorOf(facts)).toBeUndefined();
  });
});
