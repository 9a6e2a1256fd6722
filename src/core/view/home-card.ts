import { rank } from '../alert/severity.ts';
import { type Incident, severity } from '../incident/incident.ts';
import { reviewDueAt, waitsForReview } from '../operation/glass.ts';
import { type OperationState, terminal } from '../operation/operation.ts';
import { isEligible, seatsFilled } from '../operation/places.ts';
import { surfaceKind } from '../operation/policy.ts';
import type { Evidence } from '../person.ts';
import type { Action, Block, Card, Menu, Text } from './card.ts';
import { incidentTitle } from './incident-card.ts';
import { plain } from './text.ts';
import { code, counted, personSpan, strong, time, type Words } from './words.ts';

export interface HomeReading {
  readonly incidents: readonly Incident[];
  /** Those that live, and those that are to be reviewed. */
  readonly operations: readonly OperationState[];
}

/** What a home shows at most; the rest is counted. */
const INCIDENTS_SHOWN = 20;
const OPERATIONS_SHOWN = 10;
const BUTTONS_SHOWN = 5;

/** What one person finds when they come: what waits for their approval, what they asked for, what stands open. */
export function homeCard(person: Evidence, reading: HomeReading, words: Words): Card {
  const open = reading.incidents.filter(({ status }) => status === 'open').sort(urgentFirst);
  const live = reading.operations.filter(({ status }) => !terminal.has(status));
  const waiting = live.filter((operation) => waitsFor(person, operation));
  const reviews = reading.operations.filter((operation) => waitsForReview(person, operation));
  const own = live.filter(({ asked }) => asked?.requester.person === person.person);
  return {
    key: 'home',
    tone: open.some((incident) => severity(incident) === 'critical') ? 'critical' : 'neutral',
    mark: '',
    title: title(open, waiting.length),
    blocks: [
      ...list('Waits for your approval', waiting, OPERATIONS_SHOWN, (operation) =>
        waitingLine(operation, person, words),
      ),
      ...list('Waits for your review', reviews, OPERATIONS_SHOWN, (operation) =>
        reviewLine(operation, words),
      ),
      ...list('You asked for', own, OPERATIONS_SHOWN, operationLine),
      ...list('Open incidents', open, INCIDENTS_SHOWN, incidentLine),
    ],
    actions: [...waiting, ...reviews, ...own].slice(0, BUTTONS_SHOWN).map(viewAction),
    ...(open.length > 0 ? { menu: menu(open.slice(0, INCIDENTS_SHOWN)) } : {}),
    footnote: [],
  };
}

function title(open: readonly Incident[], waiting: number): Text {
  const critical = open.filter((incident) => severity(incident) === 'critical').length;
  const incidents =
    open.length === 0 ? 'No incident is open' : `${counted(open.length, 'incident')} open`;
  return [
    incidents,
    ...(critical > 0 ? [', ', strong(`${critical} critical`)] : []),
    waiting === 0
      ? ' · nothing waits for you'
      : ` · ${counted(waiting, 'plan')} for you to approve`,
  ];
}

/** Whether their approval would fill a place that is still empty. */
export function waitsFor(
  person: Evidence,
  { status, rule, asked, approvals }: OperationState,
): boolean {
  if (status !== 'waiting' || !rule || asked?.requester.person === person.person) return false;
  if (!isEligible(rule.places, person)) return false;
  const before = approvals.map(({ evidence }) => evidence);
  return seatsFilled(rule.places, [...before, person]) > seatsFilled(rule.places, before);
}

function reviewLine(operation: OperationState, words: Words): Text {
  const { glass } = operation;
  if (!glass) return [];
  const by = personSpan(glass.evidence.person, words);
  return [
    ...operationLine(operation),
    ' · glass broken by ',
    by,
    ' · due ',
    time(reviewDueAt(glass)),
  ];
}

function waitingLine(operation: OperationState, person: Evidence, words: Words): Text {
  const { asked, plan, rule } = operation;
  const elsewhere = rule?.stepUp
    ? [' · approve in the console, with a second factor']
    : rule?.surfaces && !rule.surfaces.includes(surfaceKind(person.surface))
      ? [` · approve on ${rule.surfaces.join(' or ')}`]
      : [];
  return [
    ...operationLine(operation),
    ...(asked ? [' · asked by ', personSpan(asked.requester.person, words)] : []),
    ...(plan ? [' · until ', time(plan.expiresAt)] : []),
    ...elsewhere,
  ];
}

function operationLine({ id, asked, status }: OperationState): Text {
  return [
    strong(asked ? `${asked.verb} ${asked.service}` : id),
    ...(asked ? [` · ${asked.environment}`] : []),
    ` · ${status} · `,
    code(id),
  ];
}

function incidentLine(incident: Incident): Text {
  return [
    strong(severity(incident).toUpperCase()),
    ' · ',
    ...incidentTitle(incident),
    ' · since ',
    time(incident.openedAt),
  ];
}

function viewAction({ id, asked }: OperationState): Action {
  const label = asked ? `View ${asked.verb} ${asked.service}` : `View ${id}`;
  return { key: `view/${id}`, label, style: 'plain', press: { kind: 'view', operation: id } };
}

function menu(open: readonly Incident[]): Menu {
  return {
    key: 'incidents',
    label: 'Open the thread of…',
    options: open.map((incident) => ({
      label: `${severity(incident).toUpperCase()} ${plain(incidentTitle(incident))}`,
      press: { kind: 'want', incident: incident.opened.incident },
    })),
  };
}

function list<T>(
  name: string,
  all: readonly T[],
  most: number,
  line: (each: T) => Text,
): readonly Block[] {
  if (all.length === 0) return [];
  const items = all.slice(0, most).map(line);
  return [{ kind: 'list', title: name, items, more: all.length - items.length }];
}

/** The worst first, then the newest. */
function urgentFirst(a: Incident, b: Incident): number {
  const byRank = rank(severity(a)) - rank(severity(b));
  return byRank === 0 ? b.openedAt - a.openedAt : byRank;
}
