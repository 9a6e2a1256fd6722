// What containers have printed, and pods/NAME/log over it.

import type { Pod } from './objects.ts';
import { badRequest } from './status.ts';
import type { Store } from './store.ts';

export type LogLine = { at: number; text: string };

export type LogSource = {
  /** The run that is up or was last; `previous` is the one before the last restart. */
  lines(pod: { uid: string }, container: string, previous: boolean): LogLine[] | undefined;
};

export function readLog(
  { store, logs }: { store: Store; logs: LogSource },
  { namespace, name }: { namespace: string; name: string },
  query: URLSearchParams,
): string {
  const pod = store.get('pods', namespace, name);
  if (!pod) return '';
  const container = chooseContainer(pod, query.get('container'));
  const previous = query.get('previous') === 'true';
  refuseUnlessStarted(pod, container, previous);
  const all = logs.lines(pod.metadata, container, previous);
  if (previous && !all) {
    throw badRequest(`previous terminated container "${container}" in pod "${name}" not found`);
  }
  const since = Number(query.get('sinceSeconds') ?? 0);
  const oldest = since > 0 ? store.clock.now() - since * 1000 : 0;
  const tail = query.get('tailLines');
  const recent = (all ?? []).filter((line) => line.at >= oldest);
  const shown = tail === null ? recent : recent.slice(Math.max(0, recent.length - Number(tail)));
  const stamped = query.get('timestamps') === 'true';
  return shown
    .map((line) => `${stamped ? `${new Date(line.at).toISOString()} ` : ''}${line.text}\n`)
    .join('');
}

function chooseContainer(pod: Pod, named: string | null): string {
  const names = pod.spec.containers.map((container) => container.name);
  if (named !== null && named !== '') {
    if (names.includes(named)) return named;
    throw badRequest(`container ${named} is not valid for pod ${pod.metadata.name}`);
  }
  const [only] = names;
  if (names.length === 1 && only !== undefined) return only;
  throw badRequest(
    `a container name must be specified for pod ${pod.metadata.name}, choose one of: [${names.join(' ')}]`,
  );
}

function refuseUnlessStarted(pod: Pod, container: string, previous: boolean): void {
  const status = pod.status.containerStatuses?.find((each) => each.name === container);
  const waiting = status?.state.waiting;
  if (previous || (status && status.restartCount > 0) || (status && !waiting)) return;
  const reason = waiting?.reason ?? 'ContainerCreating';
  const why =
    reason === 'ImagePullBackOff' || reason === 'ErrImagePull'
      ? 'trying and failing to pull image'
      : reason;
  throw badRequest(
    `container "${container}" in pod "${pod.metadata.name}" is waiting to start: ${why}`,
  );
}
