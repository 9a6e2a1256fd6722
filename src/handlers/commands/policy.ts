import { onCallOf } from '../../core/catalog.ts';
import { fullOf } from '../../core/operation/limit.ts';
import {
  holdsValue,
  matchesSubject,
  type PolicyMatch,
  type ValueMatch,
} from '../../core/operation/match.ts';
import {
  type AllowRule,
  judge,
  type Place,
  type PolicyQuestion,
  type Verdict,
} from '../../core/operation/policy.ts';
import { isMember } from '../../core/person.ts';
import { type Problem, problem } from '../../core/problem.ts';
import type { Block, Text } from '../../core/view/card.ts';
import { haltBlocks } from '../../core/view/halts.ts';
import { conditions } from '../../core/view/policy-words.ts';
import { code, duration, personSpan, problemBlock, time } from '../../core/view/words.ts';
import { check, unknownName } from '../arguments.ts';
import {
  type Arguments,
  type Asking,
  type Command,
  isProblem,
  type ReadCommand,
  type Reading,
} from '../command.ts';
import type { Way } from '../desk.ts';
import { questionOf, ruledArguments } from '../judgement.ts';
import { environmentArgument, serviceArgument } from './arguments.ts';
import { tellings } from './who.ts';

export function policyOf(registry: () => readonly Command[]): ReadCommand {
  return {
    does: 'read',
    name: 'policy',
    family: 'ops',
    risk: 'read',
    summary: 'Say what a command would need, from whom, and which rule says so.',
    args: [
      { name: 'verb', kind: 'word', required: true, named: false, summary: 'The command.' },
      serviceArgument,
      environmentArgument,
    ],
    open: true,
    example: 'policy scale checkout replicas=30 env=production',
    answer: async (asked) => explain(asked, registry()),
  };
}

/** As it would be judged now, asked by whoever asks; with it what other rules there are for it. */
function explain(asked: Asking, commands: readonly Command[]): Reading | Problem {
  const { desk, args, service, environment } = asked;
  const command = commands.find(({ name }) => name === args['verb']);
  if (!command) return problem('VERB_UNKNOWN', { verb: String(args['verb']) });
  const given = givenFor(command, asked);
  if (isProblem(given)) return given;
  const question: PolicyQuestion = {
    ...questionOf(command, asked, { service, environment }),
    hypothetical: true,
    args: given,
    targets: targetsOf(asked),
  };
  const { policy } = desk.settings;
  const verdict = judge(policy, question);
  const blocks: Block[] = [
    ...(command.does === 'operation' ? haltBlocks(desk.halts(), desk.words) : []),
    ...wanted(verdict, asked),
    ...others(verdict, question, asked),
  ];
  if (mayBePlanned(command) && command.risk !== 'danger') {
    const dangerous = judge(policy, { ...question, risk: 'danger' });
    if (whereOf(dangerous) !== whereOf(verdict) || !dangerous.allowed) {
      blocks.push({ kind: 'text', text: ['If its plan turns out dangerous:'] });
      blocks.push(...wanted(dangerous, asked));
    }
  }
  return { title: [`${command.name} ${service} · ${environment}`], blocks };
}

/** A silence is planned where it hides too much. */
function mayBePlanned({ does, name }: Command): boolean {
  return does === 'operation' || name === 'silence';
}

function wanted(verdict: Verdict, asked: Asking): readonly Block[] {
  const { words } = asked.desk;
  if (!verdict.allowed) return [problemBlock(verdict.problem, words)];
  const { rule } = verdict;
  const facts = [
    { label: 'may ask', value: [rule.requesters.join(', ')] },
    ...(rule.places.length === 0
      ? [{ label: 'approval', value: ['none: it is approved by being asked'] }]
      : rule.places.map((place) => ({ label: 'approval', value: seat(place, rule, asked) }))),
    { label: 'reason', value: [rule.reasonRequired ? 'required' : 'not required'] },
    ...(rule.stepUp
      ? [
          {
            label: 'second factor',
            value: ['a passkey or a code with each approval, in the console'],
          },
        ]
      : []),
    ...(rule.tickets ?? []).map((list) => ({
      label: 'ticket',
      value: [`like ${list.join(' or ')}`],
    })),
    { label: 'expires', value: [`after ${duration(rule.expiresMs)}`] },
    ...(rule.silenceMaxMs === undefined
      ? []
      : [{ label: 'silences', value: [`last ${duration(rule.silenceMaxMs)} at most`] }]),
    ...(rule.surfaces ? [{ label: 'approve on', value: [rule.surfaces.join(', ')] }] : []),
    ...(rule.severityBy
      ? [{ label: 'not by', value: [`${rule.severityBy.join(', ')} alone, who set the severity`] }]
      : []),
    ...quotaFacts(rule, asked),
    ...(rule.undo
      ? [
          {
            label: 'undo',
            value: [`approved as well, for ${duration(rule.undo.withinMs)} after the end`],
          },
        ]
      : []),
    ...(rule.tell ? [{ label: 'told', value: [rule.tell.join(', ')] }] : []),
    ...(rule.breakGlass
      ? [
          {
            label: 'nobody there',
            value: [`${rule.breakGlass.from.join(', ')} may break the glass`],
          },
        ]
      : []),
    { label: 'rule', value: [code(rule.where)] },
  ];
  return [{ kind: 'facts', facts }];
}

