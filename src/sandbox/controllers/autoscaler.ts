// The HorizontalPodAutoscaler: looks every 15 s, keeps the target between its bounds, follows the
// load that was set for it, and keeps its hands off a target scaled to 0. It has no stabilisation
// window: a load that falls is followed at the next look.

import { timestamp } from '../clock.ts';
import { numberAt } from '../json.ts';
import type { Deployment, HorizontalPodAutoscaler, ReplicaSet, StatefulSet } from '../objects.ts';
import { resourceOfKind } from '../resources.ts';
import type { Controller, ControllerContext } from './context.ts';
import { setCondition } from './deployment-status.ts';

export type Loads = {
  /** Utilisation in percent; nothing set: exactly what the autoscaler aims at. */
  of(namespace: string, name: string): number | undefined;
};

type Scaled = Deployment | StatefulSet | ReplicaSet;
type Verdict = { replicas: number; reason: string; wanted?: number };

export function autoscalerController(context: ControllerContext, loads: Loads): Controller {
  const { store, timing } = context;
  return {
    resource: 'horizontalpodautoscalers',
    wakeMs: timing.autoscalerMs,
    sync(namespace, name) {
      const autoscaler = store.get('horizontalpodautoscalers', namespace, name);
      if (!autoscaler) return undefined;
      look(context, autoscaler, loads.of(namespace, name));
      return timing.autoscalerMs;
    },
  };
}

function look(
  context: ControllerContext,
  autoscaler: HorizontalPodAutoscaler,
  load: number | undefined,
): void {
  const { store, clock, events } = context;
  const target = targetOf(context, autoscaler);
  const now = clock.now();
  const verdict = target && judge(autoscaler, target, load);
  const current = target?.spec.replicas ?? 0;
  const rescales = target !== undefined && verdict !== undefined && verdict.replicas !== current;
  if (rescales) {
    resize(context, target, verdict.replicas);
    const message = `New size: ${verdict.replicas}; reason: ${verdict.reason}`;
    events(autoscaler, {
      reason: 'SuccessfulRescale',
      message,
      component: 'horizontal-pod-autoscaler',
    });
  }
  store.update('horizontalpodautoscalers', autoscaler, (draft) => {
    const status = draft.status;
    status.desiredReplicas = verdict?.replicas ?? 0;
    if (target) status.currentReplicas = numberAt(target.status, 'replicas') ?? 0;
    if (rescales) status.lastScaleTime = timestamp(now);
    if (target) status.currentMetrics = [metricOf(load ?? aimOf(draft))];
    describe(draft, { now, target, verdict, rescales });
    for (const condition of status.conditions ?? []) delete condition.lastUpdateTime;
  });
}

/** Bounds first, as the real one: only between them do metrics count. */
function judge(
  { spec }: HorizontalPodAutoscaler,
  target: Scaled,
  load: number | undefined,
): Verdict | undefined {
  const { replicas } = target.spec;
  if (replicas === 0) return undefined;
  if (replicas > spec.maxReplicas) {
    return {
      replicas: spec.maxReplicas,
      reason: 'Current number of Replicas above Spec.MaxReplicas',
    };
  }
  if (replicas < spec.minReplicas) {
    return {
      replicas: spec.minReplicas,
      reason: 'Current number of Replicas below Spec.MinReplicas',
    };
  }
  const aim = aimOf({ spec });
  const ratio = (load ?? aim) / aim;
  // The tolerance of 10 % keeps the size: https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/
  const wanted = Math.abs(ratio - 1) <= 0.1 ? replicas : Math.ceil(replicas * ratio);
  const bounded = Math.min(spec.maxReplicas, Math.max(spec.minReplicas, wanted));
  const reason =
    bounded > replicas
      ? 'cpu resource utilization (percentage of request) above target'
      : 'All metrics below target';
  return { replicas: bounded, reason, wanted };
}

function describe(
  draft: HorizontalPodAutoscaler,
  seen: {
    now: number;
    target: Scaled | undefined;
    verdict: Verdict | undefined;
    rescales: boolean;
  },
): void {
  const { now, target, verdict, rescales } = seen;
  const { kind, name } = draft.spec.scaleTargetRef;
  if (!target) {
    const message = `the HPA controller was unable to get the target's current scale: ${kind.toLowerCase()}s.apps "${name}" not found`;
    setCondition(draft.status, now, {
      type: 'AbleToScale',
      status: 'False',
      reason: 'FailedGetScale',
      message,
    });
    return;
  }
  setCondition(draft.status, now, {
    type: 'AbleToScale',
    status: 'True',
    reason: rescales ? 'SucceededRescale' : verdict ? 'ReadyForNewScale' : 'SucceededGetScale',
    message: rescales
      ? `the HPA controller was able to update the target scale to ${verdict?.replicas}`
      : verdict
        ? 'recommended size matches current size'
        : "the HPA controller was able to get the target's current scale",
  });
  setCondition(draft.status, now, {
    type: 'ScalingActive',
    status: verdict ? 'True' : 'False',
    reason: verdict ? 'ValidMetricFound' : 'ScalingDisabled',
    message: verdict
      ? 'the HPA was able to successfully calculate a replica count from cpu resource utilization (percentage of request)'
      : 'scaling is disabled since the replica count of the target is zero',
  });
  if (verdict?.wanted !== undefined) limit(draft, now, verdict.wanted);
}

function limit(draft: HorizontalPodAutoscaler, now: number, wanted: number): void {
  const { minReplicas, maxReplicas } = draft.spec;
  const type = 'ScalingLimited';
  if (wanted > maxReplicas) {
    const message = 'the desired replica count is more than the maximum replica count';
    setCondition(draft.status, now, { type, status: 'True', reason: 'TooManyReplicas', message });
  } else if (wanted < minReplicas) {
    const message = 'the desired replica count is less than the minimum replica count';
    setCondition(draft.status, now, { type, status: 'True', reason: 'TooFewReplicas', message });
  } else {
    const message = 'the desired count is within the acceptable range';
    setCondition(draft.status, now, {
      type,
      status: 'False',
      reason: 'DesiredWithinRange',
      message,
    });
  }
}

function targetOf(
  { store }: ControllerContext,
  { spec, metadata }: HorizontalPodAutoscaler,
): Scaled | undefined {
  const { kind, name } = spec.scaleTargetRef;
  const { namespace = '' } = metadata;
  const resource = resourceOfKind(kind)?.name;
  if (resource !== 'deployments' && resource !== 'statefulsets' && resource !== 'replicasets') {
    return undefined;
  }
  return store.get(resource, namespace, name);
}

function resize({ store }: ControllerContext, target: Scaled, replicas: number): void {
  const { namespace = '', name } = target.metadata;
  const resource = resourceOfKind(target.kind)?.name;
  if (resource !== 'deployments' && resource !== 'statefulsets' && resource !== 'replicasets')
    return;
  const held = store.get(resource, namespace, name);
  if (!held) return;
  store.update<typeof resource>(resource, held, (draft) => {
    draft.spec.replicas = replicas;
  });
}

function aimOf({ spec }: Pick<HorizontalPodAutoscaler, 'spec'>): number {
  const [metric] = spec.metrics ?? [];
  return numberAt(metric, 'resource', 'target', 'averageUtilization') ?? 80;
}

function metricOf(percent: number) {
  const current = { averageUtilization: percent, averageValue: `${percent}m` };
  return { type: 'Resource', resource: { name: 'cpu', current } };
}
