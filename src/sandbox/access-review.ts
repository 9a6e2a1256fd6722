// SelfSubjectAccessReview: may the caller do this?

import type { ApiAnswer, ApiRequest } from './api.ts';
import { asText, objectAt } from './json.ts';
import { allowed, type SandboxUser } from './rbac.ts';
import { asObject, parseBody, requireJson } from './request-body.ts';
import { badRequest, methodNotAllowed } from './status.ts';

export function reviewAccess(user: SandboxUser, request: ApiRequest): ApiAnswer {
  if (request.method !== 'POST') throw methodNotAllowed();
  requireJson(request);
  const body = asObject(parseBody(request.body));
  const asked = objectAt(body, 'spec', 'resourceAttributes');
  const path = objectAt(body, 'spec', 'nonResourceAttributes');
  if (!asked && !path) {
    throw badRequest(
      'exactly one of nonResourceAttributes or resourceAttributes must be specified',
    );
  }
  const granted =
    asked === undefined ||
    allowed(user, {
      verb: asText(asked['verb']),
      group: asText(asked['group']),
      resource: asText(asked['resource']),
      subresource: asText(asked['subresource']) || undefined,
      namespace: asText(asked['namespace']) || undefined,
      name: asText(asked['name']) || undefined,
    });
  const status = granted
    ? { allowed: true, reason: `RBAC: allowed by ClusterRoleBinding "${user.name}"` }
    : { allowed: false };
  const answerBody = {
    kind: 'SelfSubjectAccessReview',
    apiVersion: 'authorization.k8s.io/v1',
    metadata: {},
    spec: objectAt(body, 'spec') ?? {},
    status,
  };
  return { code: 201, body: answerBody };
}
