import { thisBuild } from '../../../src/cli/build.ts';
import { demoPolicies } from '../../../src/cli/demo-world.ts';
import { loadConfig } from '../../../src/config.ts';
import type { Settings } from '../../../src/core/settings.ts';
import type { StageConfig } from './stages/stage.ts';

export const bearer = 'night-bearer';

/** The configuration of every evening, as an operator would write it. */
export function configOf(
  cluster: { readonly url: string; token(role: 'read' | 'write'): string },
  stages: readonly StageConfig[],
) {
  const env = {
    ...Object.assign({}, ...stages.map((stage) => stage.env)),
    NIGHT_BEARER: bearer,
    NIGHT_READ: cluster.token('read'),
    NIGHT_WRITE: cluster.token('write'),
  };
  const loaded = loadConfig(
    'tocsin.yaml',
    { env, files: { read: () => textOf(cluster.url, stages) } },
    thisBuild,
  );
  if (!loaded.ok)
    throw new Error(loaded.errors.map(({ what, why }) => `${what}: ${why}`).join('\n'));
  return { config: loaded.config, settings: withPlaces(loaded.settings, stages) };
}

/** Incidents of every route stand on stages that no configuration could name, too. */
function withPlaces(settings: Settings, stages: readonly StageConfig[]): Settings {
  const { routes } = settings;
  const places = Object.assign({}, routes.otherwise.places, ...stages.map((stage) => stage.places));
  return { ...settings, routes: { ...routes, otherwise: { ...routes.otherwise, places } } };
}

function textOf(cluster: string, stages: readonly StageConfig[]): string {
  const accounts = (person: string) => stages.map((stage) => stage.accounts(person)).join('');
  const surfaces = stages.map((stage) => stage.surfaces).filter((text) => text !== '');
  const route = stages.map((stage) => stage.route).join('');
  const workload = (name: string, bounds: string) =>
    `workload: { kubernetes: eu-1, namespace: shop, deployment: ${name}, ${bounds} }`;
  return `version: 1
people:
  - { id: ana, name: Ana${accounts('ana')} }
  - { id: ben, name: Ben${accounts('ben')} }
  - { id: cleo, name: Cleo${accounts('cleo')} }
groups:
  sre: { members: [ana, ben] }
  guests: { members: [cleo] }
sources:
  alertmanager: { main: { bearers: [ \${env:NIGHT_BEARER} ] } }
default_route: { notify: sre${route} }${surfaces.length > 0 ? `\nsurfaces:\n${surfaces.join('\n')}` : ''}
services:
  checkout:
    match: { namespace: shop, container: checkout }
    environments: { production: { ${workload('checkout', 'min: 2, max: 8')} } }
  worker:
    match: { namespace: shop, container: worker }
    environments: { production: { ${workload('worker', 'max: 8')} } }
${demoPolicies}targets:
  eu-1:
    kubernetes:
      read:  { server: ${cluster}, token: \${env:NIGHT_READ} }
      write: { server: ${cluster}, token: \${env:NIGHT_WRITE} }
      request_timeout: 1s
      lands_within: 30s
`;
}
