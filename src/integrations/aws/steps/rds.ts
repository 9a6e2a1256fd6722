import type { StepDriver } from '../../../core/ports/step.ts';
import type { Clients } from '../clients.ts';
import { type Cluster, type Instance, readCluster, readInstance } from '../database.ts';
import { deedDriver } from './deed.ts';

/** https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_FailoverDBCluster.html */
export function failoverDriver(clients: Clients): StepDriver {
  return deedDriver<Cluster>({
    what: 'another instance becomes the writer',
    read: ({ params }) => readCluster(clients, String(params['cluster'])),
    seen: ({ resource, status, writer, readers }) => ({
      identity: resource,
      fields: { status, writer, readers: readers.join(', ') },
    }),
    async send({ params: { cluster, to } }) {
      await clients.rds('FailoverDBCluster', (rds, sdk) =>
        rds.send(
          new sdk.FailoverDBClusterCommand({
            DBClusterIdentifier: String(cluster),
            ...(to !== '' && { TargetDBInstanceIdentifier: String(to) }),
          }),
        ),
      );
      return undefined;
    },
    isBegun: ({ status, writer }, { params }) =>
      status === 'failing-over' || writer !== params['writer'],
    isDone: ({ status, writer }, { params }) =>
      writer !== '' && writer !== params['writer'] && status === 'available',
    says: ({ status, writer }) => `${writer || 'nobody'}, ${status}`,
  });
}

/** https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_RebootDBInstance.html */
export function rebootDriver(clients: Clients): StepDriver {
  return deedDriver<Instance>({
    what: 'the standby takes over',
    read: ({ params }) => readInstance(clients, String(params['instance'])),
    seen: ({ resource, status, zone, secondaryZone }) => ({
      identity: resource,
      fields: { status, zone, secondaryZone },
    }),
    async send({ params: { instance } }) {
      await clients.rds('RebootDBInstance', (rds, sdk) =>
        rds.send(
          new sdk.RebootDBInstanceCommand({
            DBInstanceIdentifier: String(instance),
            ForceFailover: true,
          }),
        ),
      );
      return undefined;
    },
    isBegun: ({ status, zone }, { params }) =>
      status === 'rebooting' || zone === params['secondaryZone'],
    isDone: ({ status, zone }, { params }) =>
      zone === params['secondaryZone'] && status === 'available',
    says: ({ status, zone }) => `${zone}, ${status}`,
  });
}

/**
 * It becomes a database of its own and cannot be a replica again:
 * https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_PromoteReadReplica.html
 */
export function promoteDriver(clients: Clients): StepDriver {
  return deedDriver<Instance>({
    what: 'the replica becomes a database of its own',
    read: ({ params }) => readInstance(clients, String(params['instance'])),
    seen: ({ resource, status, source }) => ({ identity: resource, fields: { status, source } }),
    async send({ params: { instance, retention } }) {
      await clients.rds('PromoteReadReplica', (rds, sdk) =>
        rds.send(
          new sdk.PromoteReadReplicaCommand({
            DBInstanceIdentifier: String(instance),
            BackupRetentionPeriod: Number(retention),
          }),
        ),
      );
      return undefined;
    },
    isBegun: ({ source }) => source === '',
    isDone: ({ source, status }) => source === '' && status === 'available',
    says: ({ status }) => status,
  });
}
