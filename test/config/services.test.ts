import { describe, expect, it } from 'vitest';
import { faultsOf, yaml } from './given.ts';

describe('services', () => {
  it('refuses a service without environments', () => {
    expect(
      faultsOf(
        yaml({
          services: `services:
  checkout: { match: { app: checkout } }`,
          policies: '',
        }),
      ),
    ).toEqual([
      'tocsin.yaml:2: services.checkout.environments is missing, it has no default, write a map: { … }',
    ]);
  });

  it('refuses an empty list of environments', () => {
    expect(
      faultsOf(
        yaml({
          services: `services:
  checkout: { match: { app: checkout }, environments: {} }`,
          policies: '',
        }),
      ),
    ).toEqual([
      'tocsin.yaml:2: services.checkout has no environment, every command acts on a service in an environment, write environments: { production: { … } }',
    ]);
  });

  it('refuses a match that an earlier service takes', () => {
    expect(
      faultsOf(
        yaml({
          services: `services:
  checkout: { match: { team: shop }, environments: { production: {} } }
  basket: { match: { team: shop, app: basket }, environments: { production: {} } }`,
        }),
      ),
    ).toEqual([
      'tocsin.yaml:3: services.basket.match never decides, every alert it matches is about checkout, which stands before it, write the narrower service first, or a label that tells them apart',
    ]);
  });

  it('refuses two environments with one match', () => {
    expect(
      faultsOf(
        yaml({
          services: `services:
  checkout:
    match: { app: checkout }
    environments:
      production: { match: { env: p } }
      staging: { match: { env: p } }`,
        }),
      ),
    ).toEqual([
      'tocsin.yaml:6: staging of checkout has the match of production, an alert could not be told to be about one of them, write a label that tells them apart',
    ]);
  });

  it('refuses a target that does not exist', () => {
    expect(
      faultsOf(
        yaml({
          services:
            'services: { checkout: { match: { app: checkout }, environments: { production: { workload: { kubernetes: eu-2, namespace: shop, deployment: checkout } } } } }',
        }),
      ),
    ).toEqual([
      'tocsin.yaml:1: services.checkout.environments.production.workload.kubernetes is "eu-2", targets has no kubernetes target of that name, did you mean "eu-1"?',
    ]);
  });

  it('refuses a role without a target', () => {
    expect(
      faultsOf(
        yaml({
          services:
            'services: { checkout: { match: { app: checkout }, environments: { production: { workload: { namespace: shop } } } } }',
        }),
      ),
    ).toEqual([
      'tocsin.yaml:1: services.checkout.environments.production.workload names no target, its first key says which system it lives in, write kubernetes or aws: TARGET first',
    ]);
  });

  it('refuses a role in a system this build lacks', () => {
    expect(
      faultsOf(
        yaml({
          services:
            'services: { checkout: { match: { app: checkout }, environments: { production: { workload: { docker: x }, database: { postgres: y }, cache: { kubernetes: eu-1 } } } } }',
        }),
      ),
    ).toEqual([
      'tocsin.yaml:1: services.checkout.environments.production.workload names docker, this build has no docker workload, write kubernetes or aws: TARGET first',
      'tocsin.yaml:1: services.checkout.environments.production.database.postgres is "y", targets has no postgres target of that name, add it to targets as { postgres: { … } }',
      'tocsin.yaml:1: services.checkout.environments.production.cache names kubernetes, this build has no kubernetes cache, write redis: TARGET first',
    ]);
  });

  it('refuses a workload of two kinds', () => {
    expect(
      faultsOf(
        yaml({
          services:
            'services: { checkout: { match: { app: checkout }, environments: { production: { workload: { kubernetes: eu-1, namespace: shop, deployment: a, daemonset: b } } } } }',
        }),
      ),
    ).toEqual([
      'tocsin.yaml:1: services.checkout.environments.production.workload names a deployment and a daemonset, a workload is one Deployment, StatefulSet or DaemonSet, write one of deployment, statefulset and daemonset',
    ]);
  });

  it('refuses a workload of no kind', () => {
    expect(
      faultsOf(
        yaml({
          services:
            'services: { checkout: { match: { app: checkout }, environments: { production: { workload: { kubernetes: eu-1, namespace: shop } } } } }',
        }),
      ),
    ).toEqual([
      'tocsin.yaml:1: services.checkout.environments.production.workload names nothing that runs, a workload is one Deployment, StatefulSet or DaemonSet, write one of deployment, statefulset and daemonset',
    ]);
  });

  it('refuses bounds with nothing inside', () => {
    expect(
      faultsOf(
        yaml({
          services:
            'services: { checkout: { match: { app: checkout }, environments: { production: { workload: { kubernetes: eu-1, namespace: shop, deployment: a, min: 3, max: 2 } } } } }',
        }),
      ),
    ).toEqual([
      'tocsin.yaml:1: services.checkout.environments.production.workload.min is 3 and max is 2, no number of replicas is inside, write a min that is not above max',
    ]);
  });

  it('refuses bounds of what is not scaled', () => {
    expect(
      faultsOf(
        yaml({
          services:
            'services: { checkout: { match: { app: checkout }, environments: { production: { workload: { kubernetes: eu-1, namespace: shop, daemonset: a, min: 3 } } } } }',
        }),
      ),
    ).toEqual([
      'tocsin.yaml:1: services.checkout.environments.production.workload is a daemonset with min or max, a DaemonSet runs one pod per node and is not scaled, take min and max out',
    ]);
  });

  it('refuses a slip in a workload', () => {
    expect(
      faultsOf(
        yaml({
          services: `services:
  checkout:
    match: { app: checkout }
    environments:
      production:
        workload:
          kubernetes: eu-1
          namespace: shop
          deplyment: checkout`,
        }),
      ),
    ).toEqual([
      'tocsin.yaml:9: services.checkout.environments.production.workload.deplyment is not known, services.checkout.environments.production.workload takes namespace, deployment, statefulset, daemonset, min and max, did you mean "deployment"?',
    ]);
  });
});
