import type { Step } from '../../../core/operation/plan.ts';
import type { StepDriver } from '../../../core/ports/step.ts';
import type { Clients } from '../clients.ts';
import { type EcsPlace, type EcsService, readService } from '../ecs.ts';
import { deedDriver } from './deed.ts';

/** An absolute number: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html */
export function countDriver(clients: Clients): StepDriver {
  return deedDriver<EcsService>({
    what: 'tasks run',
    landsWithinMs: 60_000,
    read: (step) => readService(clients, placeOf(step)),
    seen: ({ arn, status, desired }) => ({ identity: arn, fields: { status, desired } }),
    async send(step) {
      const { cluster, service } = placeOf(step);
      const desiredCount = Number(step.params['to']);
      await clients.ecs('UpdateService', (ecs, sdk) =>
        ecs.send(new sdk.UpdateServiceCommand({ cluster, service, desiredCount })),
      );
      return undefined;
    },
    isBegun: ({ desired }, { params }) => desired === params['to'],
    isDone: ({ desired, running, pending }, { params }) =>
      desired === params['to'] && running === desired && pending === 0,
    says: ({ desired, running }) => `${running} of ${desired}`,
    undo: ({ undo }) => undo,
  });
}

function placeOf({ params }: Step): EcsPlace {
  return { cluster: String(params['cluster']), service: String(params['service']) };
}
