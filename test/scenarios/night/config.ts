import { thisBuild } from '../../../src/cli/build.ts';
import { loadConfig } from '../../../src/config.ts';
import type { Settings } from '../../../src/core/settings.ts';

export const bearer = 'night-bearer';

/** The configuration of every evening, as an operator would write it. */
export function configOf(cluster: { readonly url: string; token(role: 'read' | 'write'): string }) {
  const env = {
    NIGHT_BEARER: bearer,
    NIGHT_READ: cluster.token('read'),
    NIGHT_WRITE: cluster.token('write'),
  };
  const loaded = loadConfig(
    'tocsin.yaml',
    { env, files: { read: () => textOf(cluster.url) } },
    thisBuild,
  );
  if (!loaded.ok)
    throw new Error(loaded.errors.map(({ what, why }) => `${what}: ${why}`).join('\n'));
  return { config: loaded.config, settings: withChat(loaded.settings) };
}

/** Incidents of every route stand in the fake chat too. */
function withChat(settings: Settings): Settings {
  const { routes } = settings;
  return {
    ...settings,
    routes: { ...routes, otherwise: { ...routes.otherwise, places: { chat: '#ops' } } },
  };
}

function textOf(cluster: string): string {
  const workload = (name: string, bounds: string) =>
    `workload: { kubernetes: eu-1, namespace: shop, deployment: ${name}, ${bounds} }`;
  return `version: 1
people:
  - { id: ana, name: Ana }
  - { id: ben, name: Ben }
  - { id: cleo, name: Cleo }
groups:
  sre: { members: [ana, ben] }
  guests: { members: [cleo] }
sources:
  alertmanager: { main: { bearers: [ \${env:NIGHT_BEARER} ] } }
default_route: { notify: sre }
services:
  checkout:
    match: { namespace: shop, container: checkout }
    environments: { production: { ${workload('checkout', 'min: 2, max: 8')} } }
  worker:
    match: { namespace: shop, container: worker }
    environments: { production: { ${workload('worker', 'max: 8')} } }
policies:
  - { match: { risk: [incident, read] }, requesters: [sre, guests], approvals: [] }
  - { match: { risk: danger }, requesters: [sre], reason: required, approvals: [ { count: 1, from: sre } ], expires: 15m }
  - { match: { risk: change }, requesters: [sre], approvals: [ { count: 1, from: sre } ], expires: 30m }
targets:
  eu-1:
    kubernetes:
      read:  { server: ${cluster}, token: \${env:NIGHT_READ} }
      write: { server: ${cluster}, token: \${env:NIGHT_WRITE} }
      request_timeout: 1s
      lands_within: 30s
`;
}
