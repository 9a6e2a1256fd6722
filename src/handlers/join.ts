import { isExpired, isPending } from '../core/operation/decide.ts';
import { canonical } from '../core/operation/hash.ts';
import type { OperationState } from '../core/operation/operation.ts';
import { judge } from '../core/operation/policy.ts';
import type { Asking, OperationCommand, Subject } from './command.ts';
import type { Telling } from './desk.ts';
import { argumentsOf, questionOf } from './judgement.ts';

/**
 * The operation of somebody else that waits for the very same, which this request joins: it is no second plan, and no
 * approval. Undefined where there is none, where another plan is meant, and where the policy lets them ask for nothing.
 */
export async function joins(
  command: OperationCommand,
  asked: Asking,
  subject: Subject,
  telling: Telling,
): Promise<OperationState | undefined> {
  const { desk, by, at, line } = asked;
  if (asked.args['another'] !== undefined) return undefined;
  const same = desk
    .liveOperations()
    .find((operation) => isSame(operation, command, asked, subject));
  if (!same) return undefined;
  const question = { ...questionOf(command, asked, subject), targets: subject.targets };
  if (!judge(desk.settings.policy, question).allowed) return undefined;
  const reason = String(asked.args['reason'] ?? '');
  const cause = `${telling.cause}/joins`;
  await desk.tellOperation(
    same.id,
    { type: 'JoinRequest', at, by, line, reason },
    { ...telling, cause },
  );
  return same;
}

function isSame(
  operation: OperationState,
  { name }: OperationCommand,
  asked: Asking,
  { service, environment, undoes }: Subject,
): boolean {
  const { asked: before, judged } = operation;
  return (
    before !== undefined &&
    judged !== undefined &&
    isPending(operation) &&
    !isExpired(operation, asked.at) &&
    before.requester.person !== asked.by.person &&
    before.verb === name &&
    before.service === service &&
    before.environment === environment &&
    before.undoes === undoes &&
    canonical(judged.args) === canonical(argumentsOf(asked))
  );
}
