import type { Survivor } from './report.ts';

/** What no suite notices, each with the reason why none could, or why it does not matter. */
export const survivors: readonly Survivor[] = [
  ...inFile('src/core/operation/asking.ts', [
    [
      'OptionalChaining',
      'state.asked?.requester',
      'state.asked.requester',
      'what waits was asked first, and a request is never erased',
    ],
    [
      'OptionalChaining',
      'state.asked?.requester',
      'state.asked.requester',
      'whoever waits to be asked waits for a plan, and what is planned was asked first',
    ],
    [
      'OptionalChaining',
      'state.rule?.places',
      'state.rule.places',
      'what waits has a rule: the event of its plan brings it',
    ],
    [
      'ArrayDeclaration',
      '[]',
      '["Stryker was here"]',
      'nobody of that name is a member, so that they are not asked first either',
    ],
    [
      'ArrayDeclaration',
      '[]',
      '["Stryker was here"]',
      'what waits has a rule, and with it the places',
    ],
  ]),
  ...inFile('src/core/operation/begin.ts', [
    ['StringLiteral', "''", '"Stryker was here!"', 'an operation without a hash never begins'],
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
  ...inFile('src/core/operation/trail.ts', [
    [
      'ConditionalExpression',
      'default: return event satisfies never;',
      'default:',
      'never run: the compiler knows that every event of a step has its case',
    ],
    [
      'Regex',
      '/^operation\\//',
      '/operation\\//',
      'the stream of an operation is `operation/` and an id without a slash',
    ],
    [
      'StringLiteral',
      "''",
      '"Stryker was here!"',
      'the id of a record without events is in no row',
    ],
  ]),
  ...inFile('src/core/operation/match.ts', [
    ['ConditionalExpression', 'severity !== undefined', 'true', 'no list holds what is undefined'],
    ['ConditionalExpression', 'onCall !== undefined', 'true', 'nobody is of an undefined group'],
  ]),
  ...inFile('src/core/operation/strictest.ts', [
    [
      'ArrayDeclaration',
      '[]',
      '["Stryker was here"]',
      'every rule names who may ask, so that the list of both is never absent',
    ],
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
