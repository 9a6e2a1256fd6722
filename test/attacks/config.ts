// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references are written so in the file.

/** Ana, ben and dora may ask and approve; dora alone is dba; cleo is in no group; restarts are approved in the console alone, a rollback with a second factor. */
export function configText(ids: {
  readonly team: string;
  readonly guild: string;
  readonly application: string;
  readonly slack: Readonly<Record<string, string>>;
  readonly discord: Readonly<Record<string, string>>;
}): string {
  const accounts = (name: string) =>
    `slack: ${ids.team}/${ids.slack[name]}, discord: "${ids.guild}/${ids.discord[name]}"`;
  return `version: 1
people:
  - { id: ana, name: Ana, ${accounts('ana')} }
  - { id: ben, name: Ben, ${accounts('ben')} }
  - { id: dora, name: Dora, ${accounts('dora')} }
  - { id: cleo, name: Cleo, ${accounts('cleo')} }
identity_admins: [ dba ]
journal: { keyring_key: \${env:KEYRING} }
console: { public_url: "https://ops.example.com" }
groups:
  sre: { members: [ana, ben, dora] }
  dba: { members: [dora] }
sources:
  alertmanager: { main: { bearers: [ \${env:BEARER} ] } }
surfaces:
  slack: { main: { team: ${ids.team}, mode: http, bot_token: \${env:SLACK}, signing_secret: \${env:SIGN} } }
  discord: { main: { guild: "${ids.guild}", application: "${ids.application}", mode: http, token: \${env:DISCORD}, public_key: "${'0'.repeat(64)}" } }
default_route: { notify: sre, slack: "main/#ops", discord: main/ops }
services:
  checkout:
    match: { app: checkout }
    environments: { production: { workload: { kubernetes: eu-1, namespace: shop, deployment: checkout, max: 20 } } }
policies:
  - { match: { risk: [read, incident] }, requesters: [sre], approvals: [] }
  - { match: { risk: danger }, requesters: [sre], expires: 10m, approvals: [ { count: 1, from: dba }, { count: 1, from: sre } ] }
  - { match: { verb: restart }, requesters: [sre], surfaces: [console], expires: 10m, approvals: [ { count: 1, from: sre } ] }
  - { match: { verb: rollback }, requesters: [sre], expires: 10m, step_up: required, approvals: [ { count: 1, from: sre } ] }
  - { match: { risk: change }, requesters: [sre], expires: 10m, approvals: [ { count: 1, from: sre } ] }
quotas: { pending: 100 }
targets:
  eu-1: { kubernetes: { read: { server: "http://127.0.0.1:1", token: \${env:SLACK} }, write: { server: "http://127.0.0.1:1", token: \${env:SLACK} } } }
`;
}
