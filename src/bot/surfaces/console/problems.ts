import type { Facts, ProblemBook, ProblemWords } from '../../../core/problem.ts';
import type { Block, Card } from '../../../core/view/card.ts';

/** The console's own codes and their words; `docs/problems.md` is made from them. */
export const problems = {
  CONSOLE_WRONG_HOST: {
    what: 'The console does not answer under this address.',
    changed: 'Nothing was changed.',
    why: 'The Host header names neither the configured public_url nor the address it listens on.',
    next: 'Open the address in `console.public_url`, and let the proxy pass the Host header on.',
  },
  CONSOLE_WRONG_ORIGIN: {
    what: 'This request did not come from a page of the console.',
    changed: 'Nothing was changed.',
    why: 'The browser named another site as its origin, or none at all.',
    next: 'Open the console itself and do it there.',
  },
  CONSOLE_BODY_TOO_LARGE: {
    what: 'What was sent is too long.',
    changed: 'Nothing was changed.',
    why: 'The console takes bodies of at most 16 KiB.',
    next: 'Send a shorter line.',
  },
  CONSOLE_BODY_TYPE: {
    what: 'What was sent is of a type the console does not read.',
    changed: 'Nothing was changed.',
    why: 'Pages send forms and `/api/v1/` takes application/json.',
    next: 'Set the Content-Type header to match.',
  },
  CONSOLE_BODY_UNREADABLE: {
    what: 'What was sent cannot be read.',
    changed: 'Nothing was changed.',
    why: 'A field is missing or has another form than expected.',
    next: 'Reload the page and try again.',
  },
  CONSOLE_LINE_EMPTY: {
    what: 'The line is empty.',
    changed: 'Nothing was changed.',
    why: 'There is no command in it.',
    next: 'Type `help` to see what there is.',
  },
  CONSOLE_LINE_TOO_LONG: {
    what: 'The line is too long.',
    changed: 'Nothing was changed.',
    why: 'A line has at most 2,000 characters and no line break.',
    next: 'Shorten it.',
  },
  CONSOLE_NOT_FOUND: {
    what: 'There is nothing at this address.',
    changed: 'Nothing was changed.',
    why: 'No incident and no page has that name.',
    next: 'Go back to the list of incidents.',
  },
  CONSOLE_SIGNED_OUT: {
    what: 'You are not signed in.',
    changed: 'Nothing was changed.',
    why: 'There is no session, or it has ended: 12 hours after the sign-in, 30 minutes after the last use, or revoked.',
    next: 'On the host, run `tocsin console-link PERSON` and open the link it prints.',
  },
  CONSOLE_LINK_UNKNOWN: {
    what: 'This link does not sign anybody in.',
    changed: 'Nothing was changed.',
    why: 'It is cut short, altered, or was never made here.',
    next: 'On the host, run `tocsin console-link PERSON` for a new one.',
  },
  CONSOLE_LINK_EXPIRED: {
    what: 'This link has expired.',
    changed: 'Nothing was changed.',
    why: 'A link can be used within 60 seconds.',
    next: 'On the host, run `tocsin console-link PERSON` for a new one.',
  },
  CONSOLE_LINK_USED: {
    what: 'This link has been used already.',
    changed: 'Nothing was changed.',
    why: 'A link signs in once. If it was not you, somebody else has used it.',
    next: 'If it was not you, sign in by a new link and choose "Sign out everywhere".',
  },
  CONSOLE_LINK_REVOKED: {
    what: 'This link has been revoked.',
    changed: 'Nothing was changed.',
    why: 'All sessions and links of this person were ended after it was made.',
    next: 'On the host, run `tocsin console-link PERSON` for a new one.',
  },
  CONSOLE_TOO_MANY: {
    what: 'There were too many attempts.',
    changed: 'Nothing was changed.',
    why: 'The console takes a few sign-ins a minute from one address, and a bounded number of open pages.',
    next: 'Wait a minute and try again.',
  },
  CONSOLE_TOKEN_REFUSED: {
    what: 'This token may not do that.',
    changed: 'Nothing was changed.',
    why: 'It is unknown, or lacks the scope `{scope}`.',
    next: 'Look at `console.tokens` in the configuration.',
  },
  CONSOLE_TOKEN_APPROVES: {
    what: 'A token cannot do this.',
    changed: 'Nothing was changed.',
    why: '`{verb}` is the decision of a person, and a token is none.',
    next: 'A person does it in the console or in chat.',
  },
  CONSOLE_PROPOSAL_UNREADABLE: {
    what: 'The proposal cannot be read: {fault}.',
    changed: 'Nothing was changed.',
    why: 'A proposal is a JSON object: `line` and `why`, and if you like `for` and `key`.',
    next: 'Look at `/api/v1/openapi.json`, mend the body and send it again.',
  },
  CONSOLE_PROPOSAL_OF_PERSON: {
    what: 'A person proposes nothing here.',
    changed: 'Nothing was changed.',
    why: 'A proposal is what a program says, with a token of its own. You can ask for the change itself.',
    next: 'Type the line in the incident.',
  },
  CONSOLE_EXPORT_REFUSED: {
    what: 'The record was not handed out.',
    changed: 'Nothing was changed; that it was asked for is on the record.',
    why: 'To take a record out is a right of its own, of the groups under `record.export`.',
    next: 'Ask somebody of those groups, or whoever keeps the configuration.',
  },
  CONSOLE_PLAN_UNSEEN: {
    what: 'This decision was not taken.',
    changed: 'Nothing was changed.',
    why: 'The request does not say which rendering of the plan was shown.',
    next: 'Reload the page, read the plan and press again.',
  },
  CONSOLE_FAILED: {
    what: 'The console could not get an answer.',
    changed: 'Not known: the request may have been taken.',
    why: 'The bot failed while it worked on it; its log has the details.',
    next: 'Look at the thread; sending the same thing again from this page does nothing twice.',
  },
} as const satisfies ProblemBook;

export type ConsoleProblem = keyof typeof problems;

export function problemCard(code: ConsoleProblem, facts: Facts = {}): Card {
  const block = problemBlock(code, facts);
  return {
    key: `problem/${code}`,
    tone: 'failed',
    mark: 'REFUSED',
    title: [block.what],
    blocks: [block],
    actions: [],
    footnote: [],
  };
}

export function problemBlock(code: ConsoleProblem, facts: Facts = {}) {
  const words: ProblemWords = problems[code];
  return {
    kind: 'problem',
    code,
    what: filled(words.what, facts),
    changed: filled(words.changed, facts),
    why: filled(words.why, facts),
    next: filled(words.next, facts),
  } as const satisfies Block;
}

function filled(words: string, facts: Facts): string {
  return words.replaceAll(/\{(\w+)\}/g, (whole, name: string) => String(facts[name] ?? whole));
}
