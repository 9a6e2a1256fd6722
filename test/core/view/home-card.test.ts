import { describe, expect, it } from 'vitest';
import type { Incident } from '../../../src/core/incident/incident.ts';
import type { OperationState } from '../../../src/core/operation/operation.ts';
import type { Evidence } from '../../../src/core/person.ts';
import { homeCard } from '../../../src/core/view/home-card.ts';
import { cardText } from '../../../src/core/view/text.ts';
import { given as givenIncident, incidentOf, opened } from '../incident/given-incident.ts';
import {
  ana,
  approvalGiven,
  approved,
  ben,
  cleo,
  dbaAndSre,
  dora,
  eve,
  evidence,
  given,
  op,
  type Story,
  waiting,
} from '../operation/sample.ts';

const words = { names: new Map([['ana', 'Ana']]), book: {} };
const twoGroups: Story = { rule: { places: dbaAndSre } };
const waits = given(...waiting(twoGroups)).state();

function home(
  person: Evidence,
  operations: readonly OperationState[],
  incidents: readonly Incident[] = [],
) {
  return homeCard(person, { incidents, operations }, words);
}

const incident = (id: string, severity: 'critical' | 'warning', at: number): Incident =>
  incidentOf(
    givenIncident({
      event: opened({
        incident: id,
        severity,
        title: `It is ${severity}`,
        service: '',
        environment: '',
      }),
      at,
      by: 'source:alertmanager/main',
    }).state(),
  );

describe('the home of a person', () => {
  it('says what waits for them, what they asked for, and what stands open, critical first', () => {
    const incidents = [
      incident('inc-1', 'warning', 3000),
      incident('inc-2', 'critical', 1000),
      incident('inc-3', 'critical', 2000),
    ];
    expect(`\n${cardText(home(ben, [waits], incidents))}`).toMatchInlineSnapshot(`
      "
      3 incidents open, 2 critical · 1 plan for you to approve
        Waits for your approval
          scale checkout · production · waiting · \`op-41\` · asked by Ana · until 03:30 UTC
        Open incidents
          CRITICAL · It is critical · since 00:00 UTC
          CRITICAL · It is critical · since 00:00 UTC
          WARNING · It is warning · since 00:00 UTC
        [View scale checkout]
      "
    `);
    expect(`\n${cardText(home(ana, [waits]))}`).toMatchInlineSnapshot(`
      "
      No incident is open · nothing waits for you
        You asked for
          scale checkout · production · waiting · \`op-41\`
        [View scale checkout]
      "
    `);
    expect(cardText(home(eve, []))).toBe('No incident is open · nothing waits for you\n');
  });

  it('leads there: a press shows the plan, the menu opens the threads', () => {
    const card = home(ben, [waits], [incident('inc-2', 'critical', 1000)]);
    expect(card.actions).toEqual([
      {
        key: `view/${op}`,
        label: 'View scale checkout',
        style: 'plain',
        press: { kind: 'view', operation: op },
      },
    ]);
    expect(card.menu?.options).toEqual([
      { label: 'CRITICAL It is critical', press: { kind: 'want', incident: 'inc-2' } },
    ]);
    expect(home(ben, []).menu).toBeUndefined();
  });

  it('names a plan only to those who would fill a place of it', () => {
    const benSaidYes = given(...waiting(twoGroups), approvalGiven(ben, twoGroups)).state();
    const asks = (person: Evidence, operation: OperationState) =>
      cardText(home(person, [operation])).includes('Waits for your approval');
    expect([ben, cleo, dora, ana, eve].map((person) => asks(person, waits))).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
    expect(
      [ben, cleo, evidence('fred', ['sre'])].map((person) => asks(person, benSaidYes)),
    ).toEqual([false, true, false]);
    expect(asks(ben, given(...approved()).state())).toBe(false);
  });

  it('says where it can be approved, when that is elsewhere', () => {
    const story: Story = { rule: { surfaces: ['console'] } };
    const operation = given(...waiting(story)).state();
    const onSlack = evidence('ben', ['sre'], 'slack/main');
    expect(JSON.stringify(home(onSlack, [operation]))).toContain('approve on console');
    expect(JSON.stringify(home(ben, [operation]))).not.toContain('approve on');
  });

  it('is bounded, and counts what it leaves out', () => {
    const many = Array.from({ length: 250 }, (_, index) =>
      incident(`inc-${index}`, 'warning', index),
    );
    const plans = Array.from({ length: 30 }, (_, index) => ({ ...waits, id: `op-${index}` }));
    const card = home(ben, plans, many);
    expect(cardText(card)).toContain('and 230 more');
    expect(cardText(card)).toContain('and 20 more');
    expect(card.actions).toHaveLength(5);
    expect(card.menu?.options).toHaveLength(20);
  });
});
