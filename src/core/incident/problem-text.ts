import type { ProblemBook } from '../problem.ts';

/** Words for what an incident refuses. */
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
  PIN_EMPTY: {
    what: 'Nothing was pinned: the message has neither text nor a picture.',
    changed: 'Nothing was changed.',
    why: 'The timeline keeps words and pictures.',
    next: '`note` followed by what you saw.',
  },
  TITLE_REQUIRED: {
    what: 'No incident was declared: it has no title.',
    changed: 'Nothing was changed.',
    why: 'The title is what everyone reads first.',
    next: '`declare` followed by what is wrong, in a few words.',
  },
};
