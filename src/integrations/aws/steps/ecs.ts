import type { Step } from '../../../core/operation/plan.ts';
import type { StepDriver } from '../../../core/ports/step.ts';
import type { Clients } from '../clients.ts';
import { type EcsPlace, readService } from '../ecs.ts';
import { believed, checked, sent, watched } from './driven.ts';

/** An absolute number: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html */
export function countDriver(clients: Clients): StepDriver {
  const see = async (step: Step) => {
    const { arn, status, desired } = await readService(clients, placeOf(step));
    return { identity: arn, fields: { status, desired } };
  };
  return {
    landsWithinMs: 60_000,
    check: (step) => checked(step, () => see(step)),
    apply: (step, { token }) =>
      sent(token, {
        see: () => see(step),
        send: async () => {
          const { cluster, service } = placeOf(step);
          const desiredCount = Number(step.params['to']);
          await clients.ecs('UpdateService', (ecs, sdk) =>
            ecs.send(new sdk.UpdateServiceCommand({ cluster, service, desiredCount })),
          );
          return undefined;
        },
      }),
    probe: (step) =>
      believed(
        async () => (await readService(clients, placeOf(step))).desired === step.params['to'],
      ),
    observe: (step) =>
      watched('tasks run', async () => {
        const { desired, running, pending } = await readService(clients, placeOf(step));
        const isDone = desired === step.params['to'] && running === desired && pending === 0;
        return { isDone, now: `${running} of ${desired}` };
      }),
    undo: ({ undo }) => undo,
  };
}

function placeOf({ params }: Step): EcsPlace {
  return { cluster: String(params['cluster']), service: String(params['service']) };
}
