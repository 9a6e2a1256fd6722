// Scheduler and kubelet in one: binds pods to nodes, starts their containers, and lets the image
// table decide what becomes of them.

import { timestamp } from '../clock.ts';
import type { ImageBehaviour } from '../images.ts';
import type { LogLine, LogSource } from '../logs.ts';
import type { ContainerStatus, Pod } from '../objects.ts';
import type { ControllerContext } from './context.ts';
import { podConditions, startingStatuses, withContainer } from './pod-status.ts';

export type Kubelet = LogSource & { stop(): void };

type Run = { cancel: () => void; restarts: number };

export function startKubelet(context: ControllerContext): Kubelet {
  const runs = new Map<string, Run>();
  const logs = new Map<string, { current: LogLine[]; previous?: LogLine[] }>();
  const { store, clock, timing } = context;

  function later(pod: Pod, ms: number, step: (pod: Pod) => void): void {
    const run = runs.get(pod.metadata.uid) ?? { cancel: () => undefined, restarts: 0 };
    run.cancel();
    run.cancel = clock.setTimeout(() => {
      const { namespace = '', name, uid } = pod.metadata;
      const current = store.get('pods', namespace, name);
      if (current?.metadata.uid === uid) step(current);
    }, ms);
    runs.set(pod.metadata.uid, run);
  }

  function print(pod: Pod, container: string, lines: string[]): void {
    const key = `${pod.metadata.uid}/${container}`;
    const held = logs.get(key);
    const current = lines.map((text) => ({ at: clock.now(), text }));
    logs.set(key, { current, ...(held ? { previous: held.current } : {}) });
  }

  const kubelet = createSteps(context, { later, print, run: (pod) => runs.get(pod.metadata.uid) });

  const unsubscribe = store.onChange(({ type, resource, object }) => {
    if (resource !== 'pods') return;
    const pod = store.get('pods', object.metadata.namespace ?? '', object.metadata.name);
    if (type === 'ADDED' && pod) later(pod, timing.scheduleMs, kubelet.bind);
    if (type === 'DELETED') {
      runs.get(object.metadata.uid)?.cancel();
      runs.delete(object.metadata.uid);
    }
    if (type === 'MODIFIED' && pod?.metadata.deletionTimestamp && !kubelet.isEnding(pod)) {
      kubelet.end(pod);
    }
  });

  return {
    lines: (pod, container, previous) => {
      const held = logs.get(`${pod.uid}/${container}`);
      return previous ? held?.previous : held?.current;
    },
    stop() {
      unsubscribe();
      for (const run of runs.values()) run.cancel();
    },
  };
}

/** Of a Job: whoever ends well is not started again. */
function endsItself({ spec }: Pod): boolean {
  return spec.restartPolicy === 'Never' || spec.restartPolicy === 'OnFailure';
}

type Tools = {
  later(pod: Pod, ms: number, step: (pod: Pod) => void): void;
  print(pod: Pod, container: string, lines: string[]): void;
  run(pod: Pod): Run | undefined;
};

