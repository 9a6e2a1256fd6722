import { z } from 'zod';
import { formatDuration } from '../core/duration.ts';
import { awsDatabase, awsNotice, awsTarget, awsTraffic, awsWorkload } from './aws-schema.ts';
import { dockerTarget } from './docker-schema.ts';
import { fieldNotes, isNotBuilt } from './field.ts';
import { filesTarget } from './files-schema.ts';
import { haproxyTarget } from './haproxy-schema.ts';
import { postgresTarget } from './postgres-schema.ts';
import { redisTarget } from './redis-schema.ts';
import {
  kubernetesTarget,
  kubernetesWorkload,
  mongodbTarget,
  patroniTarget,
  prometheusTarget,
  type SectionName,
  sections,
} from './schema.ts';

interface Row {
  readonly key: string;
  readonly kind: string;
  readonly otherwise: string;
  readonly says: string;
}

/** What each section is for, in the order of the page. */
const about: readonly (readonly [SectionName, string])[] = [
  ['version', 'The format of this file.'],
  ['server', 'The listener that webhooks reach.'],
  ['console', 'The web console.'],
  ['metrics', 'The listener of Prometheus.'],
  ['journal', 'Where everything that happens is kept.'],
  ['incident', 'Times of incidents.'],
  [
    'people',
    'Who may act. A list; ids stand in the journal for ever and are never given to somebody else.',
  ],
  [
    'groups',
    'People by what they are asked for, by name. Policies, routes and approvals name groups.',
  ],
  [
    'directories',
    'How old what a directory answers about the members of a group may be. One that cannot be asked lets nobody in.',
  ],
  [
    'sources',
    'Where alerts come from, by kind and name. A source without a credential is refused unless it says `auth: none`.',
  ],
  ['surfaces', 'Chat platforms. The console is always there.'],
  ['routes', 'Whom an incident notifies. A list; the first route whose labels all hold wins.'],
  ['default_route', 'The route of everything else.'],
  [
    'correlation',
    'What is one incident although its sources give it different names. A list; the first rule that speaks of an alert or a page decides. See [correlation](correlation.md).',
  ],
  [
    'security',
    'Where Tocsin tells what concerns its own security: forged requests, refusals that repeat, who got more rights. The default route when absent.',
  ],
  [
    'heartbeat',
    'Who outside is told that Tocsin lives. `GET /heartbeat` answers 200 as long as it does, for a checker that asks.',
  ],
  [
    'identity_admins',
    'Groups whose members confirm what concerns who somebody else is: a new second factor. A list; never for themselves.',
  ],
  ['services', 'What is operated, by name: where each part of a service runs.'],
  [
    'policies',
    'Who may ask for what, and who approves. A list: deny rules decide first, then the first rule that matches. What no rule matches is refused.',
  ],
  [
    'policy_tests',
    'What the policies are meant to say. A list; `tocsin check` asks each, and one that is answered otherwise is a fault of this file.',
  ],
  [
    'freezes',
    'When nothing begins, again and again. A list; what one person wants once is the command `freeze`.',
  ],
  [
    'backups',
    'What is backed up, and where it is kept. A list; `docs/backups.md` says how they are taken, verified and restored.',
  ],
  [
    'stores',
    'Buckets that backups are kept in, by the name of the bucket: `to: s3://NAME/…`. One of AWS needs no entry where the SDK finds region and credentials by itself.',
  ],
  [
    'watch',
    'Endpoints that are asked whether they answer, by name. One that does not is said in an incident, with a change that a person may ask for: [watch.md](watch.md).',
  ],
  ['quotas', 'How much one person may ask for.'],
  ['record', 'Who may take the record of an incident out, as a file.'],
  ['fuse', 'When everything becomes read-only by itself.'],
  ['ask', 'How approvers are written to when a plan waits.'],
  ['limits', 'How fast one person and one source may send.'],
  ['targets', 'The systems that services live in, by name.'],
];

/** The page `docs/configuration.md`, made from the schemas so that it cannot say anything else. */
export function configurationPage(): string {
  const parts = about.map(([name, says]) =>
    [`## ${name}`, '', says, ...tableOf(rowsOf(sections[name], name))].join('\n'),
  );
  return `${[intro, ...parts, kubernetes(), prometheus(), postgres(), patroni(), mongodb(), aws(), redis(), haproxy(), docker(), files(), absent()].join('\n\n')}\n`;
}

