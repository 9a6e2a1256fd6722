import { describe, expect, it } from 'vitest';
import { faultsOf, yaml } from './given.ts';

const targets = `targets:
  eu-1: { kubernetes: { read: { in_cluster: true }, write: { in_cluster: true } } }
  aws-us: { aws: { region: us-east-1 } }
  pg-main: { postgres: { nodes: { one: { address: "db:5432" } }, username: tocsin, application: { username: app } } }
  pat: { patroni: { endpoints: ["http://p:8008"] } }
  mongo: { mongodb: { set: rs0, members: ["m:27017"], scratch: tries } }
  tries: { mongodb: { set: rs1, members: ["t:27017"], programs: ./tools } }
  etc: { files: { paths: [/etc/checkout, /etc/nginx/nginx.conf], exclude: ["*.swp"], at_most: 1GiB } }
  cache-main: { redis: { sentinels: ["s:26379"], master: cache } }`;
const services = `services:
  checkout:
    match: { app: checkout }
    environments:
      production: { match: { env: p }, workload: { kubernetes: eu-1, namespace: shop, deployment: checkout }, database: { postgres: pg-main }, cache: { redis: cache-main }, config: { files: etc }, logs: { files: etc } }
      staging: { match: { env: s }, database: { postgres: pg-main } }
  worker: { match: { app: worker }, environments: { production: { workload: { kubernetes: eu-1, namespace: shop, statefulset: worker } } } }
  agent: { match: { app: agent }, environments: { production: { workload: { kubernetes: eu-1, namespace: shop, daemonset: agent } } } }
  region: { match: { app: region }, environments: { production: { workload: { aws: aws-us, ecs_cluster: shop, ecs_service: checkout } } } }
  mail: { match: { app: mail }, environments: { production: { database: { postgres: pg-main } } } }
  lone: { match: { app: lone }, environments: { production: { database: { patroni: pat } } } }
  shop: { match: { app: shop }, environments: { production: { database: { mongodb: mongo } } } }`;

const faults = (...entries: readonly string[]) =>
  faultsOf(
    yaml({
      targets,
      services,
      backups: `backups:\n${entries.map((each) => `  - { ${each} }`).join('\n')}`,
    }),
  ).map((fault) => fault.replace(/^tocsin\.yaml:\d+: /, ''));

describe('backups', () => {
  it('are read where it is clear what is meant', () => {
    expect(
      faults(
        'service: checkout, environment: production, what: database, to: ./backups, query: "SELECT 1"',
        'service: checkout, environment: staging, what: database, to: ./backups',
        'service: mail, what: database, to: /srv/backups, timeout: 2h, database: mail, as: plain',
        'service: checkout, what: cache, to: ./backups',
        'service: checkout, what: config, to: ./backups',
        'service: checkout, what: logs, to: ./backups',
      ),
    ).toEqual([]);
    const tried = (scratch: string) =>
      faultsOf(
        yaml({
          targets: `targets: { db: { postgres: { nodes: { one: { address: "db:5432" }, two: { address: "db2:5432" } }, username: t, application: { username: app }, scratch: ${scratch} } }, tries: { postgres: { nodes: { one: { address: "x:5432" }, two: { address: "y:5432" } }, username: t, application: { username: app } } } }`,
          services: '',
        }),
      ).map((fault) => fault.replace(/^tocsin\.yaml:\d+: /, ''));
    expect(tried('tries')).toEqual([]);
    expect(tried('db')).toEqual([
      'targets.db.postgres.scratch is the target itself, copies are tried where nobody is served, name another postgres target, or take it out',
    ]);
    expect(tried('trys')).toEqual([
      'targets.db.postgres.scratch is "trys", targets has no postgres target of that name, add it to targets as { postgres: { … } }',
    ]);
    const entry = 'service: mail, what: database, to: ./b';
    const behind = (more: string) =>
      faultsOf(
        yaml({
          targets: `targets: { pg: { patroni: { endpoints: ["http://pg:8008"]${more} } } }`,
          services:
            'services: { shop: { match: { app: s }, environments: { production: { database: { patroni: pg } } } } }',
          backups: 'backups: [ { service: shop, what: database, to: ./b, as: base } ]',
        }),
      ).map((fault) => fault.replace(/^tocsin\.yaml:\d+: /, ''));
    expect(behind(', postgres: { username: tocsin }')).toEqual([]);
    expect(behind('')).toEqual([
      'the database of shop is behind Patroni, and nothing says who reads it, a backup is read by SQL, with a user of its own, write postgres: { username: … } into targets.pg.patroni',
    ]);
    expect(faults(`${entry}, as: base, wal: /archive`)).toEqual([]);
    expect(faults(`${entry}, wal: /archive`)).toEqual([
      'backups[0] names an archive of the log, it goes on from base backups alone, write as: base beside it, or take it out',
    ]);
  });

  it('name a service, an environment and a part of it that there are', () => {
    expect(
      faults(
        'service: chekout, what: database, to: ./b',
        'service: checkout, what: database, to: ./b',
        'service: checkout, environment: prod, what: database, to: ./b',
        'service: mail, what: cache, to: ./b',
      ),
    ).toEqual([
      'backups names the service "chekout", there is no service of that name, did you mean "checkout"?',
      'backups does not say which environment of checkout it is about, production and staging have a database, write environment: production',
      'backups names the environment "prod" of checkout, none of that name has a database, write database: { … } there, or take the entry out',
      'backups does not say which environment of mail it is about, none of them has a cache, take the entry out',
    ]);
  });

  it('stop services that run in the same environment, on what can be stopped', () => {
    const entry = 'service: checkout, environment: production, what: database, to: ./b';
    expect(faults(`${entry}, stops: [checkout, worker]`)).toEqual([]);
    expect(faults(`${entry}, stops: [checkou, mail, agent, region, checkout, checkout]`)).toEqual([
      'stops of backups[0] names checkou, there is no service of that name, did you mean "checkout"?',
      'stops of backups[0] names mail, it has no workload in production, write workload: { … } there, or take it out',
      'stops of backups[0] names agent, a DaemonSet runs one pod on each node and cannot be stopped so, take it out',
      'stops of backups[0] names region, it runs on aws, and this build stops what runs on kubernetes, take it out, and stop it by hand before a restore',
      'stops of backups[0] names checkout, it is named twice, name it once',
    ]);
  });

  it('are of what this build makes copies of, and one for each', () => {
    expect(
      faults(
        'service: shop, what: database, to: ./b, database: orders, query: "SELECT 1"',
        'service: checkout, what: cache, to: ./b, query: "SELECT 1"',
        'service: mail, what: database, to: ./b',
        'service: mail, what: database, to: ./c',
        'service: checkout, what: config, to: ./b, database: x',
        'service: lone, what: database, to: ./b',
      ),
    ).toEqual([
      'query of backups[0] says nothing to a MongoDB, it is copied in one way, documents are counted, and it is restored beside what stays in use, take it out',
      'query of backups[1] says nothing to a Redis, all its databases are copied, and their keys are counted, take it out',
      'two entries of backups are about mail/production/database, which of them a command means could not be told, write one',
      'database of backups[4] says nothing to files, all paths of the target are copied, byte for byte, take it out',
      'the database of lone is behind Patroni, and nothing says who reads it, a backup is read by SQL, with a user of its own, write postgres: { username: … } into targets.pat.patroni',
    ]);
  });
});

