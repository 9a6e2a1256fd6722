import { SEVERITIES } from '../core/alert/severity.ts';
import {
  holds,
  holdsTargets,
  holdsValue,
  isWithin,
  matchesSubject,
} from '../core/operation/match.ts';
import type { PolicyMatch, PolicyRule } from '../core/operation/policy.ts';
import { grammarVerbs, risksOf, type Verb } from './verbs.ts';
import { localTime } from './zones.ts';

/** Everything that can be asked of this installation. */
export interface Domain {
  /** Commands of this build. */
  readonly verbs: readonly Verb[];
  readonly places: readonly {
    readonly service: string;
    readonly environment: string;
    /** Group that is on call for the service. */
    readonly onCall: string | undefined;
    /** Names of the targets that are there. */
    readonly targets: readonly string[];
  }[];
  readonly surfaces: readonly string[];
  /** The groups that one person is in at a time. */
  readonly rosters: readonly (readonly string[])[];
}

/**
 * For each rule the others that take every question it matches; none when it matches no question at all; undefined when
 * it is reached. Decided over all questions, so that two narrow rules which together cover a wide one are seen.
 */
export function shadowsOf(
  rules: readonly PolicyRule[],
  domain: Domain,
): readonly (readonly number[] | undefined)[] {
  const questions = questionsOf(rules, domain);
  return rules.map((_, index) => shadowOf(index, rules, questions));
}

function shadowOf(
  index: number,
  rules: readonly PolicyRule[],
  questions: readonly Holding[],
): readonly number[] | undefined {
  const takers = new Set<number>();
  for (const holding of questions) {
    if (!holding[index]) continue;
    const taker = decider(index, rules, holding);
    if (taker === index) return undefined;
    takers.add(taker);
  }
  return [...takers].sort((a, b) => a - b);
}

/** Which of the rules hold for one question. */
type Holding = readonly boolean[];

/** Deny rules decide before all others, each group in the order written. */
function decider(index: number, rules: readonly PolicyRule[], holding: Holding): number {
  const first = (wanted: PolicyRule['kind']) =>
    rules.findIndex(({ kind }, rule) => kind === wanted && holding[rule]);
  const deny = first('deny');
  if (deny >= 0) return deny;
  const allow = first('allow');
  return allow >= 0 ? allow : index;
}

/**
 * Every question there is, as far as the rules can tell them apart: a field at a time, the values that hold for the same
 * rules are one, so that many rules over many services stay few questions.
 */
function questionsOf(rules: readonly PolicyRule[], domain: Domain): readonly Holding[] {
  const fields = [
    subjects(rules, domain),
    domain.surfaces.map((surface) => each(rules, ({ match }) => holds(match.surface, surface))),
    requesters(rules, domain),
    severities(rules),
    moments(rules),
    ...argumentNames(rules).map((name) => values(rules, name)),
  ];
  return fields.reduce<readonly Holding[]>(
    (questions, field) =>
      distinct(
        questions.flatMap((question) =>
          distinct(field).map((holding) => question.map((held, rule) => held && !!holding[rule])),
        ),
      ),
    [rules.map(() => true)],
  );
}

function subjects(rules: readonly PolicyRule[], { verbs, places }: Domain): readonly Holding[] {
  // Questions without a service (a freeze of everything) and about services added later are one more place.
  const all = [...places, { service: '', environment: '', onCall: undefined, targets: [] }];
  // A rule may speak of verbs that come later, so the whole grammar is asked about.
  const later = grammarVerbs.filter(({ name }) => !verbs.some((verb) => verb.name === name));
  return [...verbs, ...later].flatMap((verb) =>
    risksOf(verb).flatMap((risk) =>
      all.flatMap(({ service, environment, onCall, targets }) =>
        [[], ...targets.map((target) => [target]), targets].flatMap((written) =>
          // Whoever asks is on call, or is not.
          (onCall === undefined ? [false] : [false, true]).map((isOnCall) =>
            each(rules, ({ kind, match }) => {
              const question = { verb: verb.name, family: verb.family, risk, service, environment };
              return (
                matchesSubject(match, question) &&
                holdsTargets(kind, match.target, written) &&
                (match.onCall === undefined || isOnCall)
              );
            }),
          ),
        ),
      ),
    ),
  );
}

/** Somebody who is in no group asks too. */
function requesters(rules: readonly PolicyRule[], { rosters }: Domain): readonly Holding[] {
  return [[], ...rosters].map((groups) =>
    each(rules, ({ match }) => match.group?.some((group) => groups.includes(group)) ?? true),
  );
}

function severities(rules: readonly PolicyRule[]): readonly Holding[] {
  const outside = each(rules, ({ match }) => match.severity === undefined);
  return [
    outside,
    ...SEVERITIES.map((severity) => each(rules, ({ match }) => holds(match.severity, severity))),
  ];
}

function argumentNames(rules: readonly PolicyRule[]): readonly string[] {
  return [...new Set(rules.flatMap(({ match }) => Object.keys(match.args ?? {})))];
}

/** Values on either side of every bound, every value that is named, some other one, and none. */
function values(rules: readonly PolicyRule[], name: string): readonly Holding[] {
  const wanted = ({ match }: { readonly match: PolicyMatch }) => match.args?.[name];
  const named = rules.flatMap((rule) => {
    const { above, below, is = [] } = wanted(rule) ?? {};
    const bounds = [above, below].filter((bound) => bound !== undefined);
    return [...bounds.flatMap((bound) => [bound - 1, bound, bound + 1]), ...is];
  });
  const given = [...named, '\0'].map((value) =>
    each(rules, (rule) => {
      const match = wanted(rule);
      return match === undefined || holdsValue(match, value);
    }),
  );
  return [each(rules, (rule) => wanted(rule) === undefined), ...given];
}

/** Four weeks of the year, so that zones whose summer begins on different days are seen apart. */
const weeks = ['2026-01-11', '2026-03-15', '2026-07-12', '2026-10-25'].map((day) =>
  Date.parse(`${day}T00:00:00Z`),
);
const quarterMs = 15 * 60_000;
const quartersOfWeek = 7 * 24 * 4;

/** Every zone is a number of quarters away from UTC: a window begins at one of these, or so many minutes later. */
function moments(rules: readonly PolicyRule[]): readonly Holding[] {
  const windows = rules.flatMap(({ match }) => (match.when ? [match.when] : []));
  if (windows.length === 0) return [rules.map(() => true)];
  const edges = windows.flatMap(({ between }) => (between ? [between.from, between.to] : []));
  const minutes = [...new Set([0, ...edges.map((edge) => edge % 15)])];
  const found = new Map<string, Holding>();
  for (const week of weeks) {
    for (let quarter = 0; quarter < quartersOfWeek; quarter += 1) {
      for (const minute of minutes) {
        const at = week + quarter * quarterMs + minute * 60_000;
        const holding = each(
          rules,
          ({ match }) => match.when === undefined || isWithin(match.when, at, localTime),
        );
        found.set(keyOf(holding), holding);
      }
    }
  }
  return [...found.values()];
}

function each(rules: readonly PolicyRule[], isHeld: (rule: PolicyRule) => boolean): Holding {
  return rules.map(isHeld);
}

function distinct(holdings: readonly Holding[]): readonly Holding[] {
  return [...new Map(holdings.map((holding) => [keyOf(holding), holding])).values()];
}

function keyOf(holding: Holding): string {
  return holding.map((held) => (held ? '1' : '0')).join('');
}
