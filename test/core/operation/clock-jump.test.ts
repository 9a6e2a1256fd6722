import { describe, expect, it } from 'vitest';
import type { OperationEvent } from '../../../src/core/operation/operation.ts';
import { operationCard } from '../../../src/core/view/operation-card.ts';
import { cardText } from '../../../src/core/view/text.ts';
import {
  approvalGiven,
  approved,
  ben,
  cleo,
  dbaAndSre,
  given,
  hashOf,
  minute,
  operationApproved,
  running,
  type Story,
  shown,
  T0,
  waiting,
} from './sample.ts';

const jump = { type: 'VoidApprovals', jumpMs: 3_600_000 } as const;
const voided = (...people: string[]): OperationEvent => ({
  type: 'ApprovalsVoided',
  v: 1,
  jumpMs: jump.jumpMs,
  people,
});
const two: Story = { rule: { places: dbaAndSre } };

describe('a jump of the clock', () => {
  it('takes back what was approved and has not begun', () => {
    const then = given(...approved())
      .when(jump)
      .then(voided('ben'));
    expect(then.state()).toMatchObject({ status: 'waiting', approvals: [], asking: [] });
    given(...waiting(two), approvalGiven(cleo, two))
      .when(jump)
      .then(voided('cleo'));
  });

  it('changes nothing where nobody approved, where it has begun, and where the glass was broken', () => {
    given(...waiting())
      .when(jump)
      .then();
    given(...running())
      .when(jump)
      .then();
    const glass: OperationEvent = {
      ...{ type: 'GlassBroken', v: 1, breaker: ben, hash: hashOf(), reason: 'alone', told: [] },
      ...{ rule: 'tocsin.yaml:41', shown },
    };
    given(...waiting(two), approvalGiven(cleo, two), glass)
      .when(jump)
      .then();
  });

  it('lets the same person approve again, and the plan begin by that', () => {
    const press = { hash: hashOf(), typed: false, shown, at: T0 + minute } as const;
    given(...approved(), voided('ben'))
      .when({ type: 'Approve', by: ben, ...press })
      .then(approvalGiven(ben), operationApproved());
  });

  it('is said on the card for as long as it waits', () => {
    const words = {
      names: new Map([['ben', 'Ben']]),
      book: {},
      alert: 'none',
      heldBy: '',
    } as const;
    const card = (...past: readonly OperationEvent[]) =>
      cardText(operationCard(given(...past).state(), words));
    expect(card(...approved(), voided('ben'))).toMatch(
      /APPROVE AGAIN: the clock of the host jumped 1 h forward at .* by Ben is\./s,
    );
    const again = [...approved(), voided('ben'), approvalGiven(ben), operationApproved()];
    expect(card(...again)).not.toContain('APPROVE AGAIN');
  });
});
