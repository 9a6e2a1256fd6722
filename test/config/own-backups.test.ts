import { describe, expect, it } from 'vitest';
import { faultsOf, yaml } from './given.ts';

const targets = `targets:
  pg-main: { postgres: { nodes: { one: { address: "db:5432" } }, username: tocsin, application: { username: app } } }
  aws-eu: { aws: { region: eu-west-1 } }
  eu-1: { kubernetes: { read: { in_cluster: true }, write: { in_cluster: true } } }`;
const services = `services:
  orders:
    match: { app: orders }
    environments:
      production: { match: { env: p }, database: { aws: aws-eu, instance: orders } }
      staging: { match: { env: s }, database: { postgres: pg-main } }
  mail: { match: { app: mail }, environments: { production: { database: { postgres: pg-main } } } }`;
const job = 'by: { kubernetes: eu-1, namespace: shop, cronjob: dump }';

const faults = (...entries: readonly string[]) =>
  faultsOf(
    yaml({
      targets,
      services,
      backups: `backups:\n${entries.map((each) => `  - { ${each} }`).join('\n')}`,
    }),
  ).map((fault) => fault.replace(/^tocsin\.yaml:\d+: /, ''));

describe('backups that whoever holds the data keeps by itself', () => {
  it('are read without a place: a database of RDS, and what a CronJob makes', () => {
    expect(
      faults(
        'service: orders, environment: production, what: database, schedule: "0 3 * * *", keep: { days: 30 }',
        `service: orders, environment: staging, what: database, ${job}, schedule: "0 3 * * *"`,
        `service: mail, what: cache, ${job}`,
      ),
    ).toEqual([]);
  });

  it('of what keeps none say where to', () => {
    expect(faults('service: mail, what: database')).toEqual([
      'backups[0] does not say where the database of mail is kept, a postgres keeps no copies of its own, write to: FOLDER, or to: s3://BUCKET/PREFIX',
    ]);
  });

  it('take no word that would have no effect', () => {
    expect(
      faults(
        'service: orders, environment: production, what: database, to: ./b, verify: "0 5 * * *"',
        `service: mail, what: database, ${job}, query: "SELECT 1", keep: { days: 1 }`,
      ),
    ).toEqual([
      'to of backups[0] would have no effect, a database of aws keeps its copies by itself, take it out',
      'verify of backups[0] would have no effect, a database of aws makes copies that cannot be read from here, take it out',
      'query of backups[1] would have no effect, the CronJob dump is asked nothing when it is copied, take it out',
      'keep of backups[1] would have no effect, the CronJob dump alone knows what it has made, and removes it, take it out',
    ]);
  });

  it('name a cluster and an environment that there are', () => {
    expect(
      faults(
        'service: mail, what: database, by: { kubernetes: eu-2, namespace: shop, cronjob: dump }',
        `service: orders, what: database, ${job}`,
        `service: orders, environment: prod, what: database, ${job}`,
      ),
    ).toEqual([
      'by of backups[0] names eu-2, targets has no kubernetes target of that name, did you mean "eu-1"?',
      'backups does not say which environment of orders it is about, it has production and staging, write environment: production',
      'backups names the environment "prod" of orders, there is none of that name, name one that there is',
    ]);
  });
});
