import type { Step } from '../../../core/operation/plan.ts';
import type { StepDriver } from '../../../core/ports/step.ts';
import type { Clients } from '../clients.ts';
import { checked, sent } from './driven.ts';

/** https://docs.aws.amazon.com/sns/latest/api/API_Publish.html ; a subject is ASCII and shorter than 100 characters. */
export function publishDriver(clients: Clients): StepDriver {
  const see = (step: Step) => async () => ({ identity: step.target.identity, fields: {} });
  return {
    landsWithinMs: 30_000,
    check: (step) => checked(step, see(step)),
    apply: (step, { operation, token }) =>
      sent(token, {
        see: see(step),
        send: async () => {
          const { MessageId: message = '' } = await clients.sns('Publish', (sns, sdk) =>
            sns.send(
              new sdk.PublishCommand({
                TopicArn: String(step.params['topic']),
                Subject: `Tocsin ${operation}`.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 99),
                Message: `${step.params['text']}\n\n${operation}`,
              }),
            ),
          );
          return { message };
        },
      }),
    // Nobody can be asked whether a message went out.
    probe: async () => 'cannot-know',
    observe: async () => ({ state: 'done' }),
    undo: () => 'irreversible',
  };
}
