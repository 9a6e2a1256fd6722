// The shapes of the objects the controllers work on. Objects enter as JSON through the API, are
// validated and defaulted there, and are read through these types afterwards; fields that the
// sandbox does not know are kept as they came.

import type { Json, JsonObject } from './json.ts';

export type Labels = Record<string, string>;

export type OwnerReference = {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
};

export type ManagedField = {
  manager: string;
  operation: 'Update' | 'Apply';
  apiVersion: string;
  time: string;
  fieldsType: 'FieldsV1';
  fieldsV1: JsonObject;
  subresource?: string;
};

export type Meta = {
  name: string;
  generateName?: string;
  namespace?: string;
  uid: string;
  resourceVersion: string;
  generation?: number;
  creationTimestamp: string;
  deletionTimestamp?: string;
  deletionGracePeriodSeconds?: number;
  labels?: Labels;
  annotations?: Labels;
  ownerReferences?: OwnerReference[];
  managedFields?: ManagedField[];
};

export type KubeObject = { apiVersion: string; kind: string; metadata: Meta };

export type SelectorRequirement = { key: string; operator: string; values?: string[] };
export type LabelSelector = {
  matchLabels?: Labels;
  matchExpressions?: SelectorRequirement[];
};

export type Container = {
  name: string;
  image: string;
  env?: JsonObject[];
  args?: string[];
  command?: string[];
  ports?: JsonObject[];
  resources?: JsonObject;
};
export type PodSpec = {
  containers: Container[];
  initContainers?: Container[];
  nodeName?: string;
  restartPolicy?: 'Always' | 'OnFailure' | 'Never';
};
export type PodTemplate = {
  metadata?: { labels?: Labels; annotations?: Labels };
  spec: PodSpec;
};

export type Condition = {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  reason?: string;
  message?: string;
  lastTransitionTime: string;
  lastUpdateTime?: string;
};

export type Quantity = number | string;

export type DeploymentStatus = {
  observedGeneration?: number;
  replicas?: number;
  updatedReplicas?: number;
  readyReplicas?: number;
  availableReplicas?: number;
  unavailableReplicas?: number;
  conditions?: Condition[];
  collisionCount?: number;
};
export type Deployment = KubeObject & {
  spec: {
    replicas: number;
    selector: LabelSelector;
    template: PodTemplate;
    strategy: {
      type: 'RollingUpdate' | 'Recreate';
      rollingUpdate?: { maxSurge: Quantity; maxUnavailable: Quantity };
    };
    minReadySeconds?: number;
    revisionHistoryLimit?: number;
    progressDeadlineSeconds?: number;
    paused?: boolean;
  };
  status: DeploymentStatus;
};

export type ReplicaSet = KubeObject & {
  spec: {
    replicas: number;
    selector: LabelSelector;
    template: PodTemplate;
    minReadySeconds?: number;
  };
  status: {
    replicas: number;
    fullyLabeledReplicas?: number;
    readyReplicas?: number;
    availableReplicas?: number;
    observedGeneration?: number;
  };
};

export type StatefulSet = KubeObject & {
  spec: {
    replicas: number;
    selector: LabelSelector;
    serviceName?: string;
    template: PodTemplate;
    podManagementPolicy: 'OrderedReady' | 'Parallel';
    updateStrategy: {
      type: 'RollingUpdate' | 'OnDelete';
      rollingUpdate?: { partition?: number; maxUnavailable?: Quantity };
    };
    revisionHistoryLimit: number;
    minReadySeconds?: number;
  };
  status: {
    observedGeneration?: number;
    replicas: number;
    readyReplicas?: number;
    currentReplicas?: number;
    updatedReplicas?: number;
    availableReplicas: number;
    currentRevision?: string;
    updateRevision?: string;
    collisionCount?: number;
  };
};

export type DaemonSet = KubeObject & {
  spec: {
    selector: LabelSelector;
    template: PodTemplate;
    updateStrategy: {
      type: 'RollingUpdate' | 'OnDelete';
      rollingUpdate?: { maxUnavailable: Quantity; maxSurge?: Quantity };
    };
    revisionHistoryLimit: number;
    minReadySeconds?: number;
  };
  status: {
    currentNumberScheduled: number;
    numberMisscheduled: number;
    desiredNumberScheduled: number;
    numberReady: number;
    observedGeneration?: number;
    updatedNumberScheduled?: number;
    numberAvailable?: number;
    numberUnavailable?: number;
  };
};

export type ControllerRevision = KubeObject & { revision: number; data: JsonObject };

