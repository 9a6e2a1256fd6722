// `/metrics` in the Prometheus text format, under the names kube-state-metrics and most services
// use, so that rules written for a real cluster fire here too.
// https://github.com/kubernetes/kube-state-metrics/tree/main/docs/metrics

import type { Deployment, HorizontalPodAutoscaler, Pod } from './objects.ts';
import type { Store } from './store.ts';
import type { Traffic } from './traffic.ts';

type Sample = { labels: Record<string, string>; value: number };
type Family = { name: string; type: 'gauge' | 'counter'; help: string; samples: Sample[] };

export function renderMetrics(store: Store, traffic: Traffic): string {
  return [
    ...deploymentFamilies(store.list('deployments')),
    ...statefulSetFamilies(store),
    ...daemonSetFamilies(store),
    ...autoscalerFamilies(store.list('horizontalpodautoscalers')),
    ...podFamilies(store.list('pods')),
    requests(traffic),
  ]
    .map(renderFamily)
    .join('');
}

function deploymentFamilies(deployments: Deployment[]): Family[] {
  function family(name: string, help: string, value: (each: Deployment) => number): Family {
    const samples = deployments.map((each) => ({
      labels: { namespace: each.metadata.namespace ?? '', deployment: each.metadata.name },
      value: value(each),
    }));
    return { name: `kube_deployment_${name}`, type: 'gauge', help, samples };
  }
  return [
    family('spec_replicas', 'Desired pods.', (each) => each.spec.replicas),
    family('status_replicas', 'Pods.', (each) => each.status.replicas ?? 0),
    family('status_replicas_ready', 'Ready pods.', (each) => each.status.readyReplicas ?? 0),
    family(
      'status_replicas_available',
      'Available pods.',
      (each) => each.status.availableReplicas ?? 0,
    ),
    family(
      'status_replicas_unavailable',
      'Unavailable pods.',
      (each) => each.status.unavailableReplicas ?? 0,
    ),
    family(
      'status_replicas_updated',
      'Pods of the current template.',
      (each) => each.status.updatedReplicas ?? 0,
    ),
    family(
      'status_observed_generation',
      'Generation seen by the controller.',
      (each) => each.status.observedGeneration ?? 0,
    ),
    family('metadata_generation', 'Generation.', (each) => each.metadata.generation ?? 0),
    conditions(deployments),
  ];
}

function conditions(deployments: Deployment[]): Family {
  const samples = deployments.flatMap(({ metadata, status }) =>
    (status.conditions ?? []).flatMap((condition) =>
      ['True', 'False', 'Unknown'].map((each) => ({
        labels: {
          namespace: metadata.namespace ?? '',
          deployment: metadata.name,
          condition: condition.type,
          status: each.toLowerCase(),
        },
        value: condition.status === each ? 1 : 0,
      })),
    ),
  );
  const help = 'Status conditions.';
  return { name: 'kube_deployment_status_condition', type: 'gauge', help, samples };
}

function statefulSetFamilies(store: Store): Family[] {
  const sets = store.list('statefulsets').map(({ metadata, spec, status }) => ({
    labels: { namespace: metadata.namespace ?? '', statefulset: metadata.name },
    spec: spec.replicas,
    ready: status.readyReplicas ?? 0,
  }));
  return [
    {
      name: 'kube_statefulset_replicas',
      type: 'gauge',
      help: 'Desired pods.',
      samples: sets.map(({ labels, spec }) => ({ labels, value: spec })),
    },
    {
      name: 'kube_statefulset_status_replicas_ready',
      type: 'gauge',
      help: 'Ready pods.',
      samples: sets.map(({ labels, ready }) => ({ labels, value: ready })),
    },
  ];
}

function daemonSetFamilies(store: Store): Family[] {
  const sets = store.list('daemonsets').map(({ metadata, status }) => ({
    labels: { namespace: metadata.namespace ?? '', daemonset: metadata.name },
    desired: status.desiredNumberScheduled,
    unavailable: status.numberUnavailable ?? 0,
  }));
  return [
    {
      name: 'kube_daemonset_status_desired_number_scheduled',
      type: 'gauge',
      help: 'Nodes that should run the pod.',
      samples: sets.map(({ labels, desired }) => ({ labels, value: desired })),
    },
    {
      name: 'kube_daemonset_status_number_unavailable',
      type: 'gauge',
      help: 'Nodes without an available pod.',
      samples: sets.map(({ labels, unavailable }) => ({ labels, value: unavailable })),
    },
  ];
}

function autoscalerFamilies(autoscalers: HorizontalPodAutoscaler[]): Family[] {
  function family(name: string, value: (each: HorizontalPodAutoscaler) => number): Family {
    const samples = autoscalers.map((each) => ({
      labels: {
        namespace: each.metadata.namespace ?? '',
        horizontalpodautoscaler: each.metadata.name,
      },
      value: value(each),
    }));
    const help = 'Bounds and size of the autoscaler.';
    return { name: `kube_horizontalpodautoscaler_${name}`, type: 'gauge', help, samples };
  }
  return [
    family('spec_min_replicas', (each) => each.spec.minReplicas),
    family('spec_max_replicas', (each) => each.spec.maxReplicas),
    family('status_desired_replicas', (each) => each.status.desiredReplicas),
  ];
}

function podFamilies(pods: Pod[]): Family[] {
  const containers = pods.flatMap((pod) =>
    (pod.status.containerStatuses ?? []).map((status) => ({
      status,
      labels: {
        namespace: pod.metadata.namespace ?? '',
        pod: pod.metadata.name,
        container: status.name,
      },
    })),
  );
  const waiting = containers.flatMap(({ status, labels }) => {
    const reason = status.state.waiting?.reason;
    return reason === undefined ? [] : [{ labels: { ...labels, reason }, value: 1 }];
  });
  const phases = pods.map((pod) => ({
    labels: {
      namespace: pod.metadata.namespace ?? '',
      pod: pod.metadata.name,
      phase: pod.status.phase,
    },
    value: 1,
  }));
  return [
    {
      name: 'kube_pod_status_phase',
      type: 'gauge',
      help: 'The phase a pod is in.',
      samples: phases,
    },
    {
      name: 'kube_pod_container_status_restarts_total',
      type: 'counter',
      help: 'Restarts of a container.',
      samples: containers.map(({ status, labels }) => ({ labels, value: status.restartCount })),
    },
    {
      name: 'kube_pod_container_status_waiting_reason',
      type: 'gauge',
      help: 'Why a container waits.',
      samples: waiting,
    },
    {
      name: 'kube_pod_container_status_ready',
      type: 'gauge',
      help: 'Whether a container is ready.',
      samples: containers.map(({ status, labels }) => ({ labels, value: status.ready ? 1 : 0 })),
    },
  ];
}

function requests(traffic: Traffic): Family {
  const samples = traffic.totals().map(({ namespace, service, code, count }) => ({
    labels: { namespace, service, code },
    value: count,
  }));
  return { name: 'http_requests_total', type: 'counter', help: 'Requests by answer.', samples };
}

function renderFamily({ name, type, help, samples }: Family): string {
  const lines = samples.map(({ labels, value }) => {
    const pairs = Object.entries(labels).map(([key, text]) => `${key}=${JSON.stringify(text)}`);
    return `${name}{${pairs.join(',')}} ${value}\n`;
  });
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`;
}
