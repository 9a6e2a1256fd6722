// What a body of the API holds, as far as the tests read it. A field that is not there at run time
// fails the test that reads it; nothing here is a promise of the server's.

export type Container = {
  name: string;
  image?: string;
  args?: string[];
  env?: { name: string; value: string }[];
  ports?: object[];
};

export type Template = {
  $patch?: string;
  metadata: { labels: Record<string, string> };
  spec: {
    containers: Container[];
    volumes?: { name: string; emptyDir?: object }[];
    terminationGracePeriodSeconds?: number;
  };
};

export type Status = {
  observedGeneration: number;
  replicas?: number;
  updatedReplicas?: number;
  readyReplicas?: number;
  availableReplicas?: number;
  currentRevision: string;
  updateRevision: string;
  updatedNumberScheduled?: number;
  desiredNumberScheduled: number;
  numberAvailable?: number;
  conditions?: { type: string; status: string; reason: string; message: string }[];
  containerStatuses?: { state: { waiting?: { reason: string } }; restartCount: number }[];
};

export type Body = {
  kind?: string;
  apiVersion?: string;
  message: string;
  reason: string;
  type: string;
  details: { causes: { reason: string; message: string; field: string }[] };
  groups: { name: string }[];
  items: Body[];
  metadata: {
    name: string;
    uid: string;
    resourceVersion?: string;
    generation: number;
    labels: Record<string, string>;
    annotations: Record<string, string>;
    managedFields: { manager: string }[];
    ownerReferences?: { uid: string }[];
  };
  spec: {
    replicas: number;
    minReplicas?: number;
    serviceName?: string;
    selector: { matchLabels: Record<string, string> };
    template: Template;
    containers: Container[];
  };
  status: Status;
  revision: number;
  data: { spec: { template: Template } };
};

/** What a Deployment is created from; the tests bend it before they send it. */
export type Draft = {
  apiVersion: string;
  kind: string;
  metadata: { name: string };
  spec: {
    replicas: number;
    selector: { matchLabels: Record<string, string> };
    template: Template;
  };
};

/** Fails where something is missing, not three lines later. */
export function existing<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('it is not there');
  return value;
}

export function imageOf(workload: Body): string | undefined {
  return existing(workload.spec.template.spec.containers[0]).image;
}
