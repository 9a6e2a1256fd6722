import type { Risk } from '../core/operation/plan.ts';
import type { PolicyMatch, PolicyRule } from '../core/operation/policy.ts';
import { grammarVerbs, risksOf, type Verb } from './verbs.ts';

/** Everything that can be asked of this installation. */
export interface Domain {
  /** Commands of this build. */
  readonly verbs: readonly Verb[];
  readonly places: readonly { readonly service: string; readonly environment: string }[];
  readonly surfaces: readonly string[];
}

interface Question {
  readonly verb: string;
  readonly family: string;
  readonly risk: Risk;
  readonly service: string;
  readonly environment: string;
  readonly surface: string;
}

/**
 * The rules that take every question the rule at `index` matches; none when it matches no question at all; undefined
 * when it is reached. Decided over all questions, so that two narrow rules which together cover a wide one are seen.
 */
export function shadowOf(
  index: number,
  rules: readonly PolicyRule[],
  domain: Domain,
): readonly number[] | undefined {
  const rule = rules[index];
  if (!rule) return undefined;
  const takers = new Set<number>();
  for (const question of questionsOf(domain)) {
    if (!matches(rule.match, question)) continue;
    const taker = decider(index, rules, question);
    if (taker === index) return undefined;
    takers.add(taker);
  }
  return [...takers].sort((a, b) => a - b);
}

/** Deny rules decide before all others, each group in the order written. */
function decider(index: number, rules: readonly PolicyRule[], question: Question): number {
  const first = (kind: PolicyRule['kind']) =>
    rules.findIndex((rule) => rule.kind === kind && matches(rule.match, question));
  const deny = first('deny');
  if (deny >= 0) return deny;
  const allow = first('allow');
  return allow >= 0 ? allow : index;
}

function* questionsOf(domain: Domain): Generator<Question> {
  // Questions without a service (a freeze of everything) and about services added later are one more place.
  const places = [...domain.places, { service: '', environment: '' }];
  // A rule may speak of verbs that come later, so the whole grammar is asked about.
  const later = grammarVerbs.filter(({ name }) => !domain.verbs.some((verb) => verb.name === name));
  const verbs = [...domain.verbs, ...later];
  for (const verb of verbs) {
    for (const risk of risksOf(verb)) {
      for (const { service, environment } of places) {
        for (const surface of domain.surfaces) {
          yield { verb: verb.name, family: verb.family, risk, service, environment, surface };
        }
      }
    }
  }
}

function matches(match: PolicyMatch, question: Question): boolean {
  return (
    holds(match.verb, question.verb) &&
    holds(match.family, question.family) &&
    holds(match.risk, question.risk) &&
    holds(match.service, question.service) &&
    holds(match.environment, question.environment) &&
    holds(match.surface, question.surface)
  );
}

function holds<T extends string>(allowed: readonly T[] | undefined, value: T): boolean {
  return allowed === undefined || allowed.includes(value);
}