export type ContainerState = {
  waiting?: { reason: string; message?: string };
  running?: { startedAt: string };
  terminated?: {
    exitCode: number;
    reason: string;
    startedAt: string;
    finishedAt: string;
    containerID: string;
  };
};
export type ContainerStatus = {
  name: string;
  image: string;
  imageID: string;
  ready: boolean;
  started: boolean;
  restartCount: number;
  state: ContainerState;
  lastState: ContainerState;
  containerID?: string;
};
export type PodCondition = {
  type: string;
  status: 'True' | 'False';
  reason?: string;
  message?: string;
  lastProbeTime: null;
  lastTransitionTime: string;
};
export type Pod = KubeObject & {
  spec: PodSpec;
  status: {
    phase: 'Pending' | 'Running' | 'Succeeded' | 'Failed';
    conditions?: PodCondition[];
    containerStatuses?: ContainerStatus[];
    hostIP?: string;
    podIP?: string;
    podIPs?: { ip: string }[];
    qosClass: string;
    startTime?: string;
  };
};

export type KubeEvent = KubeObject & {
  involvedObject: {
    apiVersion: string;
    kind: string;
    name: string;
    namespace: string;
    uid: string;
    resourceVersion: string;
  };
  reason: string;
  message: string;
  type: 'Normal' | 'Warning';
  count: number;
  firstTimestamp: string;
  lastTimestamp: string;
  eventTime: null;
  source: { component: string };
  reportingComponent: string;
  reportingInstance: string;
};

export type HorizontalPodAutoscaler = KubeObject & {
  spec: {
    scaleTargetRef: { apiVersion?: string; kind: string; name: string };
    minReplicas: number;
    maxReplicas: number;
    metrics?: JsonObject[];
  };
  status: {
    currentReplicas?: number;
    desiredReplicas: number;
    observedGeneration?: number;
    lastScaleTime?: string;
    currentMetrics?: Json;
    conditions?: Condition[];
  };
};

export type JobSpec = {
  parallelism: number;
  completions: number;
  backoffLimit: number;
  activeDeadlineSeconds?: number;
  suspend?: boolean;
  selector?: LabelSelector;
  template: PodTemplate;
};
export type Job = KubeObject & {
  spec: JobSpec;
  status: {
    active?: number;
    succeeded?: number;
    failed?: number;
    ready?: number;
    startTime?: string;
    completionTime?: string;
    conditions?: Condition[];
  };
};
export type CronJob = KubeObject & {
  spec: {
    schedule: string;
    suspend: boolean;
    concurrencyPolicy: 'Allow' | 'Forbid' | 'Replace';
    jobTemplate: { metadata?: { labels?: Labels; annotations?: Labels }; spec: JobSpec };
  };
  status: { lastScheduleTime?: string; lastSuccessfulTime?: string };
};

export type Namespace = KubeObject & {
  spec: { finalizers?: string[] };
  status: { phase: 'Active' | 'Terminating' };
};
export type Node = KubeObject & { spec: JsonObject; status: JsonObject };

export type Service = KubeObject & {
  spec: {
    type: 'ClusterIP' | 'ExternalName' | 'LoadBalancer' | 'NodePort';
    selector?: Labels;
    ports?: JsonObject[];
    publishNotReadyAddresses?: boolean;
  };
  status: JsonObject;
};

export type Endpoint = {
  addresses: string[];
  conditions: { ready: boolean; serving: boolean; terminating: boolean };
  nodeName?: string;
  targetRef: { kind: 'Pod'; namespace: string; name: string; uid: string };
};
export type EndpointSlice = KubeObject & {
  addressType: 'IPv4';
  endpoints: Endpoint[];
  ports: JsonObject[];
};

export type Kinds = {
  namespaces: Namespace;
  nodes: Node;
  pods: Pod;
  events: KubeEvent;
  deployments: Deployment;
  replicasets: ReplicaSet;
  statefulsets: StatefulSet;
  daemonsets: DaemonSet;
  controllerrevisions: ControllerRevision;
  horizontalpodautoscalers: HorizontalPodAutoscaler;
  jobs: Job;
  cronjobs: CronJob;
  services: Service;
  endpointslices: EndpointSlice;
};
export type ResourceName = keyof Kinds;
export type AnyObject = Kinds[ResourceName];

/** The one place where JSON becomes a typed object: after validation and defaulting. */
export function typed<K extends ResourceName>(_resource: K, value: JsonObject): Kinds[K] {
  return value as unknown as Kinds[K];
}

/** The way back, for answers and patches. */
export function untyped(value: KubeObject): JsonObject {
  return value as unknown as JsonObject;
}
