// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references are written so in the file.

import { describe, expect, it } from 'vitest';
import { faultsOf, yaml } from './given.ts';

describe('targets', () => {
  it('refuses a system this build does not operate', () => {
    expect(
      faultsOf(
        yaml({
          targets: `targets:
  eu-1: { nginx: {} }`,
          services: '',
          policies: '',
        }),
      ),
    ).toEqual([
      'tocsin.yaml:2: targets.eu-1 is a nginx target, this build does not operate nginx, take it out',
    ]);
  });

  it('refuses a slip in the name of a system', () => {
    expect(
      faultsOf(
        yaml({
          targets: `targets:
  eu-1: { kuberntes: {} }`,
          services: '',
          policies: '',
        }),
      ),
    ).toEqual([
      'tocsin.yaml:2: targets.eu-1 is a kuberntes target, this build operates kubernetes, prometheus, patroni, mongodb, aws, redis, postgres, haproxy, docker and files, did you mean "kubernetes"?',
    ]);
  });

  it('refuses a target of none and of two systems', () => {
    expect(
      faultsOf(
        yaml({
          targets: `targets:
  a: {}
  b: { kubernetes: {}, docker: {} }`,
          services: '',
          policies: '',
        }),
      ),
    ).toEqual([
      'tocsin.yaml:2: targets.a names no system, a target is one system, write { kubernetes: { … } }',
      'tocsin.yaml:3: targets.b names kubernetes and docker, a target is one system, write { kubernetes: { … } }',
    ]);
  });

  it('refuses a target that is no map', () => {
    expect(faultsOf(yaml({ targets: 'targets: { eu-1: 5 }', services: '', policies: '' }))).toEqual(
      ['tocsin.yaml:1: targets.eu-1 is 5, a map is expected, write a map: { … }'],
    );
  });

  it('refuses a cluster without a credential to read', () => {
    expect(
      faultsOf(
        yaml({ targets: 'targets: { eu-1: { kubernetes: { write: { in_cluster: true } } } }' }),
      ),
    ).toEqual([
      'tocsin.yaml:1: targets.eu-1.kubernetes.read is missing, it has no default, write a map: { … }',
    ]);
  });

  it('refuses no credential and two credentials', () => {
    expect(
      faultsOf(
        yaml({
          targets: `targets:
  eu-1:
    kubernetes:
      read: {}
      write: { kubeconfig: a, server: https://x }`,
        }),
      ),
    ).toEqual([
      'tocsin.yaml:4: targets.eu-1.kubernetes.read has no credential, exactly one says how to reach the cluster, write kubeconfig, server with token, or in_cluster: true',
      'tocsin.yaml:5: targets.eu-1.kubernetes.write has more than one credential, exactly one says how to reach the cluster, write kubeconfig, server with token, or in_cluster: true',
    ]);
  });

  it('refuses keys that mean nothing without another', () => {
    expect(
      faultsOf(
        yaml({
          targets:
            'targets: { eu-1: { kubernetes: { read: { server: https://x, token: ${env:AM_TOKEN}, context: y }, write: { kubeconfig: a, ca: b, token: ${env:AM_TOKEN} } } } }',
        }),
      ),
    ).toEqual([
      'tocsin.yaml:1: targets.eu-1.kubernetes.read.context is written without kubeconfig, it would have no effect, take context out, or write kubeconfig',
      'tocsin.yaml:1: targets.eu-1.kubernetes.write.token is written without server, it would have no effect, take token out, or write server',
      'tocsin.yaml:1: targets.eu-1.kubernetes.write.ca is written without server, it would have no effect, take ca out, or write server',
    ]);
  });

  it('refuses a server without a token', () => {
    expect(
      faultsOf(
        yaml({ targets: 'targets: { eu-1: { kubernetes: { read: { server: https://x } } } }' }),
      ),
    ).toEqual([
      'tocsin.yaml:1: targets.eu-1.kubernetes.read has a server and no token, the API server would refuse every request, write token: ${env:NAME}',
    ]);
  });

  it('refuses an authority that is no certificate', () => {
    expect(
      faultsOf(
        yaml({
          targets:
            'targets: { eu-1: { kubernetes: { read: { server: https://x, token: ${env:AM_TOKEN}, ca: nope.pem } } } }',
        }),
      ),
    ).toEqual([
      'tocsin.yaml:1: targets.eu-1.kubernetes.read.ca is nope.pem, no certificate can be read there, write the path of a PEM file that tocsin may read',
    ]);
  });

  it('refuses requests that land before they are given up', () => {
    expect(
      faultsOf(
        yaml({
          targets:
            'targets: { eu-1: { kubernetes: { read: { in_cluster: true }, request_timeout: 20s, lands_within: 10s } } }',
        }),
      ),
    ).toEqual([
      'tocsin.yaml:1: targets.eu-1.kubernetes.lands_within is shorter than request_timeout, a request may still land while it is waited for, write at least the request_timeout',
    ]);
  });
});
