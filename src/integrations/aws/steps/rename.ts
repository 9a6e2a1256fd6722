import type { Step } from '../../../core/operation/plan.ts';
import type { StepContext, StepDriver } from '../../../core/ports/step.ts';
import type { Clients } from '../clients.ts';
import { findOriginal, type Original } from '../settings.ts';
import { operationTag } from '../snapshots.ts';
import { deedDriver } from './deed.ts';
import { placeIn } from './snapshot.ts';

interface Found {
  readonly from: Original | undefined;
  readonly to: Original | undefined;
  readonly operation: string;
}

/**
 * A database gets another identifier, at once, with a reboot; its endpoint has the identifier in its name. RDS refuses a
 * second one, for nothing is called so any more: https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBInstance.html
 */
export function renameDriver(clients: Clients): StepDriver {
  return deedDriver<Found>({
    what: 'the name changes',
    isNamed: true,
    async read(step, { operation }) {
      const { kind } = placeIn(step);
      const [from, to] = await Promise.all(
        ['from', 'to'].map((name) =>
          findOriginal(clients, { kind, name: String(step.params[name]) }),
        ),
      );
      return { from, to, operation };
    },
    seen: ({ from, to, operation }, step) => ({
      identity: identityOf(step, from, operation),
      fields: { [String(step.params['to'])]: to ? 'taken' : 'free' },
    }),
    async send(step) {
      const { kind, from, to } = step.params;
      await (kind === 'cluster'
        ? clients.rds('ModifyDBCluster', (rds, sdk) =>
            rds.send(
              new sdk.ModifyDBClusterCommand({
                DBClusterIdentifier: String(from),
                NewDBClusterIdentifier: String(to),
                ApplyImmediately: true,
              }),
            ),
          )
        : clients.rds('ModifyDBInstance', (rds, sdk) =>
            rds.send(
              new sdk.ModifyDBInstanceCommand({
                DBInstanceIdentifier: String(from),
                NewDBInstanceIdentifier: String(to),
                ApplyImmediately: true,
              }),
            ),
          ));
      return undefined;
    },
    isBegun: ({ from, to }, step, context) =>
      from?.status === 'renaming' || isHeld(step, to, context),
    isDone: ({ to }, step, context) => to?.status === 'available' && isHeld(step, to, context),
    says: ({ from, to }) => to?.status ?? from?.status ?? 'not to be seen',
  });
}

/** Who is renamed: the one that was in use, by what outlives a renaming; or the one that this operation has restored. */
export const restoredIdentity = 'what this operation restored';

function identityOf(step: Step, found: Original | undefined, operation: string): string {
  if (!found) return '';
  if (step.target.identity !== restoredIdentity) return found.resource;
  return found.tags.get(operationTag) === operation ? restoredIdentity : found.resource;
}

function isHeld(step: Step, found: Original | undefined, { operation }: StepContext): boolean {
  return found !== undefined && identityOf(step, found, operation) === step.target.identity;
}
