import { type Facts, type Problem, type ProblemBook, problem } from '../../core/problem.ts';
import type { HttpReply } from './http.ts';
import { at, list, record, text } from './json.ts';
import { maskedShort } from './masker.ts';

const nothing = 'Nothing was changed.';
const read = 'Nothing was changed: this only reads.';

/** Every code of this integration with its words. Facts are named in braces. */
export const problems: ProblemBook = {
  K8S_CREDENTIALS: {
    what: 'There is no usable credential for cluster {cluster}.',
    changed: nothing,
    why: '{why}',
    next: 'Look at the kubeconfig, its context and its exec plugin; `tocsin doctor` tries it again.',
  },
  K8S_NO_WRITE_CREDENTIAL: {
    what: 'Cluster {cluster} can only be looked at.',
    changed: nothing,
    why: 'Its target has no `write` credential.',
    next: 'Add `write` to the target; README of the integration lists the rights it needs.',
  },
  K8S_UNREACHABLE: {
    what: 'Cluster {cluster} could not be reached.',
    changed: nothing,
    why: '{why}',
    next: 'Check the API server and the network to it; `tocsin doctor` tries it again.',
  },
  K8S_TIMEOUT: {
    what: 'Cluster {cluster} did not answer {verb} {path}.',
    changed: 'A read changes nothing; of a write this alone does not tell.',
    why: 'No whole answer within {seconds} s.',
    next: 'Check the load of the API server; `request_timeout` of the target sets the limit.',
  },
  K8S_NO_ANSWER: {
    what: 'The answer of cluster {cluster} to {verb} {path} was lost.',
    changed: 'A read changes nothing; of a write this alone does not tell.',
    why: '{why}',
    next: 'Look at the workload and at the API server.',
  },
  K8S_TOO_LARGE: {
    what: 'The answer of cluster {cluster} to {verb} {path} is too large.',
    changed: read,
    why: 'It is longer than {bytes} bytes.',
    next: 'Raise `response_limit` of the target, or delete old revisions and events.',
  },
  K8S_CLOCK_SKEW: {
    what: 'The clock of cluster {cluster} and ours differ.',
    changed: read,
    why: 'They are {seconds} s apart.',
    next: 'Let both follow a time server.',
  },
  K8S_PAUSED_CALLS: {
    what: 'Cluster {cluster} is not asked for the moment.',
    changed: nothing,
    why: 'The last {failures} requests failed; the next try is in {seconds} s.',
    next: 'Wait for it, or look at the API server.',
  },
  K8S_UNAUTHORIZED: {
    what: 'Cluster {cluster} does not accept our credential.',
    changed: nothing,
    why: 'It answered 401: the token or certificate is unknown or has expired.',
    next: 'Renew the credential of the target.',
  },
  K8S_FORBIDDEN: {
    what: '{user} may not {verb} {resource} in namespace {namespace} of cluster {cluster}.',
    changed: nothing,
    why: 'No role grants it.',
    next: 'Add this rule to a Role bound to it there: {rule}',
  },
  K8S_NOT_FOUND: {
    what: 'There is no {resource} {name} in namespace {namespace} of cluster {cluster}.',
    changed: nothing,
    why: 'Near by: {near}.',
    next: 'Correct the name in the catalog, or the namespace.',
  },
  K8S_CONFLICT: {
    what: '{resource} {name} in namespace {namespace} changed while it was being written.',
    changed: nothing,
    why: 'The API server refused a write made for an older state.',
    next: 'Ask again.',
  },
  K8S_INVALID: {
    what: 'Cluster {cluster} does not accept the change of {resource} {name}.',
    changed: nothing,
    why: '{why}',
    next: 'Correct what it names, then ask again.',
  },
  K8S_THROTTLED: {
    what: 'Cluster {cluster} asks us to slow down.',
    changed: nothing,
    why: 'It answered 429.',
    next: 'Try again in {seconds} s.',
  },
  K8S_SERVER_ERROR: {
    what: 'Cluster {cluster} answered {verb} {path} with an error {status}.',
    changed: 'A read changes nothing; of a write this alone does not tell.',
    why: '{why}',
    next: 'Look at the API server.',
  },
  K8S_UNEXPECTED: {
    what: 'Cluster {cluster} answered {verb} {path} in a way we do not understand ({status}).',
    changed: 'A read changes nothing; of a write this alone does not tell.',
    why: '{why}',
    next: 'Check that the URL of the target is that of a Kubernetes API server.',
  },
  K8S_UNKNOWN_VERB: {
    what: 'A Kubernetes workload cannot {verb}.',
    changed: nothing,
    why: 'It can scale, restart and rollback.',
    next: 'Ask for one of them.',
  },
  K8S_BAD_ARGUMENT: {
    what: '{argument}={value} does not fit.',
    changed: nothing,
    why: 'Expected: {wanted}.',
    next: 'Correct it and ask again.',
  },
  K8S_PAUSED: {
    what: '{workload} is paused.',
    changed: nothing,
    why: 'A change of a paused workload is accepted and then nothing happens.',
    next: '`kubectl rollout resume` first, then ask again.',
  },
  K8S_NO_HISTORY: {
    what: '{workload} has no earlier revision.',
    changed: nothing,
    why: '{why}',
    next: 'Deploy a good version instead.',
  },
  K8S_REVISION_NOT_FOUND: {
    what: '{workload} has no revision {revision}.',
    changed: nothing,
    why: 'It has {revisions}. A rollback gives the revision it goes back to a new number.',
    next: 'Ask with one of these.',
  },
  K8S_ALREADY_AT_REVISION: {
    what: '{workload} already runs revision {revision}.',
    changed: nothing,
    why: 'Its template equals that revision.',
    next: 'Nothing to do; `rollback to=REVISION` names another.',
  },
  K8S_CONTROLLER_BEHIND: {
    what: 'The controller has not seen the last change of {workload}.',
    changed: nothing,
    why: 'Generation {generation} is written, {observed} is observed: which revision is the last one is not known.',
    next: 'Ask again in a moment, or name the revision with `to=`.',
  },
  K8S_IRREVERSIBLE: {
    what: 'What was done to {workload} cannot be taken back.',
    changed: nothing,
    why: 'Pods that ended do not come back.',
    next: 'Nothing to undo.',
  },
  K8S_UNDO_OVERTAKEN: {
    what: 'What was done to {workload} is no longer what stands there.',
    changed: nothing,
    why: '{field} was left as {wanted} and is {observed} now.',
    next: 'Look who changed it; ask for what should be there instead.',
  },
  K8S_REVISION_GONE: {
    what: '{workload} cannot go back to {revision}.',
    changed: nothing,
    why: 'The revision is no longer kept.',
    next: 'Deploy again to come back.',
  },
  K8S_ROUNDED_NUMBER: {
    what: '{workload} holds a number that cannot be written back exactly.',
    changed: nothing,
    why: '{field} needs more than 53 bits.',
    next: 'Roll back with kubectl.',
  },
  K8S_TO_ZERO: {
    what: '{workload} will run no replica.',
    changed: nothing,
    why: 'It was asked for 0.',
    next: 'Approve only if it may be down.',
  },
  K8S_BELOW_MIN: {
    what: '{workload} is not scaled to {replicas}.',
    changed: nothing,
    why: 'The catalog sets a minimum of {min}.',
    next: 'Ask for {min} or more, or change `min` of the service.',
  },
  K8S_ABOVE_MAX: {
    what: '{workload} is not scaled to {replicas}.',
    changed: nothing,
    why: 'The catalog sets a maximum of {max}.',
    next: 'Ask for {max} or fewer, or change `max` of the service.',
  },
  K8S_REPLICAS_ALREADY: {
    what: '{workload} is already set to {replicas}.',
    changed: nothing,
    why: 'There is nothing to scale.',
    next: 'Nothing to do.',
  },
  K8S_NOT_SCALABLE: {
    what: '{workload} cannot be scaled.',
    changed: nothing,
    why: 'A DaemonSet runs one pod on each node it selects.',
    next: 'Change its node selector instead.',
  },
  K8S_HPA_WILL_UNDO: {
    what: 'An autoscaler governs {workload}.',
    changed: nothing,
    why: '{hpa} keeps it between {min} and {max} replicas and will undo a number it does not like.',
    next: 'Change the bounds of {hpa} instead.',
  },
  K8S_HPA_DISABLED: {
    what: 'Scaling {workload} to 0 switches its autoscaler off.',
    changed: nothing,
    why: '{hpa} stays disabled until somebody scales up.',
    next: 'Remember to scale up again.',
  },
  K8S_HPA_UNKNOWN: {
    what: 'Whether an autoscaler governs {workload} could not be read.',
    changed: read,
    why: '{why}',
    next: 'Grant `list` on horizontalpodautoscalers to the read credential.',
  },
  K8S_NOT_SIMULATED: {
    what: 'The change was not simulated.',
    changed: nothing,
    why: '{why}',
    next: 'The diff is what we will send; the cluster may add to it or refuse it.',
  },
  K8S_NO_WAY_BACK: {
    what: 'This rollback cannot be undone from here.',
    changed: nothing,
    why: '{why}',
    next: 'Deploy again to come back.',
  },
  K8S_ZERO_REPLICAS: {
    what: '{workload} runs no replica.',
    changed: nothing,
    why: 'The template changes, and no pod starts.',
    next: 'Scale it up to see whether it works.',
  },
  K8S_ON_DELETE: {
    what: '{workload} replaces its pods only when they are deleted.',
    changed: nothing,
    why: 'Its update strategy is OnDelete.',
    next: 'Delete its pods one by one after the change.',
  },
  K8S_PARTITION: {
    what: '{workload} changes only {changing} of its {replicas} pods.',
    changed: nothing,
    why: 'Its update strategy holds back ordinals below {partition}.',
    next: 'Lower the partition to change the others.',
  },
  K8S_FORCED_ROLLBACK: {
    what: '{broken} pods of {workload} are not ready.',
    changed: nothing,
    why: 'A StatefulSet waits for a broken pod for ever, even when its template is good again.',
    next: 'After the rollback delete the broken pods, so that they start from the good template.',
  },
  K8S_STEP_ALREADY_APPLIED: {
    what: '{workload} already carries this step.',
    changed: 'Changed by an earlier attempt of this step.',
    why: 'Its mark is {mark}.',
    next: 'Nothing to do.',
  },
  K8S_OVERWRITTEN: {
    what: '{workload} was changed by somebody else while it rolled out.',
    changed: 'Our change was made and is no longer what stands there.',
    why: '{field} should be {wanted} and is {observed}.',
    next: 'Look who changed it: a GitOps controller undoes manual changes.',
  },
  K8S_PROGRESS_DEADLINE: {
    what: 'The rollout of {workload} does not get on.',
    changed: 'Changed: the template. {updated} of {replicas} replicas are updated.',
    why: '{why}',
    next: 'Undo it, or look at the pods.',
  },
  K8S_CRASH_LOOP: {
    what: 'Pod {pod} of {workload} keeps crashing.',
    changed: 'Changed as planned; the pods do not stay up.',
    why: 'Container {container} restarted {restarts} times; last: {last}.',
    next: 'Read its logs, then undo or mend.',
  },
  K8S_IMAGE_PULL: {
    what: 'Pod {pod} of {workload} cannot get its image.',
    changed: 'Changed as planned; the pods do not start.',
    why: '{image}: {reason}.',
    next: 'Undo it, or push the image.',
  },
  K8S_CONTAINER_CONFIG: {
    what: 'Pod {pod} of {workload} cannot start.',
    changed: 'Changed as planned; the pods do not start.',
    why: 'Container {container}: {reason}.',
    next: 'Undo it, or add what is missing.',
  },
  K8S_GONE: {
    what: '{workload} is gone.',
    changed: 'It was deleted or made anew after the change.',
    why: 'Uid {wanted} is planned, {observed} stands there.',
    next: 'Find out who deleted it.',
  },
  K8S_LOCATOR: {
    what: 'No workload is named here that Kubernetes could have.',
    changed: nothing,
    why: 'Wanted: one namespace, and one deployment, statefulset or daemonset, by their names.',
    next: 'Correct `workload:` of the service.',
  },
};

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
