import type { OperationState } from '../operation/operation.ts';
import type { Action, Block, Card } from './card.ts';
import { approvalAddress, type OperationCardContext, operationCard } from './operation-card.ts';
import { personSpan } from './words.ts';

/**
 * What an approver is written: the plan whole. Nothing keeps a message in step with what happens afterwards, so its
 * buttons open the plan anew, and what is pressed there counts.
 */
export function askCard(state: OperationState, context: OperationCardContext): Card {
  const card = operationCard(state, context);
  const requester = state.asked?.requester.person ?? '';
  return {
    ...card,
    key: `ask/${state.id}`,
    title: [personSpan(requester, context), ' asks for your approval: ', ...card.title],
    blocks: [...card.blocks, ...ways(state, context)],
    actions: actionsOf(state, requester),
  };
}

function ways({ id, rule }: OperationState, { publicUrl }: OperationCardContext): readonly Block[] {
  const url = publicUrl ? approvalAddress(publicUrl, id) : '';
  const where = rule?.surfaces ? [`Approvals count on ${rule.surfaces.join(', ')}. `] : [];
  const link = url === '' ? [] : [{ kind: 'link', text: 'Open it in the console', url } as const];
  return where.length + link.length === 0 ? [] : [{ kind: 'text', text: [...where, ...link] }];
}

function actionsOf({ id, asked }: OperationState, requester: string): readonly Action[] {
  const incident = asked?.incident ?? '';
  return [
    {
      key: 'view',
      label: 'Open the plan to approve or decline',
      style: 'primary',
      press: { kind: 'view', operation: id },
    },
    {
      key: 'mute',
      label: 'Write me no more about their requests today',
      style: 'plain',
      press: { kind: 'line', line: `mute ${requester} for=8h`, incident },
    },
  ];
}
