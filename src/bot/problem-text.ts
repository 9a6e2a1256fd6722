import type { ProblemBook } from '../core/problem.ts';

/** Words of the engine and its loops. */
export const botProblems: ProblemBook = {
  NOT_THE_OWNER: {
    what: 'This process may not write any more.',
    changed: 'Nothing was written.',
    why: 'Another process has taken its place.',
    next: 'Ask there; stop this one.',
  },
  DIRECTORY_NOT_CONNECTED: {
    what: '{directory} cannot be asked who is in it.',
    changed: 'Nobody counts by it.',
    why: 'Nothing that is connected keeps that directory.',
    next: 'Configure the surface or source that does, or write `members:` in the group.',
  },
  DIRECTORY_SLOW: {
    what: 'A directory did not answer in time.',
    changed: 'Nobody counts by it.',
    why: 'It is waited for {seconds} s, and no longer.',
    next: 'Try again in a minute; `tocsin doctor` asks it too.',
  },
  DIRECTORY_UNREADABLE: {
    what: 'What {directory} answered cannot be read.',
    changed: 'Nobody counts by it.',
    why: 'It is of another shape, or larger than any group that decides something.',
    next: 'Look at the group there; `tocsin doctor` asks it too.',
  },
  DIRECTORY_FAILED: {
    what: '{directory} could not be asked who is in it.',
    changed: 'Nobody counts by it.',
    why: 'The question failed in a way nobody foresaw; the log has the details.',
    next: 'Try again in a minute; `tocsin doctor` asks it too.',
  },
  PAGER_NOT_CONFIGURED: {
    what: 'At {pager} nothing was done.',
    changed: 'Nothing was changed there.',
    why: 'The configuration names no such pager.',
    next: 'Do it there by hand.',
  },
  PAGER_NOT_COMPARED: {
    what: '{pager} could not be asked how its pages stand.',
    changed: 'Nothing was changed.',
    why: 'The question ended in a fault of Tocsin itself; the log has the details.',
    next: 'It is asked again by itself.',
  },
  PAGE_OUTCOME_UNKNOWN: {
    what: 'Nobody knows whether the {what} was done at {pager}.',
    changed: 'It may have been done there. It is not sent a second time.',
    why: 'It was sent and no answer came, and it leaves nothing by which it could be looked up.',
    next: 'Look there, and ask again if it is missing.',
  },
  INBOX_FULL: {
    what: 'Your request was not taken.',
    changed: 'Nothing was changed.',
    why: '{waiting} others are being worked on.',
    next: 'Do it again in a moment.',
  },
  TOO_MANY_REQUESTS: {
    what: 'This was not taken.',
    changed: 'Nothing was changed.',
    why: 'You have asked for more within a minute than `limits:` lets one person ask for.',
    next: 'Do it again in {seconds} s. Approving, declining and stopping are counted by themselves.',
  },
  EXPORT_NOT_ALLOWED: {
    what: 'The record of {thread} was not handed out.',
    changed: 'Nothing was changed.',
    why: 'To take a record out is a right of its own, of the groups under `record.export`: {groups}.',
    next: 'Ask somebody of those groups, or whoever keeps the configuration.',
  },
  BUTTON_NOT_OURS: {
    what: 'The button was not taken.',
    changed: 'Nothing was changed.',
    why: 'It stands on a message that Tocsin does not know as its own: an old one, or one that somebody made up.',
    next: 'Press on the card in the thread, or type what you mean: `{line}`.',
  },
  ASK_TOO_LATE: {
    what: '`{what}` was not done.',
    changed: 'Nothing was changed.',
    why: 'Tocsin was stopped just then and came back more than ten minutes later.',
    next: 'Look at the incident as it is now, and ask again if you still want it.',
  },
  IMAGE_TOO_LARGE: {
    what: 'The image was not kept.',
    changed: 'The message is on the timeline without it.',
    why: 'It has {bytes} bytes, and {most} are the most.',
    next: 'Pin a smaller one, or the link to it.',
  },
  IMAGES_FULL: {
    what: 'The image was not kept.',
    changed: 'The message is on the timeline without it.',
    why: 'Today’s images have {most} bytes already.',
    next: 'Pin the link to it.',
  },
  GRAPH_NOBODY_MEASURES: {
    what: 'There is no graph.',
    changed: 'Nothing was changed: this only reads.',
    why: 'The configuration does not say who measures what {source} alerts on.',
    next: 'Write `telemetry: { prometheus: NAME }` in the environment of the service, or in the source.',
  },
  GRAPH_NO_EXPRESSION: {
    what: 'There is no graph.',
    changed: 'Nothing was changed: this only reads.',
    why: 'No alert of {source} says what it measures: the address that it carries holds no expression.',
    next: 'Open the dashboard or the runbook of the alert.',
  },
  GRAPH_NO_DATA: {
    what: 'There is no graph of {title}.',
    changed: 'Nothing was changed: this only reads.',
    why: 'Nothing was measured in that time: the answer has no data.',
    next: 'Ask for a longer time with `graph over=24h`, or look whether what is measured is still there.',
  },
  GRAPH_NOT_DRAWN: {
    what: 'The graph was not drawn.',
    changed: 'Nothing was changed: this only reads.',
    why: 'Of its picture, {why}.',
    next: 'Ask for it again in a moment with `graph`.',
  },
  ENRICHMENT_TOO_SLOW: {
    what: 'One part of what is known was not had.',
    changed: 'Nothing was changed: this only reads.',
    why: 'Whoever was asked for it ({part}) did not answer within 20 seconds, or is not configured any more.',
    next: 'Ask yourself with `health` or `logs`.',
  },
  LISTENER_NOT_OPENED: {
    what: 'The listener `{listener}` cannot be opened at {address}.',
    changed: 'Nothing was started.',
    why: 'The system answered: {reason}.',
    next: 'Stop what listens there, or change `{listener}.listen` in the configuration.',
  },
  STREAM_CONTENDED: {
    what: 'The request was not taken.',
    changed: 'Nothing was changed.',
    why: 'Others wrote about the same thing {turns} times while we tried.',
    next: 'Do it again.',
  },
  SOURCE_UNREACHABLE: {
    what: '{source} cannot be asked what fires.',
    changed: 'Nothing was closed: what it no longer tells stays open.',
    why: 'It did not answer.',
    next: 'Check its `api` address and the way to it; `tocsin doctor` tries it again.',
  },
  UNREACHABLE: {
    what: 'The target cannot be looked at.',
    changed: 'The change that was sent stands; how far it is cannot be seen.',
    why: 'It did not answer.',
    next: 'It is asked again until the time of the step is over; `tocsin doctor` tries it too.',
  },
};
