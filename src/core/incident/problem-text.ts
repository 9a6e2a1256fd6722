import type { ProblemBook } from '../problem.ts';

/** The words of what an incident refuses, and of webhook bodies that cannot be read. */
export const incidentProblems: ProblemBook = {
  INCIDENT_UNKNOWN: {
    what: 'There is no such incident.',
    changed: 'Nothing was changed.',
    why: 'No alert and no person has opened it.',
    next: '`status` lists the open incidents.',
  },
  INCIDENT_RESOLVED: {
    what: 'Incident {incident} is already resolved.',
    changed: 'Nothing was changed.',
    why: 'Only an open incident can be acknowledged, assigned or given another severity.',
    next: 'If it is not over, `declare` opens a new one; `note` still adds to this one.',
  },
  ALREADY_ACKNOWLEDGED: {
    what: '{person} acknowledged this before you.',
    changed: 'Nothing was changed.',
    why: 'One person holds an incident at a time.',
    next: '`assign` hands it over; `unack` frees it.',
  },
  REASON_REQUIRED_WHILE_FIRING: {
    what: 'The incident was not resolved: {firing} of its alerts still fire.',
    changed: 'Nothing was changed.',
    why: 'Closing over firing alerts hides them, so the reason goes on the card.',
    next: '`resolve reason="…"` says why. The next delivery of these alerts opens the incident again.',
  },
  SEVERITY_UNKNOWN: {
    what: 'I do not know the severity "{word}".',
    changed: 'Nothing was changed.',
    why: 'A severity is critical, major, warning, info or none.',
    next: 'Say it with one of these words.',
  },
  NOTE_EMPTY: {
    what: 'The note was not added: it is empty.',
    changed: 'Nothing was changed.',
    why: 'A note needs at least one word.',
    next: '`note` followed by what you saw.',
  },
  TITLE_REQUIRED: {
    what: 'No incident was declared: it has no title.',
    changed: 'Nothing was changed.',
    why: 'The title is what everyone reads first.',
    next: '`declare` followed by what is wrong, in a few words.',
  },
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
  WEBHOOK_NO_READABLE_ALERT: {
    what: 'None of the alerts in the webhook body from {source} can be read.',
    changed: 'No alert was taken.',
    why: 'The first that cannot be read is {why}.',
    next: 'Mend what sends it; the body is kept and can be replayed with `tocsin replay`.',
  },
};
