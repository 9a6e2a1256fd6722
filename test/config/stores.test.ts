import { describe, expect, it } from 'vitest';
import { faultsOf, yaml } from './given.ts';

const around = {
  targets: `targets:
  pg-main: { postgres: { nodes: { one: { address: "db:5432" } }, username: tocsin, application: { username: app } } }`,
  services: `services:
  checkout: { match: { app: checkout }, environments: { production: { database: { postgres: pg-main } } } }`,
};
const faults = (to: string, ...stores: readonly string[]) =>
  faultsOf(
    yaml({
      ...around,
      backups: `backups: [ { service: checkout, what: database, to: "${to}" } ]`,
      ...(stores.length > 0 && {
        stores: `stores:\n${stores.map((each) => `  ${each}`).join('\n')}`,
      }),
    }),
  ).map((fault) => fault.replace(/^tocsin\.yaml:\d+: /, ''));

describe('where backups are kept', () => {
  it('is a folder, or a bucket, with or without a word about it', () => {
    expect(faults('./backups')).toEqual([]);
    expect(faults('s3://company-backups')).toEqual([]);
    expect(faults('s3://company-backups/tocsin/eu/')).toEqual([]);
    expect(
      faults('s3://company-backups/tocsin', 'company-backups: { region: eu-central-1 }'),
    ).toEqual([]);
    expect(
      faults(
        's3://company-backups/tocsin',
        'company-backups: { endpoint: "https://minio:9000", path_style: false, access_key_id: AK, secret_access_key: "${env:AM_TOKEN}", proxy: "http://proxy:3128", timeout: 2m }',
      ),
    ).toEqual([]);
  });

  it.each([
    ['s3://Company/x', 'a bucket has 3 to 63 small letters'],
    ['s3:///x', 'a bucket has 3 to 63 small letters'],
    ['s3://company-backups//x', 'a prefix has letters'],
    ['s3://company-backups/a/../b', 'a prefix has letters'],
    ['s3://company-backups/a b', 'a prefix has letters'],
    ['gs://company-backups/x', 'this build keeps backups in folders and in buckets of S3'],
    ['', 'it is no path'],
  ])('%s is refused', (to, why) => {
    expect(faults(to)).toEqual([expect.stringContaining(why)]);
  });

  it('a bucket is reached by what makes sense together', () => {
    const bucket = 's3://company-backups/tocsin';
    expect(faults(bucket, 'company-backup: { region: eu-central-1 }')).toEqual([
      'stores.company-backup is no bucket that a backup is kept in, an entry of stores is named as the bucket is in to: s3://BUCKET/PREFIX of backups, did you mean "company-backups"?',
    ]);
    expect(faults(bucket, 'company-backups: { access_key_id: AK }')).toEqual([
      'stores.company-backups.access_key_id is written without secret_access_key, credentials are both, write secret_access_key as well, or take access_key_id out',
    ]);
    expect(faults(bucket, 'company-backups: { secret_access_key: plain }')).toEqual([
      expect.stringContaining('a secret never stands in the configuration itself'),
    ]);
    expect(faults(bucket, 'company-backups: { ca: ./nothing.pem }')).toEqual([
      expect.stringContaining('no certificate can be read there'),
    ]);
    expect(
      faults(bucket, 'company-backups: { endpoint: "http://minio:9000", ca: ./ca.pem }'),
    ).toEqual([
      expect.stringContaining('http://minio:9000 is asked without TLS'),
      expect.stringContaining('no certificate can be read there'),
    ]);
    expect(faults('./backups', 'company-backups: { region: eu-central-1 }')).toEqual([
      expect.stringContaining('stores.company-backups is no bucket that a backup is kept in'),
    ]);
  });
});
