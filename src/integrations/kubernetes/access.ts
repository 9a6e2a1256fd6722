import { type Problem, problem } from '../../core/problem.ts';
import type { Simulator } from './client.ts';
import { at } from './json.ts';
import { ruleFor } from './replies.ts';
import type { Locator } from './schema.ts';

export interface Right {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly name?: string;
}

const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';

/** May this credential do it? `undefined` when the server would not say. */
export async function mayI(
  simulator: Simulator,
  namespace: string,
  right: Right,
): Promise<boolean | undefined> {
  const written = await simulator.review(path, {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: { resourceAttributes: { namespace, ...right } },
  });
  if (written.outcome !== 'written') return undefined;
  const allowed = at(written.object, 'status', 'allowed');
  return typeof allowed === 'boolean' ? allowed : undefined;
}

export function missingRight(
  cluster: string,
  locator: Pick<Locator, 'namespace'>,
  right: Right & { readonly user?: string },
): Problem {
  const { group, verb } = right;
  const resource =
    right.subresource === undefined ? right.resource : `${right.resource}/${right.subresource}`;
  return problem('K8S_FORBIDDEN', {
    cluster,
    user: right.user ?? 'the write credential',
    verb,
    resource,
    namespace: locator.namespace,
    rule: ruleFor({ group, resource, verb }),
  });
}
