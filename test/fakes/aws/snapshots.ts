import { type Asked, type FakeAccount, Refusal, type Said } from './account.ts';

/* Snapshots of RDS: https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBSnapshot.html and its neighbours. */

export interface FakeSnapshot {
  readonly kind: 'instance' | 'cluster';
  readonly name: string;
  readonly of: string;
  status: string;
  percent: number;
  readonly type: 'manual' | 'automated';
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly gibibytes: number;
  readonly encrypted: boolean;
  readonly tags: Readonly<Record<string, string>>;
}

/** What an account may have of manual ones. */
const quota = 100;

export function snapshotOperations(
  account: Pick<FakeAccount, 'instances' | 'clusters' | 'snapshots' | 'isStuck'>,
  later: (work: () => void) => void,
): FakeAccount['operations'] {
  const taken = (kind: FakeSnapshot['kind'], name: string) =>
    account.snapshots.find((each) => each.kind === kind && each.name === name);

  function create(kind: FakeSnapshot['kind'], name: string, asked: Asked): void {
    if (!/^[a-z](-?[a-z0-9])*$/i.test(name) || name.length > (kind === 'cluster' ? 63 : 255)) {
      throw new Refusal('InvalidParameterValue', `${name} is not a valid identifier`);
    }
    const fault = kind === 'instance' ? 'DBSnapshot' : 'DBClusterSnapshot';
    if (taken(kind, name)) {
      const suffix = kind === 'instance' ? 'AlreadyExists' : 'AlreadyExistsFault';
      throw new Refusal(`${fault}${suffix}`, `Cannot create the snapshot because ${name} exists.`);
    }
    if (account.snapshots.filter(({ type }) => type === 'manual').length >= quota) {
      throw new Refusal('SnapshotQuotaExceeded', 'Cannot create more than 100 manual snapshots');
    }
    const source = sourceOf(kind, asked);
    const snapshot: FakeSnapshot = {
      ...{ kind, name, of: source.name, status: 'creating', percent: 0, type: 'manual' },
      ...{ at: 1_800_000_000_000, tags: tagsIn(asked) },
      ...{ gibibytes: source.gibibytes ?? 1, encrypted: source.encrypted ?? false },
    };
    account.snapshots.push(snapshot);
    source.status = 'backing-up';
    later(() => {
      snapshot.percent = 45;
      if (account.isStuck) return;
      later(() => {
        Object.assign(snapshot, { percent: 100, status: 'available' });
        source.status = 'available';
      });
    });
  }

  function sourceOf(kind: FakeSnapshot['kind'], asked: Asked) {
    const name = String(
      asked[kind === 'instance' ? 'DBInstanceIdentifier' : 'DBClusterIdentifier'],
    );
    const found = (kind === 'instance' ? account.instances : account.clusters).find(
      (each) => each.name === name,
    );
    if (!found) {
      const code = kind === 'instance' ? 'DBInstanceNotFound' : 'DBClusterNotFoundFault';
      throw new Refusal(code, `${name} not found.`, 404);
    }
    if (found.status !== 'available' && found.status !== 'storage-optimization') {
      const code = kind === 'instance' ? 'InvalidDBInstanceState' : 'InvalidDBClusterStateFault';
      throw new Refusal(code, `${name} is not in available state.`);
    }
    return found;
  }

  function listed(kind: FakeSnapshot['kind'], name: unknown, asked: Asked) {
    const of = asked[kind === 'instance' ? 'DBInstanceIdentifier' : 'DBClusterIdentifier'];
    const type = asked['SnapshotType'];
    const found = account.snapshots.filter(
      (each) =>
        each.kind === kind &&
        (of === undefined || each.of === of) &&
        (type === undefined || each.type === type) &&
        // One that RDS took is found by its name only where its type is said.
        (name === undefined ||
          (each.name === name && (type !== undefined || each.type === 'manual'))),
    );
    if (name !== undefined && found.length === 0) {
      const code = kind === 'instance' ? 'DBSnapshotNotFound' : 'DBClusterSnapshotNotFoundFault';
      throw new Refusal(code, `${name} not found.`, 404);
    }
    const from = Number(asked['Marker'] ?? 0);
    const page = found.slice(from, from + pageMax);
    return { page, next: from + pageMax < found.length ? String(from + pageMax) : undefined };
  }

  function remove(kind: FakeSnapshot['kind'], name: string): Said {
    const found = taken(kind, name);
    const fault = kind === 'instance' ? 'DBSnapshot' : 'DBClusterSnapshot';
    if (!found) throw new Refusal(`${fault}NotFound`, `${name} not found.`, 404);
    if (found.type !== 'manual' || found.status !== 'available') {
      throw new Refusal(`Invalid${fault}State`, `${name} cannot be deleted.`);
    }
    account.snapshots.splice(account.snapshots.indexOf(found), 1);
    return {};
  }

  return {
    CreateDBSnapshot(asked) {
      create('instance', String(asked['DBSnapshotIdentifier']), asked);
      return {};
    },
    CreateDBClusterSnapshot(asked) {
      create('cluster', String(asked['DBClusterSnapshotIdentifier']), asked);
      return {};
    },
    DescribeDBSnapshots(asked) {
      const { page, next } = listed('instance', asked['DBSnapshotIdentifier'], asked);
      return {
        DBSnapshots: page.map((each) => ({
          DBSnapshotIdentifier: each.name,
          DBInstanceIdentifier: each.of,
          Encrypted: each.encrypted,
          ...said(each),
        })),
        ...(next !== undefined && { Marker: next }),
      };
    },
    DescribeDBClusterSnapshots(asked) {
      const { page, next } = listed('cluster', asked['DBClusterSnapshotIdentifier'], asked);
      return {
        DBClusterSnapshots: page.map((each) => ({
          DBClusterSnapshotIdentifier: each.name,
          DBClusterIdentifier: each.of,
          StorageEncrypted: each.encrypted,
          ...said(each),
        })),
        ...(next !== undefined && { Marker: next }),
      };
    },
    DeleteDBSnapshot: ({ DBSnapshotIdentifier: name }) => remove('instance', String(name)),
    DeleteDBClusterSnapshot: ({ DBClusterSnapshotIdentifier: name }) =>
      remove('cluster', String(name)),
  };
}

const pageMax = 20;

function said({ status, percent, at, gibibytes, type, tags }: FakeSnapshot) {
  return {
    Status: status,
    PercentProgress: percent,
    ...(status === 'available' && { SnapshotCreateTime: new Date(at).toISOString() }),
    AllocatedStorage: gibibytes,
    SnapshotType: type,
    Engine: 'postgres',
    EngineVersion: '15.8',
    TagList: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
  };
}

/** `Tags.Tag.1.Key=…&Tags.Tag.1.Value=…` */
export function tagsIn(asked: Asked): Readonly<Record<string, string>> {
  const tags: Record<string, string> = {};
  for (const [name, value] of Object.entries(asked)) {
    const [, at] = /^Tags\.Tag\.(\d+)\.Key$/.exec(name) ?? [];
    if (at !== undefined) tags[String(value)] = String(asked[`Tags.Tag.${at}.Value`]);
  }
  return tags;
}
