import type { BackupRule } from '../core/backup/rule.ts';
import type { Secret } from '../core/secret.ts';
import { didYouMean, type Path, sayPath } from './error.ts';
import { readAuthority } from './kubernetes.ts';
import type { Files } from './reference.ts';
import type { OpenReport } from './report.ts';
import type { Section } from './schema.ts';
import { bucketIn } from './store-schema.ts';

/** A bucket that backups are kept in, and where in it, as the integration wants it. */
export interface StoreConfig {
  /** `s3://BUCKET/PREFIX`, as the backups name it. */
  readonly to: string;
  readonly bucket: string;
  readonly prefix: string;
  readonly region?: string;
  readonly endpoint?: string;
  readonly pathStyle: boolean;
  readonly accessKeyId?: string;
  readonly secretAccessKey?: Secret;
  /** PEM text. */
  readonly ca?: string;
  readonly proxy?: string;
  readonly timeoutMs: number;
}

export interface StoreScope {
  readonly report: OpenReport;
  readonly files: Files;
  readonly absolute: (path: string) => string;
  readonly backups: readonly BackupRule[];
  /** False when backups were refused in part: where they go is then not known. */
  readonly backupsKnown: boolean;
}

/** Each place of `backups:` that is a bucket, with what `stores` says of it. */
export function readStores(written: Section<'stores'>, scope: StoreScope): readonly StoreConfig[] {
  const { backups, backupsKnown, report } = scope;
  const places = [...new Set(backups.map(({ to }) => to))].flatMap((to) => {
    const at = bucketIn(to);
    return at ? [{ to, ...at }] : [];
  });
  const buckets = places.map(({ bucket }) => bucket);
  const stores = new Map(
    Object.entries(written).map(([name, entry]) => {
      const path: Path = ['stores', name];
      if (backupsKnown && !buckets.includes(name)) {
        report.error(path, {
          what: `${sayPath(path)} is no bucket that a backup is kept in`,
          why: 'an entry of stores is named as the bucket is in to: s3://BUCKET/PREFIX of backups',
          instead: didYouMean(name, buckets, 'take it out'),
        });
      }
      return [name, readStore(entry, path, scope)] as const;
    }),
  );
  return places.map((place) => ({ ...ofAws, ...stores.get(place.bucket), ...place }));
}

const ofAws = { pathStyle: false, timeoutMs: 60_000 };

function readStore(
  entry: Section<'stores'>[string],
  path: Path,
  scope: StoreScope,
): Omit<StoreConfig, 'to' | 'bucket' | 'prefix'> {
  const { report } = scope;
  const { region, endpoint, proxy, timeout, path_style: pathStyle } = entry;
  const { access_key_id: accessKeyId, secret_access_key: secretAccessKey } = entry;
  if ((accessKeyId === undefined) !== (secretAccessKey === undefined)) {
    const [there, missing] = secretAccessKey
      ? ['secret_access_key', 'access_key_id']
      : ['access_key_id', 'secret_access_key'];
    report.error([...path, there], {
      what: `${sayPath([...path, there])} is written without ${missing}`,
      why: 'credentials are both',
      instead: `write ${missing} as well, or take ${there} out`,
    });
  }
  if (entry.ca !== undefined && endpoint?.startsWith('http:')) {
    report.error([...path, 'ca'], {
      what: `${sayPath([...path, 'ca'])} has no effect`,
      why: `${endpoint} is asked without TLS`,
      instead: 'write https in endpoint, or take ca out',
    });
  }
  const ca = readAuthority(entry, path, scope);
  const found = region ?? (endpoint === undefined ? undefined : 'us-east-1');
  return {
    timeoutMs: timeout,
    pathStyle: pathStyle ?? endpoint !== undefined,
    ...(found !== undefined && { region: found }),
    ...(endpoint !== undefined && { endpoint }),
    ...(accessKeyId !== undefined && secretAccessKey && { accessKeyId, secretAccessKey }),
    ...(ca !== undefined && { ca }),
    ...(proxy !== undefined && { proxy }),
  };
}