/** `5 begin in an hour, 1 at a time`, and what is in the way now. */
function quotaFacts({ limits = [] }: AllowRule, { desk, at }: Asking) {
  return limits.map((limit) => {
    const { perHour, concurrent } = limit;
    const most = [
      ...(perHour === undefined ? [] : [`${perHour} begin in an hour`]),
      ...(concurrent === undefined ? [] : [`${concurrent} at a time`]),
    ].join(', ');
    const facts = fullOf([limit], { at, runs: desk.runs })?.problem.facts;
    const free = facts?.['free'];
    const value: Text = [
      most,
      ...(facts?.['operations'] ? [': ', code(String(facts['operations'])), ' is under way'] : []),
      ...(free ? [': full until ', time(Date.parse(String(free)))] : []),
    ];
    return { label: 'at most', value };
  });
}

/**
 * `2 of sre: Ben, on call (console, slack), Dora (console)`. Nobody approves their own request. Reachable is whoever has an
 * account on a surface that is up; whether they sleep, nobody knows.
 */
function seat({ count, from }: Place, rule: AllowRule, asked: Asking): Text {
  // A second factor is given in the console only.
  const surfaces = rule.stepUp ? ['console'] : rule.surfaces;
  const { desk, by, service } = asked;
  const told = desk.members(from);
  const { onCall } = onCallOf(desk.settings.catalog, service);
  const watch = onCall === undefined ? [] : desk.members(onCall).people;
  const able = told.people
    .filter((id) => id !== by.person)
    .flatMap((id) => {
      const ways = desk
        .reach(id)
        .filter(({ kind }) => surfaces === undefined || surfaces.includes(kind));
      return ways.length === 0 ? [] : [{ id, ways }];
    });
  const named = able.flatMap(({ id, ways }, index) => [
    index === 0 ? ': ' : ', ',
    personSpan(id, desk.words),
    watch.includes(id) ? ', on call (' : ' (',
    `${reachable(ways)})`,
  ]);
  const known = tellings(told, desk).flatMap((telling) => ['; ', ...telling]);
  const few =
    able.length < count ? [`: ${able.length === 0 ? 'nobody' : 'too few'} can give it`] : [];
  return [`${count} of ${from}`, ...named, ...few, ...known];
}

/** `console, slack`; what is down is said where nothing else is left. */
function reachable(ways: readonly Way[]): string {
  const kinds = (isUp: boolean) => [
    ...new Set(ways.filter((way) => way.isUp === isUp).map(({ kind }) => kind)),
  ];
  const up = kinds(true);
  return up.length > 0 ? up.join(', ') : `not reachable: ${kinds(false).join(', ')} is down`;
}

/** The arguments of the command that is asked about, as far as they were given: `replicas=30`. */
function givenFor(command: Command, { desk, others = {} }: Asking): Arguments | Problem {
  const args: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(others)) {
    const argument = command.args.find((each) => each.name === name);
    if (!argument) return unknownName(command, name);
    const checked = check(command, argument, value, desk.settings);
    if (typeof checked === 'object') return checked;
    if (checked !== undefined) args[name] = checked;
  }
  return ruledArguments(args);
}

/** Rules that would decide in other circumstances, and only those: what is asked and by whom is settled. */
function others(verdict: Verdict, question: PolicyQuestion, { desk }: Asking): readonly Block[] {
  const { rules } = desk.settings.policy;
  const open = rules.flatMap((rule) => {
    const left = openMatch(rule.match, question);
    return left ? [{ ...rule, left, isCertain: conditions(left) === '' }] : [];
  });
  // What certainly denies leaves nothing to the others, and what certainly allows nothing to those after it.
  if (open.some(({ kind, isCertain }) => kind === 'deny' && isCertain)) return [];
  const last = open.findIndex(({ kind, isCertain }) => kind === 'allow' && isCertain);
  const items = open
    .filter(({ kind }, index) => kind === 'deny' || last < 0 || index <= last)
    .filter(({ where, isCertain }) => !isCertain && where !== whereOf(verdict))
    .map(
      ({ kind, where, left }): Text => [
        code(where),
        kind === 'deny' ? ' refuses it where ' : ' may decide instead where ',
        conditions(left),
      ],
    );
  return items.length === 0 ? [] : [{ kind: 'list', title: 'Other rules', items, more: 0 }];
}

/** What is left to hold of a rule once it is known who asks, and with which arguments; undefined where it cannot hold. */
function openMatch(match: PolicyMatch, question: PolicyQuestion): PolicyMatch | undefined {
  if (!matchesSubject(match, question)) return undefined;
  const { group, args, ...others } = match;
  if (group && !group.some((each) => isMember(question.requester, each))) return undefined;
  const left: Record<string, ValueMatch> = {};
  for (const [name, wanted] of Object.entries(args ?? {})) {
    const given = question.args[name];
    if (given === undefined) left[name] = wanted;
    else if (!holdsValue(wanted, given)) return undefined;
  }
  return Object.keys(left).length > 0 ? { ...others, args: left } : others;
}

function whereOf(verdict: Verdict): string {
  return verdict.allowed ? verdict.rule.where : String(verdict.problem.facts['rule'] ?? '');
}

/** The targets of the service there: what a plan would write is known only once it is drafted. */
function targetsOf({ desk, service, environment }: Asking): readonly string[] {
  const found = desk.settings.catalog.services
    .find(({ name }) => name === service)
    ?.environments.find(({ name }) => name === environment);
  return [...new Set(Object.values(found?.targets ?? {}).map(({ target }) => target))];
}
