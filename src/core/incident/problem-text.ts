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
  SILENCE_NOT_OFFERED: {
    what: 'Nothing was silenced: {source} cannot be told to be silent.',
    changed: 'Nothing was changed.',
    why: 'Only a source with an API under `sources:` takes silences.',
    next: 'Silence it there by hand; `ack` says that you are looking at it.',
  },
  NOTHING_TO_SILENCE: {
    what: 'Nothing was silenced: none of its alerts fires.',
    changed: 'Nothing was changed.',
    why: 'A silence mutes what fires.',
    next: 'If it fires again, ask again.',
  },
  SILENCE_REASON_REQUIRED: {
    what: 'Nothing was silenced: no reason was given.',
    changed: 'Nothing was changed.',
    why: 'Who finds the silence at its source reads there why it stands.',
    next: '`silence 1h reason="…"`.',
  },
  SILENCE_TOO_LONG: {
    what: 'Nothing was silenced: that is no time a silence may last.',
    changed: 'Nothing was changed.',
    why: 'It lasts from one minute to 24 hours, so that nothing is forgotten under one.',
    next: 'Ask for a shorter one, or make it at the source.',
  },
  SILENCE_TOO_VAGUE: {
    what: 'Nothing was silenced: its alerts have no name or no severity in common.',
    changed: 'Nothing was changed.',
    why: 'What they do have in common would hide other alerts too, worse ones among them.',
    next: 'Make silences for them at the source, one for each kind.',
  },
  SILENCE_HIDES_CRITICAL: {
    what: 'Nothing was silenced: it would hide {critical} critical alerts.',
    changed: 'Nothing was changed.',
    why: 'What is critical is not muted from here.',
    next: '`ack` says that you are looking at it; a silence over it is made at the source.',
  },
  SILENCE_HIDES_MANY: {
    what: 'Nothing was silenced: it would hide {firing} firing alerts.',
    changed: 'Nothing was changed.',
    why: 'From here at most {most} are hidden at a time.',
    next: 'Look at what fires, and make a narrower silence at the source.',
  },
  SILENCED_ALREADY: {
    what: 'It is silenced already: {person} asked for it.',
    changed: 'Nothing was changed.',
    why: 'One silence at a time is kept for an incident.',
    next: '`unsilence` ends it; then ask for another.',
  },
  NOT_SILENCED: {
    what: 'There is no silence to end.',
    changed: 'Nothing was changed.',
    why: 'None that was asked for in this incident holds.',
    next: 'One that was made at the source is ended there.',
  },
  SILENCE_TOO_LATE: {
    what: 'The silence was not made: its time was over before {source} answered.',
    changed: 'Nothing was silenced.',
    why: 'The source could not be reached until then.',
    next: 'Ask again if it is still wanted.',
  },
  SILENCE_OUTCOME_UNKNOWN: {
    what: 'Nobody knows whether {source} did what was asked of the silence {silence}.',
    changed: 'Perhaps: look at its silences for that name.',
    why: 'It was asked {times} times and gave no answer that says so.',
    next: 'Look there, and ask again here if it is still wanted.',
  },
  TITLE_REQUIRED: {
    what: 'No incident was declared: it has no title.',
    changed: 'Nothing was changed.',
    why: 'The title is what everyone reads first.',
    next: '`declare` followed by what is wrong, in a few words.',
  },
};
