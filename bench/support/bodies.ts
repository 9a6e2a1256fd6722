/** Alertmanager bodies (version 4) whose every alert is new: made once, then patched in place before each send. */
export interface BodyMaker {
  readonly alerts: number;
  readonly bytes: number;
  /** The head of the request and the next body; the buffer is the connection's own until its answer came. */
  next(connection: number): Buffer;
  /** The group a connection last spoke of, as its `groupKey` names it. */
  readonly groups: number;
}

export interface BodyOptions {
  readonly alerts: number;
  /** How many bodies speak of one group before the connection goes on to another. */
  readonly bodiesPerGroup: number;
  readonly connections: number;
  readonly path: string;
  readonly bearer: string;
  /** Told apart between runs against one server, so that no alert comes twice. */
  readonly run: number;
}

interface Template {
  readonly buffer: Buffer;
  /** Where each alert's own 16 digits stand. */
  readonly alerts: readonly (readonly number[])[];
  readonly group: readonly number[];
}

const digits = 16;

export function bodyMaker(options: BodyOptions): BodyMaker {
  const { connections, bodiesPerGroup } = options;
  const template = templateOf(options);
  const own = Array.from({ length: connections }, () => Buffer.from(template.buffer));
  const sent = new Array<number>(connections).fill(0);
  let alert = options.run * 2 ** 36;
  let group = options.run * 2 ** 36;
  const first = group;
  return {
    alerts: options.alerts,
    bytes: template.buffer.length,
    get groups() {
      return group - first;
    },
    next(connection) {
      const buffer = own[connection] ?? template.buffer;
      const turn = sent[connection] ?? 0;
      sent[connection] = turn + 1;
      if (turn % bodiesPerGroup === 0) {
        group += 1;
        write(buffer, template.group, group);
      }
      for (const places of template.alerts) {
        alert += 1;
        write(buffer, places, alert);
      }
      return buffer;
    },
  };
}

function write(buffer: Buffer, places: readonly number[], value: number): void {
  const text = value.toString(16).padStart(digits, '0');
  for (const place of places) buffer.write(text, place, 'latin1');
}

function templateOf({ alerts, path, bearer }: BodyOptions): Template {
  const marks = Array.from({ length: alerts }, (_, index) => `~alert${index}~`.padEnd(digits, '~'));
  const group = '~group~'.padEnd(digits, '~');
  const body = JSON.stringify(bodyOf(group, marks));
  const head = [
    `POST ${path} HTTP/1.1`,
    'host: 127.0.0.1',
    'user-agent: Alertmanager/0.28.1',
    `authorization: Bearer ${bearer}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    '',
    '',
  ].join('\r\n');
  const buffer = Buffer.from(head + body, 'latin1');
  return {
    buffer,
    alerts: marks.map((mark) => placesOf(buffer, mark)),
    group: placesOf(buffer, group),
  };
}

function placesOf(buffer: Buffer, mark: string): readonly number[] {
  const places: number[] = [];
  for (let at = buffer.indexOf(mark); at >= 0; at = buffer.indexOf(mark, at + 1)) places.push(at);
  return places;
}

/** What kube-prometheus sends for a crash-looping workload: labels, annotations and addresses of the usual length. */
function bodyOf(group: string, marks: readonly string[]): unknown {
  const startsAt = new Date(Date.now() - 60_000).toISOString();
  const labels = {
    alertname: 'KubePodCrashLooping',
    cluster: 'eu-1',
    container: 'checkout',
    namespace: `shop-${group}`,
    prometheus: 'monitoring/k8s',
    severity: 'critical',
    uid: '7d5f2a0e-2c4b-4b59-9a0e-0d6f5c1f7a11',
  };
  const annotations = {
    runbook_url: 'https://runbooks.example.com/runbooks/kubernetes/kubepodcrashlooping',
    summary: 'Pod is crash looping.',
  };
  return {
    receiver: 'tocsin',
    status: 'firing',
    alerts: marks.map((mark) => ({
      status: 'firing',
      labels: { ...labels, pod: `checkout-${mark}` },
      annotations: {
        description: `Pod shop/checkout-${mark} (checkout) is in waiting state (reason: "CrashLoopBackOff").`,
        ...annotations,
      },
      startsAt,
      endsAt: '0001-01-01T00:00:00Z',
      generatorURL:
        'http://prometheus.example.com/graph?g0.expr=max_over_time%28kube_pod_container_status_waiting_reason%7Breason%3D%22CrashLoopBackOff%22%7D%5B5m%5D%29+%3E%3D+1&g0.tab=1',
      fingerprint: mark,
    })),
    groupLabels: { alertname: labels.alertname, namespace: labels.namespace },
    commonLabels: labels,
    commonAnnotations: annotations,
    externalURL: 'http://alertmanager.example.com',
    version: '4',
    groupKey: `{}/{team="shop"}:{alertname="KubePodCrashLooping", namespace="${labels.namespace}"}`,
    truncatedAlerts: 0,
  };
}
