import type { OperationState } from '../operation/operation.ts';
import { seatsOpen } from '../operation/places.ts';
import { type Change, compensationsOf, type Plan, type Step } from '../operation/plan.ts';
import type { Evidence } from '../person.ts';
import { askingFacts } from './asking-facts.ts';
import type { Block, DiffLine, Text } from './card.ts';
import { spoken } from './operation-steps.ts';
import { code, duration, on, personSpan, problemLine, time, type Words } from './words.ts';

export function diff(state: OperationState): readonly Block[] {
  if (!state.plan) return [];
  const title = isAhead(state) ? 'What changes' : 'What was planned';
  return [{ kind: 'diff', title, lines: state.plan.diff.map(diffLine) }];
}

/** What an approver has to know before all else. */
export function warnings(state: OperationState, words: Words): readonly Block[] {
  if (!state.plan || !isAhead(state) || state.startedAt !== undefined) return [];
  const said = state.plan.warnings.map((warning) => problemLine(warning, words));
  return list('Mind', said);
}

/** While it may still happen: what takes it back, by hand and by itself. */
export function safety(state: OperationState): readonly Block[] {
  if (!state.plan || !isAhead(state)) return [];
  return [
    ...list('Undo', [...state.plan.steps.flatMap(undoOf), ...promised(state.plan)]),
    ...list('Taken back by itself', state.plan.steps.flatMap(onFailure)),
  ];
}

export function approvals(state: OperationState, words: Words): readonly Block[] {
  const given = state.approvals.map(
    ({ evidence, at }): Text => [
      personSpan(evidence.person, words),
      ' at ',
      time(at),
      ...on(evidence.surface),
      ...withFactor(evidence),
    ],
  );
  const { preapproved } = state.rule ?? {};
  const before: readonly Text[] = preapproved
    ? [['together with ', code(preapproved.operation), ', which it takes back']]
    : [];
  return list('Approved by', [...before, ...given]);
}

/** Who is still wanted, until when, and how to say it without a button. */
export function wanted(state: OperationState, words: Words): readonly Block[] {
  const { rule, plan, hash } = state;
  if (state.status !== 'waiting' || !rule || !plan || !hash) return [];
  const people = state.approvals.map(({ evidence }) => evidence);
  const open = seatsOpen(rule.places, people);
  const each = open.groups.reduce((sum, { count }) => sum + count, 0) === open.count;
  const needs = each
    ? open.groups.map(({ from, count }) => `${count} of ${from}`).join(' and ')
    : `${open.count} of ${open.groups.map(({ from }) => from).join(' or ')}`;
  const facts = [
    { label: 'needs', value: [`${needs}, but not `, personSpan(plan.requester, words)] },
    ...askingFacts(state, words),
    { label: 'expires', value: [time(plan.expiresAt)] },
    rule.stepUp
      ? { label: 'second factor', value: ['a passkey or a code, in the console'] }
      : { label: 'or type', value: [code(`approve ${state.id} ${hash.slice(0, 10)}`)] },
    ...(rule.breakGlass
      ? [
          {
            label: 'nobody there',
            value: rule.stepUp
              ? [`${rule.breakGlass.from.join(', ')} may break the glass, in the console`]
              : [
                  `${rule.breakGlass.from.join(', ')} may break the glass: `,
                  code(`break-glass ${state.id} ${hash.slice(0, 10)} reason="…"`),
                ],
          },
        ]
      : []),
  ];
  return [{ kind: 'facts', facts }];
}

const factorWords = {
  passkey: ' with a passkey',
  totp: ' with a code',
  recovery: ' with a recovery code',
} as const;

function withFactor({ stepUp }: Evidence): Text {
  return stepUp ? [factorWords[stepUp.factor]] : [];
}

function promised({ undoWithinMs }: Plan): readonly Text[] {
  return undoWithinMs === undefined
    ? []
    : [[`It is approved as well, for ${duration(undoWithinMs)} after the end.`]];
}

function undoOf(step: Step): readonly Text[] {
  if (step.undo === 'irreversible') return [[`${step.id} cannot be taken back`]];
  return [[`${step.id}: ${step.undo.change.map(spoken).join(', ')}`]];
}

function onFailure(step: Step): readonly Text[] {
  const compensations = compensationsOf(step);
  if (compensations.length === 0) return [];
  const changes = compensations.map(({ id, change }) => `${id} ${change.map(spoken).join(', ')}`);
  return [[`if ${step.id} fails: ${changes.join('; then ')}`]];
}

function isAhead(state: OperationState): boolean {
  return state.endedAt === undefined && state.status !== 'unknown';
}

function list(title: string, items: readonly Text[]): readonly Block[] {
  return items.length > 0 ? [{ kind: 'list', title, items, more: 0 }] : [];
}

export function diffLine(change: Change): DiffLine {
  const sign = { added: '+', removed: '-' } as const;
  if (change.what === 'changed') return { sign: '~', text: spoken(change) };
  const value = change.what === 'added' ? change.to : change.from;
  const text = value === undefined ? change.path : `${change.path} ${value}`;
  return { sign: sign[change.what], text };
}
