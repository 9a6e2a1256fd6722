// Records core/v1 Events; the same thing said again raises the count, as the real recorder does.

import { timestamp } from '../clock.ts';
import type { AnyObject, KubeEvent } from '../objects.ts';
import type { Store } from '../store.ts';

export type EventNote = {
  type?: 'Normal' | 'Warning';
  reason: string;
  message: string;
  component: string;
};

export type EventRecorder = (about: AnyObject, note: EventNote) => void;

/** https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/ keeps 1 h. */
const keepMs = 3_600_000;
const keepAtMost = 2000;

export function createEventRecorder(store: Store): EventRecorder {
  const recent = new Map<string, string>();
  const order: KubeEvent[] = [];

  function forgetOld(): void {
    const oldest = store.clock.now() - keepMs;
    while (order.length > 0) {
      const [first] = order;
      if (!first) return;
      const expired = Date.parse(first.metadata.creationTimestamp) < oldest;
      if (!expired && order.length <= keepAtMost) return;
      order.shift();
      store.remove('events', first);
    }
  }

  return (about, { type = 'Normal', reason, message, component }) => {
    const { name, namespace = 'default', uid, resourceVersion } = about.metadata;
    const now = timestamp(store.clock.now());
    const key = [uid, type, reason, message, component].join('\n');
    const held = store.get('events', namespace, recent.get(key) ?? '');
    if (held) {
      store.update('events', held, (draft) => {
        draft.count += 1;
        draft.lastTimestamp = now;
      });
      return;
    }
    const identity = store.identity();
    const event: KubeEvent = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: {
        name: `${name}.${identity.uid.replaceAll('-', '').slice(0, 16)}`,
        namespace,
        ...identity,
      },
      involvedObject: {
        apiVersion: about.apiVersion,
        kind: about.kind,
        name,
        namespace,
        uid,
        resourceVersion,
      },
      reason,
      message,
      type,
      count: 1,
      firstTimestamp: now,
      lastTimestamp: now,
      eventTime: null,
      source: { component },
      reportingComponent: component,
      reportingInstance: '',
    };
    recent.set(key, event.metadata.name);
    order.push(event);
    store.put('events', event);
    forgetOld();
  };
}
