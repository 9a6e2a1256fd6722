import {
  clusterSettings,
  type FakeSettings,
  instanceSettings,
  restoreOperations,
} from './restores.ts';
import { type FakeSnapshot, snapshotOperations } from './snapshots.ts';

/*
 * One account in one region, as far as Tocsin changes it: databases, services, records, topics. It answers and refuses as the API
 * references of RDS, ECS, Route 53 and SNS say; times pass when they are told to.
 */

export interface FakeInstance extends FakeSettings {
  name: string;
  status: string;
  multiAz: boolean;
  zone: string;
  secondaryZone: string;
  source: string;
  retention: number;
  readonly gibibytes?: number;
  readonly encrypted?: boolean;
}

export interface FakeCluster extends FakeSettings {
  name: string;
  status: string;
  writer: string;
  members: string[];
  readonly gibibytes?: number;
  readonly encrypted?: boolean;
}

export interface FakeService {
  readonly cluster: string;
  readonly name: string;
  desired: number;
  running: number;
}

export interface FakeRecord {
  readonly name: string;
  readonly type: string;
  readonly ttl?: number;
  readonly values?: readonly string[];
  readonly alias?: { readonly zone: string; readonly dns: string; readonly health: boolean };
  readonly setId?: string;
}

export interface FakeAccount {
  readonly instances: FakeInstance[];
  readonly clusters: FakeCluster[];
  readonly services: FakeService[];
  readonly snapshots: FakeSnapshot[];
  /** What is copied comes no further. */
  isStuck: boolean;
  records: FakeRecord[];
  readonly published: {
    readonly topic: string;
    readonly subject: string;
    readonly message: string;
  }[];
  /** Seconds; CloudWatch has none when undefined. */
  lag: number | undefined;
  /** Names that nobody may change. */
  readonly protectedNames: Set<string>;
  /** So many changes of a zone are refused because another one is on its way. */
  busy: number;
  /** What has been begun goes on to its end. */
  settles(): void;
  /** A promotion has no time in which nobody can tell. */
  isPrompt: boolean;
  /** INSYNC from now on; PENDING before. */
  synced: boolean;
  readonly operations: Readonly<Record<string, (asked: Asked) => Said>>;
}

/** What was asked, flat: `DBInstanceIdentifier`, `ChangeBatch`, … */
export type Asked = Readonly<Record<string, unknown>>;
export type Said = Readonly<Record<string, unknown>>;

export class Refusal extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