describe('files', () => {
  const filesFaults = (written: string) =>
    faultsOf(
      yaml({
        targets: `targets: { etc: { files: { ${written} } } }`,
        services:
          'services: { checkout: { match: { app: c }, environments: { production: { config: { files: etc } } } } }',
      }),
    ).map((fault) => fault.replace(/^tocsin\.yaml:\d+: /, ''));

  it('are named from the root of the machine, each once', () => {
    expect(filesFaults('paths: [/etc/checkout/, /etc/nginx/nginx.conf]')).toEqual([]);
    expect(
      filesFaults(
        'paths: [etc, /, /etc/a, /etc/a/../a/b, /etc/a/, /etc/ab], exclude: [/cache], at_most: 10KiB',
      ),
    ).toEqual([
      'targets.etc.files.at_most is "10KiB", a size is a number with MiB or GiB, from 1MiB to 16384GiB, write for example 10GiB',
    ]);
    expect(
      filesFaults('paths: [etc, /, /etc/a, /etc/a/../a/b, /etc/a/, /etc/ab], exclude: [/cache]'),
    ).toEqual([
      'targets.etc.files.paths[0] is etc, a folder or file of the machine is named from its root, and is not all of it, write for example /etc/checkout',
      'targets.etc.files.paths[1] is /, a folder or file of the machine is named from its root, and is not all of it, write for example /etc/checkout',
      'targets.etc.files.paths[3] is /etc/a/b, /etc/a has it already, and it would be copied twice, name the outer one only',
      'targets.etc.files.paths[4] is /etc/a, /etc/a has it already, and it would be copied twice, name the outer one only',
      'targets.etc.files.exclude[0] is /cache, patterns with a slash fit the way below a path, which begins with none: it would have no effect, write cache, or a pattern without a slash',
    ]);
  });

  it('are config and logs, and nothing that is failed over', () => {
    expect(
      faultsOf(
        yaml({
          targets: 'targets: { etc: { files: { paths: [/etc/checkout] } } }',
          services:
            'services: { checkout: { match: { app: c }, environments: { production: { database: { files: etc } } } } }',
        }),
      ).join('\n'),
    ).toContain('this build has no files database');
  });
});

it('a scratch server of a MongoDB is another one', () => {
  const of = (scratch: string) =>
    faultsOf(
      yaml({
        targets: `targets: { mongo: { mongodb: { set: rs0, members: ["m:27017"], scratch: ${scratch} } }, tries: { mongodb: { set: rs1, members: ["t:27017"] } } }`,
        services:
          'services: { shop: { match: { app: s }, environments: { production: { database: { mongodb: mongo } } } } }',
      }),
    ).map((fault) => fault.replace(/^tocsin\.yaml:\d+: /, ''));
  expect(of('tries')).toEqual([]);
  expect(of('mongo')).toEqual([
    'targets.mongo.mongodb.scratch is the target itself, copies are tried where nobody is served, name another mongodb target, or take it out',
  ]);
  expect(of('triez')).toEqual([
    'targets.mongo.mongodb.scratch is "triez", targets has no mongodb target of that name, did you mean "tries"?',
  ]);
});