const intro = `# Configuration

<!-- Generated from src/config/schema.ts; a test compares. -->

One YAML file: \`--config\`, else \`$TOCSIN_CONFIG\`, else \`./tocsin.yaml\`. \`tocsin check\` says everything that is wrong with
it, each with its line, why, and what to write instead. A key that is not listed here is refused, and so is one that
could not have any effect. [examples/minimal](../examples/minimal/tocsin.yaml) is a file to start from, [examples/chat](../examples/chat/tocsin.yaml) one with Slack and Discord,
[examples/databases](../examples/databases/tocsin.yaml) one whose database and caches are failed over, and [examples/backups](../examples/backups/tocsin.yaml) one whose database is backed up into a bucket.

- **Secrets** never stand in the file. A secret is a whole value \`\${env:NAME}\` or \`\${file:PATH}\`; one newline at the end
  of a file is dropped. They may stand unquoted, in \`[ … ]\` and \`{ … }\` too.
- **URLs and paths** may be such references as well, because they differ from one machine to the next. Nothing else may: what
  decides who may do what is readable in the file itself. A URL never holds a password.
- **Paths** are seen from the folder of the file.
- **Durations** have units: \`500ms\`, \`30s\`, \`5m\`, \`1h30m\`, \`2d\`. **Sizes** too: \`64KiB\`, \`5MiB\`.
- **Addresses** are \`host:port\`; an IPv6 address stands in brackets and quotes, \`"[::1]:8080"\`.`;

function kubernetes(): string {
  return [
    '## targets.NAME.kubernetes',
    '',
    'One cluster. `read` and `write` are two credentials; each is one of a kubeconfig, a server with a token, or the pod’s own service account.',
    ...tableOf(rowsOf(kubernetesTarget, '')),
    '',
    '## workload: { kubernetes: NAME, … }',
    '',
    'A workload in that cluster: exactly one of deployment, statefulset and daemonset.',
    ...tableOf(rowsOf(kubernetesWorkload, '')),
  ].join('\n');
}

function prometheus(): string {
  return [
    '## targets.NAME.prometheus',
    '',
    'One system that speaks the HTTP API of Prometheus. An environment names it as `telemetry: { prometheus: NAME }`, and so may a source, for alerts of no service.',
    ...tableOf(rowsOf(prometheusTarget, '')),
  ].join('\n');
}

function patroni(): string {
  return [
    '## targets.NAME.patroni',
    '',
    'One PostgreSQL cluster under Patroni. An environment names it as `database: { patroni: NAME }`.',
    ...tableOf(rowsOf(patroniTarget, '')),
  ].join('\n');
}

function mongodb(): string {
  return [
    '## targets.NAME.mongodb',
    '',
    'One MongoDB replica set. An environment names it as `database: { mongodb: NAME }`.',
    ...tableOf(rowsOf(mongodbTarget, '')),
  ].join('\n');
}

function aws(): string {
  const place = (role: string, what: string) => [`## ${role}: { aws: NAME, … }`, '', what];
  return [
    '## targets.NAME.aws',
    '',
    'One region of one AWS account.',
    ...tableOf(rowsOf(awsTarget, '')),
    '',
    ...place('database', 'A database of RDS: exactly one of cluster and instance.'),
    ...tableOf(rowsOf(awsDatabase, '')),
    '',
    ...place('workload', 'A service of ECS.'),
    ...tableOf(rowsOf(awsWorkload, '')),
    '',
    ...place('traffic', 'A record of Route 53, and what it says when traffic comes here.'),
    ...tableOf(rowsOf(awsTraffic, '')),
    '',
    ...place('notice', 'A topic of SNS.'),
    ...tableOf(rowsOf(awsNotice, '')),
  ].join('\n');
}

function redis(): string {
  return [
    '## targets.NAME.redis',
    '',
    'One Redis: behind Sentinels, a Redis Cluster, or a master and replicas by themselves. An environment names it as `cache: { redis: NAME }`.',
    ...tableOf(rowsOf(redisTarget, '')),
  ].join('\n');
}

function files(): string {
  return [
    '## targets.NAME.files',
    '',
    'Files and folders of the machine where Tocsin runs, to be backed up. An environment names them as `config: { files: NAME }` or `logs: { files: NAME }`.',
    ...tableOf(rowsOf(filesTarget, '')),
  ].join('\n');
}

function postgres(): string {
  return [
    '## targets.NAME.postgres',
    '',
    'One PostgreSQL whose replicas follow by streaming. An environment names it as `database: { postgres: NAME }`.',
    ...tableOf(rowsOf(postgresTarget, '')),
  ].join('\n');
}

function haproxy(): string {
  return [
    '## targets.NAME.haproxy',
    '',
    'One HAProxy, or several that are turned together. A PostgreSQL names it under `repoint:`.',
    ...tableOf(rowsOf(haproxyTarget, '')),
  ].join('\n');
}

function docker(): string {
  return [
    '## targets.NAME.docker',
    '',
    'One Docker Engine. A PostgreSQL names it under `fence:`.',
    ...tableOf(rowsOf(dockerTarget, '')),
  ].join('\n');
}