function createSteps(context: ControllerContext, { later, print, run }: Tools) {
  const { store, clock, timing, images, events } = context;
  const ending = new Set<string>();
  let nextNode = 0;
  let nextAddress = 1;

  /** The container that decides the pod's fate: the first whose image misbehaves. */
  function culprit(pod: Pod): { name: string; behaviour: ImageBehaviour } {
    const found = pod.spec.containers.map(({ name, image }) => ({
      name,
      behaviour: images.of(image),
    }));
    const misbehaves = found.find(
      ({ behaviour }) => behaviour.unpullable || behaviour.crash || behaviour.readyMs !== undefined,
    );
    return misbehaves ?? found[0] ?? { name: '', behaviour: {} };
  }

  function note(pod: Pod, reason: string, message: string, type: 'Normal' | 'Warning' = 'Normal') {
    events(pod, { type, reason, message, component: 'kubelet' });
  }

  function change(pod: Pod, name: string, edit: (status: ContainerStatus) => void): void {
    store.update('pods', pod, (draft) => withContainer(draft, name, clock.now(), edit));
  }

  function imageOf(pod: Pod, name: string): string {
    return pod.spec.containers.find((container) => container.name === name)?.image ?? '';
  }

  function bind(pod: Pod): void {
    const nodes = store.list('nodes');
    const node = pod.spec.nodeName ?? nodes[nextNode % Math.max(1, nodes.length)]?.metadata.name;
    nextNode += 1;
    nextAddress += 1;
    const podIP = `10.244.${Math.floor(nextAddress / 250) % 250}.${nextAddress % 250}`;
    const bound = store.update('pods', pod, (draft) => {
      if (node !== undefined) draft.spec.nodeName = node;
      draft.status = {
        phase: 'Pending',
        conditions: podConditions(draft, clock.now(), false),
        containerStatuses: startingStatuses(draft),
        hostIP: '127.0.0.1',
        podIP,
        podIPs: [{ ip: podIP }],
        qosClass: 'BestEffort',
        startTime: timestamp(clock.now()),
      };
    });
    const where = `${pod.metadata.namespace}/${pod.metadata.name} to ${node}`;
    const message = `Successfully assigned ${where}`;
    events(bound, { reason: 'Scheduled', message, component: 'default-scheduler' });
    later(bound, timing.pullMs, culprit(bound).behaviour.unpullable ? failPull : start);
  }

  function failPull(pod: Pod): void {
    const { name } = culprit(pod);
    const image = imageOf(pod, name);
    const why = `rpc error: code = NotFound desc = failed to pull and unpack image "${image}": not found`;
    note(pod, 'Pulling', `Pulling image "${image}"`);
    note(pod, 'Failed', `Failed to pull image "${image}": ${why}`, 'Warning');
    note(pod, 'Failed', 'Error: ErrImagePull', 'Warning');
    change(pod, name, (status) => {
      status.state = { waiting: { reason: 'ErrImagePull', message: why } };
    });
    later(pod, timing.pullErrorMs, backOffPull);
  }

  function backOffPull(pod: Pod): void {
    const { name } = culprit(pod);
    const message = `Back-off pulling image "${imageOf(pod, name)}"`;
    note(pod, 'BackOff', message, 'Normal');
    note(pod, 'Failed', 'Error: ImagePullBackOff', 'Warning');
    change(pod, name, (status) => {
      status.state = { waiting: { reason: 'ImagePullBackOff', message } };
    });
    later(pod, timing.pullRetryMs, (again) =>
      culprit(again).behaviour.unpullable ? failPull(again) : start(again),
    );
  }

  function start(pod: Pod): void {
    const { name: bad, behaviour } = culprit(pod);
    const firstStart = run(pod)?.restarts === 0;
    for (const { name, image } of pod.spec.containers) {
      if (!firstStart && name !== bad) continue;
      note(pod, 'Pulled', `Container image "${image}" already present on machine`);
      note(pod, 'Created', `Created container: ${name}`);
      note(pod, 'Started', `Started container ${name}`);
      print(pod, name, images.of(image).logs ?? [`level=info msg="serving" image="${image}"`]);
    }
    const startedAt = timestamp(clock.now());
    store.update('pods', pod, (draft) => {
      draft.status.phase = 'Running';
      for (const { name } of draft.spec.containers) {
        if (!firstStart && name !== bad) continue;
        withContainer(draft, name, clock.now(), (status) => {
          status.state = { running: { startedAt } };
          status.started = true;
          status.ready = name !== bad;
        });
      }
    });
    const { crash } = behaviour;
    const readyMs = behaviour.readyMs ?? timing.readyMs;
    if (endsItself(pod) && !crash) {
      const endsMs = behaviour.endsMs ?? (readyMs === false ? false : 1000);
      if (endsMs !== false) later(pod, endsMs, (over) => finish(over, 0));
      return;
    }
    if (readyMs !== false && !(crash && readyMs >= crash.afterMs)) later(pod, readyMs, becomeReady);
    else if (crash) later(pod, crash.afterMs, fall);
  }

  function becomeReady(pod: Pod): void {
    const { name, behaviour } = culprit(pod);
    change(pod, name, (status) => {
      status.ready = true;
    });
    const { crash, readyMs } = behaviour;
    if (crash) later(pod, crash.afterMs - (readyMs || 0), fall);
  }

  function fall(pod: Pod): void {
    const { name, behaviour } = culprit(pod);
    const { crash } = behaviour;
    const held = run(pod);
    if (!crash || !held) return;
    if (pod.spec.restartPolicy === 'Never') {
      finish(pod, crash.exitCode);
      return;
    }
    const wait = Math.min(crash.backoffMaxMs, crash.backoffMs * 2 ** held.restarts);
    held.restarts += 1;
    const who = `${pod.metadata.name}_${pod.metadata.namespace}(${pod.metadata.uid})`;
    const message = `back-off ${Math.max(1, Math.round(wait / 1000))}s restarting failed container=${name} pod=${who}`;
    note(pod, 'BackOff', `Back-off restarting failed container ${name} in pod ${who}`, 'Warning');
    change(pod, name, (status) => {
      const startedAt = status.state.running?.startedAt ?? timestamp(clock.now());
      status.lastState = {
        terminated: {
          exitCode: crash.exitCode,
          reason: 'Error',
          startedAt,
          finishedAt: timestamp(clock.now()),
          containerID: status.containerID ?? '',
        },
      };
      status.state = { waiting: { reason: 'CrashLoopBackOff', message } };
      status.ready = false;
      status.started = false;
      status.restartCount = held.restarts;
    });
    later(pod, wait, start);
  }

  /** Its containers are through, and nobody starts them again. */
  function finish(pod: Pod, exitCode: number): void {
    const finishedAt = timestamp(clock.now());
    store.update('pods', pod, (draft) => {
      draft.status.phase = exitCode === 0 ? 'Succeeded' : 'Failed';
      for (const { name } of draft.spec.containers) {
        withContainer(draft, name, clock.now(), (status) => {
          const startedAt = status.state.running?.startedAt ?? finishedAt;
          const reason = exitCode === 0 ? 'Completed' : 'Error';
          const containerID = status.containerID ?? '';
          status.state = {
            terminated: { exitCode, reason, startedAt, finishedAt, containerID },
          };
          status.ready = false;
          status.started = false;
        });
      }
    });
  }

  function end(pod: Pod): void {
    ending.add(pod.metadata.uid);
    for (const { name } of pod.spec.containers) note(pod, 'Killing', `Stopping container ${name}`);
    later(pod, timing.terminateMs, (gone) => {
      ending.delete(gone.metadata.uid);
      store.remove('pods', gone);
    });
  }

  return { bind, end, isEnding: (pod: Pod) => ending.has(pod.metadata.uid) };
}
