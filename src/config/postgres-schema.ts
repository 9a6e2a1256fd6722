import { z } from 'zod';
import { containerName } from './docker-schema.ts';
import { duration, flag, keys, name, named, path, reached, secret, text } from './field.ts';
import { haproxyName } from './haproxy-schema.ts';

const command = z.array(text).min(1);

const login = {
  username: text.describe('User at every server.'),
  password: secret.optional().describe('Its password.'),
};

/** A PostgreSQL whose replicas follow by streaming. */
export const postgresTarget = keys({
  nodes: named(
    keys({
      address: reached.describe('Where Tocsin reaches the server.'),
      replication: reached
        .optional()
        .describe('How the other servers reach it, where that is another address.'),
      clients: reached
        .optional()
        .describe('How clients and proxies reach it, where that is another address.'),
    }),
  ).describe('Every server, by a name of yours; which one is primary is asked of them.'),
  database: text.default('postgres').describe('Database that both users connect to.'),
  ...login,
  application: keys({
    username: text.describe('User of the application: its refused write proves the fence.'),
    password: secret.optional().describe('Its password.'),
  }),
  fence: keys({
    command: command
      .optional()
      .describe(
        'Program and arguments that stop a server and keep it stopped when it is restarted; `{node}`, `{host}` and `{port}` are filled in, no shell reads them.',
      ),
    undo: command
      .optional()
      .describe('Program and arguments that take it back and start the server.'),
    status: command
      .optional()
      .describe('Program and arguments that end with 0 while the fence holds.'),
    env: named(secret).default({}).describe('Secrets in the environment of these programs.'),
    kubernetes: name
      .optional()
      .describe(
        'A kubernetes target, in place of command: the workload of the server gets 0 pods.',
      ),
    docker: name
      .optional()
      .describe(
        'A docker target, in place of command: the container of the server is stopped and not started again.',
      ),
    nodes: named(
      keys({
        namespace: text.optional().describe('With kubernetes: its namespace.'),
        statefulset: text.optional().describe('With kubernetes: its StatefulSet.'),
        deployment: text.optional().describe('With kubernetes: its Deployment.'),
        container: containerName.optional().describe('With docker: its container.'),
      }),
    )
      .optional()
      .describe('What each node runs in, by its name, with kubernetes or docker.'),
    timeout: duration('1s', '10m')
      .default(60_000)
      .describe('How long each may take; then a program is ended with all it started.'),
  })
    .optional()
    .describe('How the old primary is kept from taking writes.'),
  repoint: z
    .array(
      keys({
        file: path.optional().describe('A configuration file that names the primary, with line.'),
        line: text
          .optional()
          .describe(
            'The line that does, as it stands there but with `{host}` and `{port}` for its address; `{node}` for its name.',
          ),
        reload: command
          .optional()
          .describe('Program and arguments that have the file read; harmless when run twice.'),
        through: reached
          .optional()
          .describe('Where clients reach the primary through it: a write is tried there.'),
        timeout: duration('1s', '5m').default(30_000).describe('How long the reload may take.'),
        haproxy: name
          .optional()
          .describe('A haproxy target whose backend is turned by its runtime API, with backend.'),
        kubernetes: name
          .optional()
          .describe(
            'A kubernetes target with a Service that is turned by one label of its selector, with namespace, service and servers.',
          ),
        namespace: text.optional().describe('With kubernetes: the namespace of the Service.'),
        service: text
          .optional()
          .describe('With kubernetes: the Service that clients of the primary use.'),
        label: text
          .optional()
          .describe(
            'With kubernetes: the label in its selector that names the server; `statefulset.kubernetes.io/pod-name` when absent.',
          ),
        backend: haproxyName.optional().describe('The backend that clients of the primary use.'),
        servers: named(text)
          .optional()
          .describe(
            "Node → its server in that backend, where it has not the node's name; with kubernetes node → the value of the label, for every node.",
          ),
      }),
    )
    .default([])
    .describe('What is turned to the new primary, in this order.'),
  rejoin: keys({
    command: command.describe(
      'Program and arguments that make the old primary a replica, lift its fence and start it; also `{primary}`, `{primary_host}` and `{primary_port}`, the new one.',
    ),
    env: named(secret).default({}).describe('Secrets in its environment.'),
    timeout: duration('1s', '6h').default(600_000).describe('How long it may take.'),
  })
    .optional()
    .describe('How the old primary becomes a replica.'),
  tls: flag.default(false).describe('Speak TLS to the servers.'),
  ca: path
    .optional()
    .describe(
      "PEM file of the authority that signed their certificates; the system's when absent.",
    ),
  programs: path
    .optional()
    .describe('Folder of the programs of PostgreSQL, for backups; the usual ones when absent.'),
  scratch: name
    .optional()
    .describe(
      'Another `postgres` target on which a copy as `custom` is restored, under another name, to verify it; on a server of its own where Tocsin runs when absent.',
    ),
  timeout: duration('100ms', '30s').default(3_000).describe('How long one question may take.'),
  catch_up: duration('1s', '10m')
    .default(30_000)
    .describe('How long a replica may take to replay what it has, and to be promoted.'),
});
