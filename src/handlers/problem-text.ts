import type { ProblemBook } from '../core/problem.ts';

const untouched = 'Nothing was changed.';

/** Words for lines that cannot be read, arguments that do not fit, and people nobody knows. */
export const requestProblems: ProblemBook = {
  LINE_EMPTY: {
    what: 'That line is empty.',
    changed: untouched,
    why: 'No command was typed.',
    next: '`help` lists what can be asked.',
  },
  LINE_TOO_LONG: {
    what: 'That line is too long.',
    changed: untouched,
    why: 'It has {length} characters; {max} are read at most.',
    next: 'Shorten it, or write a note in several lines.',
  },
  LINE_QUOTE_OPEN: {
    what: 'I cannot read that line.',
    changed: untouched,
    why: 'A quote is opened and never closed.',
    next: 'Close the quote and send it again.',
  },
  VERB_UNKNOWN: {
    what: 'I do not know "{verb}".',
    changed: untouched,
    why: 'No command has that name.',
    next: '`help` lists what can be asked.',
  },
  VERB_UNKNOWN_NEAR: {
    what: 'I do not know "{verb}". Did you mean `{near}`?',
    changed: untouched,
    why: 'No command has that name.',
    next: '`help {near}` says how it is written.',
  },
  ARGUMENT_MISSING: {
    what: '`{verb}` needs {name}.',
    changed: untouched,
    why: 'It is written `{usage}`.',
    next: 'For example `{example}`.',
  },
  ARGUMENT_EXTRA: {
    what: '`{verb}` does not know what to do with "{word}".',
    changed: untouched,
    why: 'It is written `{usage}`.',
    next: 'Leave it out, or put quotes round words that belong together.',
  },
  ARGUMENT_TWICE: {
    what: '{name} stands twice in that line.',
    changed: untouched,
    why: 'Only one can be meant.',
    next: 'Name it once.',
  },
  ARGUMENT_UNKNOWN: {
    what: '`{verb}` has no argument {name}.',
    changed: untouched,
    why: 'It is written `{usage}`.',
    next: 'Perhaps {near}.',
  },
  ARGUMENT_NOT_A_COUNT: {
    what: '{name} of `{verb}` is not a number: "{given}".',
    changed: untouched,
    why: 'It takes a whole number from 0 to 999999.',
    next: 'Write the number in digits.',
  },
  ARGUMENT_NOT_A_DURATION: {
    what: '{name} of `{verb}` is no length of time: "{given}".',
    changed: untouched,
    why: 'It is written in days, hours, minutes and seconds, as in `1h30m`.',
    next: 'For example `{example}`.',
  },
  ARGUMENT_NOT_A_CHOICE: {
    what: '{name} of `{verb}` cannot be "{given}".',
    changed: untouched,
    why: 'It takes one of {choices}.',
    next: 'Choose one of them.',
  },
  NOT_AN_OPERATION: {
    what: '"{given}" names no operation.',
    changed: untouched,
    why: 'Operations are named like op-3f9a2c7d11.',
    next: 'Copy the name from the foot of the card.',
  },
  SERVICE_UNKNOWN: {
    what: 'I know no service {service}.',
    changed: untouched,
    why: 'The configuration has {known}.',
    next: 'Name one of them.',
  },
  SERVICE_UNKNOWN_NEAR: {
    what: 'I know no service {service}. Did you mean {near}?',
    changed: untouched,
    why: 'The configuration has no such service.',
    next: 'Send the line again with {near}.',
  },
  ENVIRONMENT_UNKNOWN: {
    what: '{service} has no environment {environment}.',
    changed: untouched,
    why: 'It has {known}.',
    next: 'Name one of them.',
  },
  ENVIRONMENT_REQUIRED: {
    what: 'Which environment of {service}?',
    changed: untouched,
    why: 'Nothing defaults to an environment outside an incident that names one; it has {known}.',
    next: 'For example `{example}`.',
  },
  PERSON_UNKNOWN: {
    what: 'I know no person {person}.',
    changed: untouched,
    why: 'The configuration does not name them.',
    next: 'Perhaps {near}.',
  },
  PERSON_NOT_BOUND: {
    what: 'I do not know you.',
    changed: untouched,
    why: 'The account {account} on {surface} belongs to no person of the configuration.',
    next: 'Ask an operator to add it under `people:`.',
  },
  PAGE_ONE_AT_A_TIME: {
    what: 'Nothing was asked of the pager.',
    changed: 'Nothing was changed.',
    why: 'It names {wanted}, and one thing is done at a time.',
    next: 'Write a line for each.',
  },
  PAGE_SNOOZE_TOO_LONG: {
    what: 'The page was not snoozed.',
    changed: 'Nothing was changed.',
    why: '{snooze} is longer than a week, or shorter than a second.',
    next: 'Write for example `page snooze=2h`.',
  },
  INCIDENT_REQUIRED: {
    what: '`{verb}` needs an incident.',
    changed: untouched,
    why: 'It was typed outside any thread.',
    next: 'Type it in the incident, or add `incident=` and its id.',
  },
  INCIDENT_NOT_FOUND: {
    what: 'I know no incident {incident}.',
    changed: untouched,
    why: 'None of that name is on the record.',
    next: '`status` lists the open ones.',
  },
  CONSOLE_NOT_REACHABLE: {
    what: 'No link into the console can be made.',
    changed: untouched,
    why: 'Its address as a browser sees it is not configured, or you are not.',
    next: 'An operator sets `console.public_url`; on the host `tocsin console-link` makes a link too.',
  },
  CONSOLE_ALREADY_THERE: {
    what: 'You are in the console.',
    changed: untouched,
    why: 'The link leads there from a chat platform.',
    next: 'Go on here.',
  },
  RUNBOOK_NOT_FOUND: {
    what: 'No runbook speaks of {title}.',
    changed: untouched,
    why: 'No page under `runbooks/` claims one of its alerts.',
    next: 'Write one: `runbooks/README.md` shows how.',
  },
  ROLE_NOT_CONFIGURED: {
    what: '`{verb} {service}` cannot be done.',
    changed: untouched,
    why: 'The configuration names no {role} for {service} in {environment}.',
    next: 'Add it under `services:` and run `tocsin check`.',
  },
  TARGET_NOT_CONNECTED: {
    what: '`{verb} {service}` cannot be done.',
    changed: untouched,
    why: 'The target {target} is not connected.',
    next: '`tocsin doctor` says what is wrong with it.',
  },
  POLICY_WANTS_APPROVAL: {
    what: '`{verb}` was refused.',
    changed: untouched,
    why: 'Its rule ({rule}) wants an approval, and a command that makes no plan cannot wait for one.',
    next: 'Give `{verb}` a rule of its own with `approvals: []`.',
  },
  PLANNING_FAILED: {
    what: '`{line}` could not be planned.',
    changed: untouched,
    why: 'Looking at {service} failed in a way nobody foresaw; the log has the details.',
    next: 'Look at the target by hand, and report the log line.',
  },
  REQUEST_FAILED: {
    what: 'Your request ended in a fault of Tocsin itself.',
    changed: 'What is on the record is in the timeline.',
    why: 'An error named {error} was met; the log has the details.',
    next: 'Look at the timeline before you ask again.',
  },
  MUTE_TIME: {
    what: 'Nobody was muted.',
    changed: 'Nothing was changed.',
    why: 'It lasts from a minute to a week, and {given} is not in between.',
    next: 'Write for example `for=8h`.',
  },
};