export function createAccount(): FakeAccount {
  const later: (() => void)[] = [];
  const account: FakeAccount = {
    instances: [],
    clusters: [],
    services: [],
    snapshots: [],
    isStuck: false,
    records: [],
    published: [],
    lag: undefined,
    protectedNames: new Set(),
    busy: 0,
    isPrompt: false,
    synced: false,
    settles() {
      for (const each of later.splice(0)) each();
    },
    operations: {
      DescribeDBInstances({ DBInstanceIdentifier: name }) {
        const found = name === undefined ? account.instances : [instance(String(name))];
        return {
          DBInstances: found.map((each) => ({
            DBInstanceIdentifier: each.name,
            DbiResourceId: each.resource ?? `db-${each.name.toUpperCase()}`,
            Engine: 'postgres',
            DBInstanceStatus: each.status,
            MultiAZ: each.multiAz,
            AvailabilityZone: each.zone,
            ...(each.secondaryZone !== '' && { SecondaryAvailabilityZone: each.secondaryZone }),
            ...(each.source !== '' && { ReadReplicaSourceDBInstanceIdentifier: each.source }),
            BackupRetentionPeriod: each.retention,
            AllocatedStorage: each.gibibytes ?? 20,
            StorageEncrypted: each.encrypted ?? false,
            ...instanceSettings(each),
          })),
        };
      },
      DescribeDBClusters({ DBClusterIdentifier: name }) {
        const found = cluster(String(name));
        const { status, writer, members, gibibytes = 1, encrypted = false } = found;
        return {
          DBClusters: [
            {
              DBClusterIdentifier: String(name),
              DbClusterResourceId: found.resource ?? `cluster-${String(name).toUpperCase()}`,
              ...clusterSettings(found),
              Engine: 'aurora-postgresql',
              Status: status,
              AllocatedStorage: gibibytes,
              StorageEncrypted: encrypted,
              DBClusterMembers: members.map((member) => ({
                DBInstanceIdentifier: member,
                IsClusterWriter: member === writer,
              })),
            },
          ],
        };
      },
      FailoverDBCluster({ DBClusterIdentifier: name, TargetDBInstanceIdentifier: to }) {
        const found = cluster(String(name));
        if (found.status !== 'available') {
          throw new Refusal(
            'InvalidDBClusterStateFault',
            `DB cluster ${name} is not in available state`,
          );
        }
        const next =
          to === undefined ? found.members.find((each) => each !== found.writer) : String(to);
        if (next === undefined || !found.members.includes(next) || next === found.writer) {
          throw new Refusal('InvalidDBInstanceState', `Cannot fail over to ${next}`);
        }
        found.status = 'failing-over';
        later.push(() => {
          found.writer = next;
          found.status = 'available';
        });
        return {};
      },
      RebootDBInstance({ DBInstanceIdentifier: name, ForceFailover: force }) {
        const found = available(String(name));
        if (String(force) === 'true' && !found.multiAz) {
          throw new Refusal(
            'InvalidParameterCombination',
            'Cannot perform a forced failover on a Single-AZ instance',
          );
        }
        found.status = 'rebooting';
        later.push(() => {
          [found.zone, found.secondaryZone] = [found.secondaryZone, found.zone];
          found.status = 'available';
        });
        return {};
      },
      PromoteReadReplica({ DBInstanceIdentifier: name, BackupRetentionPeriod: days }) {
        const found = available(String(name));
        if (found.source === '') {
          throw new Refusal('InvalidDBInstanceState', `DB Instance ${name} is not a read replica`);
        }
        found.status = 'modifying';
        found.retention = Number(days ?? 1);
        if (account.isPrompt) found.source = '';
        later.push(() => {
          found.source = '';
          found.status = 'available';
        });
        return {};
      },
      DescribeServices({ cluster: where, services }) {
        const names = Array.isArray(services) ? services.map(String) : [];
        const found = account.services.filter(
          (each) => each.cluster === where && names.includes(each.name),
        );
        return {
          services: found.map((each) => ({
            serviceArn: `arn:aws:ecs:eu-west-1:1:service/${each.cluster}/${each.name}`,
            serviceName: each.name,
            status: 'ACTIVE',
            desiredCount: each.desired,
            runningCount: each.running,
            pendingCount: Math.max(0, each.desired - each.running),
          })),
          failures: [],
        };
      },
      UpdateService({ cluster: where, service, desiredCount }) {
        const found = account.services.find(
          (each) => each.cluster === where && each.name === service,
        );
        if (!found) throw new Refusal('ServiceNotFoundException', 'Service not found.');
        found.desired = Number(desiredCount);
        later.push(() => {
          found.running = found.desired;
        });
        return { service: {} };
      },
      ListClusters: () => ({ clusterArns: [] }),
      ListHostedZones: () => ({ HostedZones: [], IsTruncated: false, MaxItems: 1 }),
      ListResourceRecordSets({ name, type }) {
        const order = ({ name: a, type: b }: { name: string; type: string }) => `${a} ${b}`;
        const sorted = account.records.toSorted((a, b) => (order(a) < order(b) ? -1 : 1));
        const from = order({ name: String(name ?? ''), type: String(type ?? '') });
        return { records: sorted.filter((each) => order(each) >= from).slice(0, 2) };
      },
      ChangeResourceRecordSets: ({ changes }) => changeRecords(changes),
      GetChange: () => ({ status: account.synced ? 'INSYNC' : 'PENDING' }),
      GetTopicAttributes: ({ TopicArn }) => ({ Attributes: { TopicArn } }),
      Publish({ TopicArn, Subject, Message }) {
        account.published.push({
          topic: String(TopicArn),
          subject: String(Subject),
          message: String(Message),
        });
        return { MessageId: `m-${account.published.length}` };
      },
      GetMetricStatistics: () => ({
        Datapoints:
          account.lag === undefined ? [] : [{ Timestamp: 1_800_000_000, Maximum: account.lag }],
      }),
    },
  };

  Object.assign(
    account.operations,
    snapshotOperations(account, (work) => void later.push(work)),
    restoreOperations(account, (work) => void later.push(work)),
  );

  function instance(name: string): FakeInstance {
    const found = account.instances.find((each) => each.name === name);
    if (!found) throw new Refusal('DBInstanceNotFound', `DBInstance ${name} not found.`, 404);
    return found;
  }

  function available(name: string): FakeInstance {
    const found = instance(name);
    if (found.status !== 'available') {
      throw new Refusal('InvalidDBInstanceState', `Instance ${name} is not in available state.`);
    }
    return found;
  }

  function cluster(name: string): FakeCluster {
    const found = account.clusters.find((each) => each.name === name);
    if (!found) throw new Refusal('DBClusterNotFoundFault', `DBCluster ${name} not found.`, 404);
    return found;
  }

  /** All of it or nothing; a deletion matches every value. */
  function changeRecords(changes: unknown): Said {
    const asked = (Array.isArray(changes) ? changes : []) as readonly {
      action: string;
      record: FakeRecord;
    }[];
    if (account.busy > 0) {
      account.busy -= 1;
      throw new Refusal(
        'PriorRequestNotComplete',
        'The request was rejected because Route 53 was still processing a prior request.',
      );
    }
    const same = (a: FakeRecord, b: FakeRecord) => JSON.stringify(a) === JSON.stringify(b);
    let next = [...account.records];
    for (const { action, record } of asked) {
      if (account.protectedNames.has(record.name)) {
        throw new Refusal(
          'InvalidChangeBatch',
          `[Tried to change resource record set [name='${record.name}'] but it has protection]`,
        );
      }
      const there = next.find(({ name, type }) => name === record.name && type === record.type);
      if (action === 'DELETE') {
        if (!there || !same(there, record)) {
          throw new Refusal(
            'InvalidChangeBatch',
            `[Tried to delete resource record set [name='${record.name}'] but the values provided do not match the current values]`,
          );
        }
        next = next.filter((each) => each !== there);
      } else if (there) {
        throw new Refusal(
          'InvalidChangeBatch',
          `[Tried to create resource record set [name='${record.name}'] but it already exists]`,
        );
      } else next.push(record);
    }
    account.records = next;
    account.synced = false;
    return { id: '/change/C1', status: 'PENDING' };
  }

  return account;
}
