import type { ProblemBook } from '../../core/problem.ts';

/** Words for bodies of which nothing can be read. */
export const webhookProblems: ProblemBook = {
  WEBHOOK_NOT_JSON: {
    what: 'The webhook body from {source} is not JSON.',
    changed: 'No alert was taken.',
    why: 'It is {why}.',
    next: 'Check the receiver: it must send the standard webhook body of Alertmanager, without `payload:`.',
  },
  WEBHOOK_NOT_ALERTS: {
    what: 'The webhook body from {source} holds no alerts that can be read.',
    changed: 'No alert was taken.',
    why: 'In it, {why}.',
    next: 'Check the receiver: it must send the standard webhook body of Alertmanager, without `payload:`.',
  },
  WEBHOOK_NOT_A_PAGE: {
    what: 'The webhook body from {source} cannot be read.',
    changed: 'No page was taken from it.',
    why: 'It is signed rightly, and {why}.',
    next: 'Check that the subscription there is a V3 webhook; the body is kept and shown as an incident.',
  },
  WEBHOOK_NO_READABLE_ALERT: {
    what: 'None of the alerts in the webhook body from {source} can be read.',
    changed: 'No alert was taken.',
    why: 'The first that cannot be read is {why}.',
    next: 'Mend what sends it; the body is kept and can be replayed with `tocsin replay`.',
  },
};
