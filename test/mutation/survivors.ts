import type { Survivor } from './report.ts';

const stryker = '["Stryker was here"]';
const strykers = '"Stryker was here!"';
const neverIntent = 'default: return intent satisfies never;';
const neverEvent = 'default: return event satisfies never;';

const neverRuns = 'never run: the compiler knows that everything that comes here has its case';
const nobodyOfUndefined = 'nobody is of an undefined group';
const plannedWasAsked = 'what comes here was asked first, and a request is never erased';
const plannedHasPlan = 'what waits has a plan: its event brings it';
const plannedHasRule = 'what waits has a rule and a hash: the event of its plan brings them';
const plannedHasHash = 'an operation without a hash never begins';
const compensatedFailed = 'what is compensated has a step that failed, and says why';

/** What no suite notices, each with the reason why none could, or why it does not matter. */
export const survivors: readonly Survivor[] = [
  ...inFile('src/core/operation/asking.ts', [
    ['OptionalChaining', 'state.asked?.requester', 'state.asked.requester', plannedWasAsked],
    ['OptionalChaining', 'state.asked?.requester', 'state.asked.requester', plannedWasAsked],
    ['OptionalChaining', 'state.rule?.places', 'state.rule.places', plannedHasRule],
    ['ArrayDeclaration', '[]', stryker, 'nobody of that name is a member, to be asked first'],
    ['ArrayDeclaration', '[]', stryker, plannedHasRule],
  ]),
  ...inFile('src/core/operation/begin.ts', [
    ['StringLiteral', "''", strykers, plannedHasHash],
    ['StringLiteral', "''", strykers, plannedHasHash],
    ['StringLiteral', "''", strykers, plannedHasHash],
    [
      'OptionalChaining',
      'rule?.preapproved?.operation',
      'rule?.preapproved.operation',
      'only a rule that is approved beforehand comes here',
    ],
    [
      'OptionalChaining',
      'rule?.preapproved',
      'rule.preapproved',
      'only a rule that is approved beforehand comes here',
    ],
    [
      'OptionalChaining',
      'silent[0]?.problem',
      'silent[0].problem',
      'asked only where a directory that is silent makes the difference',
    ],
    [
      'StringLiteral',
      "'DIRECTORY_UNREACHABLE'",
      '""',
      'the reason of last resort: a directory that is silent brings its own',
    ],
  ]),
  ...inFile('src/core/operation/decide.ts', [
    ['ConditionalExpression', '!rule || !hash', 'false', plannedHasRule],
    ['LogicalOperator', '!rule || !hash', '!rule && !hash', plannedHasRule],
    ['StringLiteral', "'OPERATION_NOT_WAITING'", '""', plannedHasRule],
    ['OptionalChaining', 'state.asked?.requester', 'state.asked.requester', plannedWasAsked],
    ['ArrayDeclaration', '[]', stryker, 'asked only of a rule that names who vouches for it'],
    ['OptionalChaining', 'state.plan?.risk', 'state.plan.risk', plannedHasPlan],
    [
      'OptionalChaining',
      'state.endedBy?.person',
      'state.endedBy.person',
      'what was declined says who did',
    ],
    ['OptionalChaining', 'state.asked?.requester', 'state.asked.requester', plannedWasAsked],
    ['StringLiteral', "''", strykers, plannedWasAsked],
    ['ConditionalExpression', 'intent.onCall !== undefined', 'true', nobodyOfUndefined],
    ['ConditionalExpression', 'state.plan !== undefined', 'true', plannedHasPlan],
    [
      'OptionalChaining',
      'state.asked?.requester',
      'state.asked.requester',
      'what nobody asked for is refused before it is asked whose it is',
    ],
    ['StringLiteral', "''", strykers, 'what is compared with a hash has one'],
    [
      'OptionalChaining',
      'state.asked?.requester',
      'state.asked.requester',
      'what nobody asked for is refused before anybody is told whose it is',
    ],
    ['StringLiteral', "''", strykers, 'what nobody asked for is refused before that'],
  ]),
  ...inFile('src/core/operation/glass.ts', [
    ['ConditionalExpression', neverIntent, 'default:', neverRuns],
    [
      'OptionalChaining',
      'rule.breakGlass?.perDay',
      'rule.breakGlass.perDay',
      'a rule without a glass is refused before it is asked how often',
    ],
    ['ArrayDeclaration', '[]', stryker, 'asked only of a rule that names who vouches for it'],
    ['StringLiteral', "''", strykers, plannedHasHash],
    ['ConditionalExpression', '!glass', 'false', 'asked only where the glass is broken'],
    ['OptionalChaining', 'state.asked?.requester', 'state.asked.requester', plannedWasAsked],
    ['OptionalChaining', 'asked?.requester', 'asked.requester', plannedWasAsked],
  ]),
  ...inFile('src/core/operation/halt.ts', [
    ['ConditionalExpression', neverIntent, 'default:', neverRuns],
    ['ArrayDeclaration', '[]', stryker, 'what began at no time did not within the hour'],
    ['UnaryOperator', '-1', '+1', 'no freeze began within a millisecond of 1970'],
  ]),
  ...inFile('src/core/operation/hash.ts', [
    ['UnaryOperator', '-0', '+0', 'both are written as 0'],
    ['EqualityOperator', 'a < b', 'a <= b', 'no object has a key twice'],
    ['ConditionalExpression', 'value === null', 'false', 'null was spelled before'],
  ]),
  ...inFile('src/core/operation/limit.ts', [
    [
      'ConditionalExpression',
      'concurrent !== undefined',
      'true',
      'no number is as great as what is undefined',
    ],
  ]),
  ...inFile('src/core/operation/locks.ts', [
    ['EqualityOperator', 'a < b', 'a <= b', 'each id is there once'],
  ]),
  ...inFile('src/core/operation/match.ts', [
    ['ConditionalExpression', 'severity !== undefined', 'true', 'no list holds what is undefined'],
    ['ConditionalExpression', 'onCall !== undefined', 'true', nobodyOfUndefined],
  ]),
  ...inFile('src/core/operation/places.ts', [
    ['StringLiteral', "''", strykers, 'where somebody made up presses is not asked'],
    ['StringLiteral', "''", strykers, 'the account of somebody made up is not asked for'],
    ['StringLiteral', "'static'", '""', 'how the group of somebody made up is known is not asked'],
  ]),
  ...inFile('src/core/operation/plan.ts', [
    ['ArrayDeclaration', '[]', stryker, 'one more id that no step has is there once'],
  ]),
  ...inFile('src/core/operation/policy.ts', [
    [
      'ConditionalExpression',
      'match.severity !== undefined',
      'true',
      'where no rule speaks of a severity, every severity has the same verdict',
    ],
    [
      'ConditionalExpression',
      'unknown',
      'true',
      'a rule that may hold and does not hangs on a group that is unknown',
    ],
    ['StringLiteral', "''", strykers, 'neither is a time'],
  ]),
  ...inFile('src/core/operation/step-decide.ts', [
    ['ConditionalExpression', neverIntent, 'default:', neverRuns],
    [
      'ConditionalExpression',
      'default: return intent.applied satisfies never;',
      'default:',
      neverRuns,
    ],
    ['StringLiteral', "'STEP_FAILED'", '""', compensatedFailed],
    [
      'OptionalChaining',
      "state.steps.find(({ phase }) => phase === 'failed')?.problem",
      "state.steps.find(({ phase }) => phase === 'failed').problem",
      compensatedFailed,
    ],
  ]),
  ...inFile('src/core/operation/step-evolve.ts', [
    ['ConditionalExpression', neverEvent, 'default:', neverRuns],
  ]),
  ...inFile('src/core/operation/strictest.ts', [
    [
      'ArrayDeclaration',
      '[]',
      stryker,
      'every rule names who may ask, so that the list of both is never absent',
    ],
  ]),
  ...inFile('src/core/operation/take-plan.ts', [
    ['OptionalChaining', 'asked?.requester', 'asked.requester', plannedWasAsked],
    ['StringLiteral', "''", strykers, plannedWasAsked],
  ]),
  ...inFile('src/core/operation/tell.ts', [
    ['OptionalChaining', 'state.rule?.tell', 'state.rule.tell', plannedHasRule],
  ]),
  ...inFile('src/core/operation/trail.ts', [
    ['ConditionalExpression', neverEvent, 'default:', neverRuns],
    [
      'Regex',
      '/^operation\\//',
      '/operation\\//',
      'the stream of an operation is `operation/` and an id without a slash',
    ],
    ['StringLiteral', "''", strykers, 'the id of a record without events is in no row'],
  ]),
  ...inFile('src/core/operation/undo.ts', [
    ['OptionalChaining', 'rule?.undo', 'rule.undo', plannedHasRule],
    [
      'ConditionalExpression',
      'within === undefined',
      'false',
      'no time is before one that is none',
    ],
    [
      'ConditionalExpression',
      'endedAt === undefined',
      'false',
      'no time is before one that is none',
    ],
    ['ConditionalExpression', 'back !== undefined', 'true', 'both lists are of one length'],
    ['ConditionalExpression', '!rule', 'false', 'asked only where the rule has an undo'],
    ['BooleanLiteral', 'false', 'true', 'asked only where the rule has an undo'],
    ['OptionalChaining', 'asked?.requester', 'asked.requester', plannedWasAsked],
  ]),
];

function inFile(
  file: string,
  found: readonly (readonly [string, string, string, string])[],
): readonly Survivor[] {
  return found.map(([mutator, original, replacement, because]) => ({
    ...{ file, mutator, original, replacement },
    because,
  }));
}
