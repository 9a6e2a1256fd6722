import { maskedShort } from '../../core/masker.ts';
import { type Facts, type Problem, problem } from '../../core/problem.ts';
import type { HttpReply } from './http.ts';
import { at, list, record, text } from './json.ts';

export interface CallContext {
  readonly cluster: string;
  readonly verb: string;
  readonly path: string;
}

/** A reply that is not a success, as a problem. Messages of the server are masked and cut. */
export function replyProblem(reply: HttpReply, call: CallContext): Problem {
  const status = parseStatus(reply.body);
  const place = placeOf(call.path);
  const facts: Facts = { cluster: call.cluster, verb: call.verb, path: call.path };
  const why = maskedShort(status.message || `HTTP ${reply.status}`);
  switch (reply.status) {
    case 401:
      return problem('K8S_UNAUTHORIZED', { cluster: call.cluster });
    case 403:
      return status.isStatus && / cannot \w+ resource /.test(status.message)
        ? forbidden(call, status.message)
        : problem('K8S_INVALID', { cluster: call.cluster, ...place, why });
    case 404:
      return problem('K8S_NOT_FOUND', { cluster: call.cluster, ...place, near: 'nothing similar' });
    case 409:
      return problem('K8S_CONFLICT', { cluster: call.cluster, ...place });
    case 400:
    case 413:
    case 415:
    case 422:
      return problem('K8S_INVALID', { cluster: call.cluster, ...place, why });
    case 429:
      return problem('K8S_THROTTLED', {
        cluster: call.cluster,
        seconds: retryAfterSeconds(reply) ?? 1,
      });
    default:
      return problem(reply.status >= 500 ? 'K8S_SERVER_ERROR' : 'K8S_UNEXPECTED', {
        ...facts,
        status: reply.status,
        why,
      });
  }
}

export function retryAfterSeconds(reply: HttpReply): number | undefined {
  const seconds = Number.parseInt(reply.headers['retry-after'] ?? '', 10);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : undefined;
}

/** What right is missing, as the server names it, and the rule that would grant it. */
export function forbidden(call: CallContext, message: string): Problem {
  const place = placeOf(call.path);
  const said = /User "([^"]*)" cannot (\w+) resource "([^"]*)" in API group "([^"]*)"/.exec(
    message,
  );
  const right = {
    verb: said?.[2] ?? call.verb,
    resource: said?.[3] ?? String(place['resource']),
    group: said?.[4] ?? 'apps',
  };
  return problem('K8S_FORBIDDEN', {
    cluster: call.cluster,
    user: said?.[1] || 'the credential',
    verb: right.verb,
    resource: right.resource,
    namespace: String(place['namespace']),
    rule: ruleFor(right),
  });
}

export function ruleFor(right: { group: string; resource: string; verb: string }): string {
  return `apiGroups: ["${right.group}"], resources: ["${right.resource}"], verbs: ["${right.verb}"]`;
}

function placeOf(path: string): Facts {
  const [, namespace = '', resource = '', name = ''] =
    /\/namespaces\/([^/?]+)\/([^/?]+)(?:\/([^/?]+))?/.exec(path) ?? [];
  return { namespace, resource, name };
}

function parseStatus(body: string): { isStatus: boolean; message: string } {
  try {
    const value: unknown = JSON.parse(body);
    const causes = list(at(value, 'details', 'causes')).map((cause) => text(at(cause, 'message')));
    return {
      isStatus: record(value)['kind'] === 'Status',
      message: text(record(value)['message']) || causes.join('; '),
    };
  } catch {
    return { isStatus: false, message: '' };
  }
}
