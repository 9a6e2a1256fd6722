import type { Step } from '../../../core/operation/plan.ts';
import type { StepDriver } from '../../../core/ports/step.ts';
import type { Clients } from '../clients.ts';
import { readCluster, readInstance } from '../database.ts';
import { believed, checked, sent, watched } from './driven.ts';

/** An instance or cluster that has begun says so in its status, long before it is done. */
const landsWithinMs = 120_000;

/** https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_FailoverDBCluster.html */
export function failoverDriver(clients: Clients): StepDriver {
  const read = (step: Step) => readCluster(clients, String(step.params['cluster']));
  const see = async (step: Step) => {
    const { resource, status, writer, readers } = await read(step);
    return { identity: resource, fields: { status, writer, readers: readers.join(', ') } };
  };
  return {
    landsWithinMs,
    check: (step) => checked(step, () => see(step)),
    apply: (step, { token }) =>
      sent(token, {
        see: () => see(step),
        send: async () => {
          const { cluster, to } = step.params;
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
      }),
    probe: (step) =>
      believed(async () => {
        const { status, writer } = await read(step);
        return status === 'failing-over' || writer !== step.params['writer'];
      }),
    observe: (step) =>
      watched('another instance becomes the writer', async () => {
        const { status, writer } = await read(step);
        const isAnother = writer !== '' && writer !== step.params['writer'];
        return {
          isDone: isAnother && status === 'available',
          now: `${writer || 'nobody'}, ${status}`,
        };
      }),
    undo: () => 'irreversible',
  };
}

/** https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_RebootDBInstance.html */
export function rebootDriver(clients: Clients): StepDriver {
  const read = (step: Step) => readInstance(clients, String(step.params['instance']));
  const see = async (step: Step) => {
    const { resource, status, zone, secondaryZone } = await read(step);
    return { identity: resource, fields: { status, zone, secondaryZone } };
  };
  return {
    landsWithinMs,
    check: (step) => checked(step, () => see(step)),
    apply: (step, { token }) =>
      sent(token, {
        see: () => see(step),
        send: async () => {
          await clients.rds('RebootDBInstance', (rds, sdk) =>
            rds.send(
              new sdk.RebootDBInstanceCommand({
                DBInstanceIdentifier: String(step.params['instance']),
                ForceFailover: true,
              }),
            ),
          );
          return undefined;
        },
      }),
    probe: (step) =>
      believed(async () => {
        const { status, zone } = await read(step);
        return status === 'rebooting' || zone === step.params['secondaryZone'];
      }),
    observe: (step) =>
      watched('the standby takes over', async () => {
        const { status, zone } = await read(step);
        const isThere = zone === step.params['secondaryZone'];
        return { isDone: isThere && status === 'available', now: `${zone}, ${status}` };
      }),
    undo: () => 'irreversible',
  };
}

/**
 * It becomes a database of its own and cannot be a replica again:
 * https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_PromoteReadReplica.html
 */
export function promoteDriver(clients: Clients): StepDriver {
  const read = (step: Step) => readInstance(clients, String(step.params['instance']));
  const see = async (step: Step) => {
    const { resource, status, source } = await read(step);
    return { identity: resource, fields: { status, source } };
  };
  return {
    landsWithinMs,
    check: (step) => checked(step, () => see(step)),
    apply: (step, { token }) =>
      sent(token, {
        see: () => see(step),
        send: async () => {
          await clients.rds('PromoteReadReplica', (rds, sdk) =>
            rds.send(
              new sdk.PromoteReadReplicaCommand({
                DBInstanceIdentifier: String(step.params['instance']),
                BackupRetentionPeriod: Number(step.params['retention']),
              }),
            ),
          );
          return undefined;
        },
      }),
    probe: (step) => believed(async () => (await read(step)).source === ''),
    observe: (step) =>
      watched('the replica becomes a database of its own', async () => {
        const { status, source } = await read(step);
        return { isDone: source === '' && status === 'available', now: status };
      }),
    undo: () => 'irreversible',
  };
}