function absent(): string {
  const keys = Object.entries(sections).flatMap(([name, schema]) => absentOf(schema, name));
  return [
    '## Not in this build',
    '',
    'These keys are known and refused, so that nobody relies on what does not happen:',
    `${keys.map((key) => `\`${key}\``).join(', ')}.`,
  ].join('\n');
}

function tableOf(rows: readonly Row[]): string[] {
  if (rows.length === 0) return [];
  return [
    '',
    '| key | written as | when absent | what it does |',
    '|---|---|---|---|',
    ...rows.map(
      ({ key, kind, otherwise, says }) => `| \`${key}\` | ${kind} | ${otherwise} | ${says} |`,
    ),
  ];
}

/** One row per leaf below a schema. */
function rowsOf(schema: z.ZodType, path: string, otherwise = 'required'): Row[] {
  if (isNotBuilt(schema)) return [];
  const note = fieldNotes.get(schema);
  if (note) return [{ key: path, kind: note.kind, otherwise, says: schema.description ?? '' }];
  const { inner, absence } = unwrap(schema);
  if (inner) {
    const rows = rowsOf(inner, path, absence(rowsOf(inner, path)[0]) ?? otherwise);
    return schema.description === undefined || rows.length !== 1
      ? rows
      : rows.map((row) => ({ ...row, says: schema.description ?? row.says }));
  }
  if (schema instanceof z.ZodObject) {
    return Object.entries(schema.shape).flatMap(([key, value]) =>
      rowsOf(asSchema(value), path === '' ? key : `${path}.${key}`),
    );
  }
  if (schema instanceof z.ZodArray) {
    return below(asSchema(schema.element), path, { schema, otherwise, list: true });
  }
  if (schema instanceof z.ZodRecord) {
    return below(asSchema(schema.valueType), path, { schema, otherwise, list: false });
  }
  return [{ key: path, kind: 'map', otherwise, says: schema.description ?? '' }];
}

/** The rows of a list's elements or of a map's values; leaves stay one row. */
function below(
  item: z.ZodType,
  path: string,
  { schema, otherwise, list }: { schema: z.ZodType; otherwise: string; list: boolean },
): Row[] {
  const note = fieldNotes.get(item);
  if (!note) return rowsOf(item, list ? `${path}[]` : `${path}.NAME`);
  const kind = list ? `list of ${note.kind}` : `map of ${note.kind}`;
  return [{ key: path, kind, otherwise, says: schema.description ?? item.description ?? '' }];
}

interface Unwrapped {
  readonly inner?: z.ZodType;
  absence(leaf: Row | undefined): string | undefined;
}

function unwrap(schema: z.ZodType): Unwrapped {
  if (schema instanceof z.ZodOptional) {
    return { inner: asSchema(schema.unwrap()), absence: () => 'nothing' };
  }
  if (schema instanceof z.ZodDefault) {
    const { defaultValue } = schema.def;
    return {
      inner: asSchema(schema.unwrap()),
      absence: (leaf) => sayDefault(defaultValue, leaf?.kind ?? ''),
    };
  }
  if (schema instanceof z.ZodPrefault) {
    return { inner: asSchema(schema.unwrap()), absence: () => undefined };
  }
  if (schema instanceof z.ZodPipe) return { inner: asSchema(schema.out), absence: () => undefined };
  return { absence: () => undefined };
}

function sayDefault(value: unknown, kind: string): string {
  if (typeof value === 'number' && kind.startsWith('`2026'))
    return `\`${new Date(value).toISOString()}\``;
  if (typeof value === 'number' && kind.startsWith('duration'))
    return `\`${formatDuration(value)}\``;
  if (typeof value === 'number' && kind.startsWith('size')) return `\`${value / 1024 ** 2}MiB\``;
  if (typeof value === 'object' && value !== null) {
    if ('host' in value && 'port' in value) return `\`${value.host}:${value.port}\``;
    return 'none';
  }
  return `\`${String(value)}\``;
}

function absentOf(schema: z.ZodType, path: string): string[] {
  if (isNotBuilt(schema)) return [path];
  const { inner } = unwrap(schema);
  if (inner) return absentOf(inner, path);
  if (schema instanceof z.ZodObject) {
    return Object.entries(schema.shape).flatMap(([key, value]) =>
      absentOf(asSchema(value), `${path}.${key}`),
    );
  }
  if (schema instanceof z.ZodArray) return absentOf(asSchema(schema.element), `${path}[]`);
  if (schema instanceof z.ZodRecord) return absentOf(asSchema(schema.valueType), `${path}.NAME`);
  return [];
}

/** zod types its own parts as the core's smallest schema; here they are always full ones. */
function asSchema(part: unknown): z.ZodType {
  if (part instanceof z.ZodType) return part;
  throw new Error('a schema holds something that is no schema');
}
