// Who may do what: a table of bearer tokens, each a user with RBAC rules. Rules only add.

import { randomBytes } from 'node:crypto';
import { type Resource, resources } from './resources.ts';
import { forbidden, StatusError } from './status.ts';

export type RbacRule = {
  verbs: string[];
  apiGroups: string[];
  /** `deployments`, `deployments/scale`, `*`. */
  resources: string[];
  /** Absent: every namespace and the cluster scope. */
  namespaces?: string[];
  resourceNames?: string[];
};

export type SandboxUser = { name: string; token: string; groups?: string[]; rules: RbacRule[] };

export type Access = {
  verb: string;
  group: string;
  resource: string;
  subresource?: string | undefined;
  namespace?: string | undefined;
  name?: string | undefined;
};

export type SandboxRole = 'read' | 'write' | 'admin';

export function defaultUsers(): Record<SandboxRole, SandboxUser> {
  return {
    read: user('tocsin-read', readRules()),
    write: user('tocsin-write', [...readRules(), ...writeRules()]),
    admin: user('sandbox-admin', [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }]),
  };
}

export function authenticate(
  users: Iterable<SandboxUser>,
  authorization: string | undefined,
): SandboxUser | undefined {
  const token = /^Bearer\s+(\S+)$/i.exec(authorization ?? '')?.[1];
  if (token === undefined) return undefined;
  for (const candidate of users) if (candidate.token === token) return candidate;
  return undefined;
}

export function allowed(who: SandboxUser, access: Access): boolean {
  return who.rules.some((rule) => grants(rule, access));
}

export function demand(who: SandboxUser, resource: Resource, access: Access): void {
  if (allowed(who, access)) return;
  throw forbidden(
    { name: resource.name, group: resource.group },
    access.name ?? '',
    refusal(who, access),
  );
}

export function forbiddenPath(who: SandboxUser, verb: string, path: string): StatusError {
  return new StatusError({
    code: 403,
    reason: 'Forbidden',
    message: `forbidden: User "${who.name}" cannot ${verb} path "${path}"`,
    details: {},
  });
}

function refusal(who: SandboxUser, access: Access): string {
  const { subresource, namespace } = access;
  const what = subresource ? `${access.resource}/${subresource}` : access.resource;
  const where = namespace ? `in the namespace "${namespace}"` : 'at the cluster scope';
  return `User "${who.name}" cannot ${access.verb} resource "${what}" in API group "${access.group}" ${where}`;
}

function grants(rule: RbacRule, access: Access): boolean {
  const what = access.subresource ? `${access.resource}/${access.subresource}` : access.resource;
  const names = rule.resourceNames;
  const namespaces = rule.namespaces;
  return (
    includes(rule.verbs, access.verb) &&
    includes(rule.apiGroups, access.group) &&
    (includes(rule.resources, what) || rule.resources.includes(`*/${access.subresource}`)) &&
    (namespaces === undefined || namespaces.includes(access.namespace ?? '')) &&
    (names === undefined || names.includes(access.name ?? ''))
  );
}

function includes(list: string[], value: string): boolean {
  return list.includes('*') || list.includes(value);
}

function user(name: string, rules: RbacRule[]): SandboxUser {
  const groups = ['system:serviceaccounts', 'system:authenticated'];
  return { name, token: randomBytes(24).toString('base64url'), groups, rules };
}

function readRules(): RbacRule[] {
  const all = Object.values(resources);
  const groups = [...new Set(all.map((resource) => resource.group))];
  const names = all.flatMap((resource) => [
    resource.name,
    ...resource.subresources.map((subresource) => `${resource.name}/${subresource}`),
  ]);
  return [{ verbs: ['get', 'list', 'watch'], apiGroups: groups, resources: names }];
}

function writeRules(): RbacRule[] {
  return [
    {
      verbs: ['update', 'patch'],
      apiGroups: ['apps'],
      resources: [
        'deployments',
        'deployments/scale',
        'statefulsets',
        'statefulsets/scale',
        'daemonsets',
      ],
    },
    {
      verbs: ['update', 'patch'],
      apiGroups: ['autoscaling'],
      resources: ['horizontalpodautoscalers'],
    },
    { verbs: ['patch'], apiGroups: [''], resources: ['services'] },
    { verbs: ['delete'], apiGroups: [''], resources: ['pods'] },
    { verbs: ['create'], apiGroups: ['batch'], resources: ['jobs'] },
  ];
}
