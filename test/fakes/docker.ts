import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

export interface FakeContainer {
  running: boolean;
  policy: { Name: string; MaximumRetryCount: number };
  autoRemove: boolean;
  labels: Record<string, string>;
  /** Signals it was sent, in order. */
  readonly signals: string[];
}

export interface FakeDocker {
  readonly url: string;
  readonly containers: Record<string, FakeContainer>;
  /** The engine ends and comes up again: what its policies say is started. */
  restart(): void;
  /** The next request whose path holds this is answered so. */
  refuse(path: string, status: number, message: string): void;
  /** The next request whose path holds this takes effect, and is not answered. */
  lose(path: string): void;
  close(): Promise<void>;
}

const api = '1.41';

/**
 * An engine as far as it is asked, by the rules of its API: a version above its own is refused, a policy that does not
 * exist and retries without `on-failure` too, a stop of what is stopped answers 304.
 * https://docs.docker.com/reference/api/engine/version/v1.41/
 */
export async function startFakeDocker(names: readonly string[]): Promise<FakeDocker> {
  const containers: Record<string, FakeContainer> = Object.fromEntries(
    names.map((name) => [
      name,
      {
        running: true,
        policy: { Name: 'unless-stopped', MaximumRetryCount: 0 },
        autoRemove: false,
        labels: {},
        signals: [],
      },
    ]),
  );
  const refusals: { path: string; status: number; message: string }[] = [];
  const losses: string[] = [];

  async function answer(request: IncomingMessage, reply: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://docker');
    if (url.pathname === '/_ping') {
      reply.writeHead(200, { 'api-version': api }).end('OK');
      return;
    }
    const refusal = refusals.findIndex(({ path }) => url.pathname.includes(path));
    const [refused] = refusal < 0 ? [] : refusals.splice(refusal, 1);
    if (refused) return said(reply, refused.status, { message: refused.message });
    const [, version = '', name = '', verb = ''] =
      /^\/v([\d.]+)\/containers\/([^/]+)\/(\w+)$/.exec(url.pathname) ?? [];
    if (Number(version.split('.')[1]) > Number(api.split('.')[1])) {
      const message = `client version ${version} is too new. Maximum supported API version is ${api}`;
      return said(reply, 400, { message });
    }
    const container = containers[name];
    if (!container) return said(reply, 404, { message: `No such container: ${name}` });
    const body = await textOf(request);
    const { status, told } = done(container, { verb, body, url });
    const loss = losses.findIndex((path) => url.pathname.includes(path));
    if (loss >= 0) {
      losses.splice(loss, 1);
      reply.destroy();
      return;
    }
    said(reply, status, told);
  }

  const server = createServer((request, reply) => void answer(request, reply));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    containers,
    restart() {
      for (const each of Object.values(containers)) {
        const wasRunning = each.running;
        each.running =
          each.policy.Name === 'always' || (wasRunning && each.policy.Name === 'unless-stopped');
      }
    },
    refuse: (path, status, message) => refusals.push({ path, status, message }),
    lose: (path) => losses.push(path),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

interface Asked {
  readonly verb: string;
  readonly body: string;
  readonly url: URL;
}

function done(
  container: FakeContainer,
  { verb, body, url }: Asked,
): { status: number; told?: object } {
  if (verb === 'json') {
    const told = {
      Id: 'a'.repeat(64),
      State: { Running: container.running },
      HostConfig: { RestartPolicy: container.policy, AutoRemove: container.autoRemove },
      Config: { Labels: container.labels },
    };
    return { status: 200, told };
  }
  if (verb === 'update') return updated(container, JSON.parse(body));
  if (verb === 'stop') {
    if (!container.running) return { status: 304 };
    container.signals.push(url.searchParams.get('signal') ?? 'SIGTERM');
    container.running = false;
    return { status: 204 };
  }
  if (verb !== 'start') return { status: 404, told: { message: 'page not found' } };
  const status = container.running ? 304 : 204;
  container.running = true;
  return { status };
}

function updated(
  container: FakeContainer,
  { RestartPolicy: policy }: { RestartPolicy: FakeContainer['policy'] },
): { status: number; told: object } {
  const known = ['no', 'always', 'unless-stopped', 'on-failure'].includes(policy.Name);
  const isIdle = policy.MaximumRetryCount > 0 && policy.Name !== 'on-failure';
  if (!known) return { status: 400, told: { message: `invalid restart policy: ${policy.Name}` } };
  if (isIdle) {
    return {
      status: 400,
      told: { message: `maximum retry count cannot be used with restart policy '${policy.Name}'` },
    };
  }
  if (container.autoRemove && policy.Name !== 'no') {
    return {
      status: 400,
      told: {
        message: 'Restart policy cannot be updated because AutoRemove is enabled for the container',
      },
    };
  }
  container.policy = policy;
  return { status: 200, told: { Warnings: null } };
}

function said(reply: ServerResponse, status: number, told?: object): void {
  reply.writeHead(status, { 'content-type': 'application/json' });
  reply.end(told === undefined ? undefined : JSON.stringify(told));
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}
