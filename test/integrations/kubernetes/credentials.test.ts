import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request as forward } from 'node:http';
import { type AddressInfo, connect as dial } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProblemError } from '../../../src/core/problem.ts';
import { readClient, writeClient } from '../../../src/integrations/kubernetes/client.ts';
import { openConnection } from '../../../src/integrations/kubernetes/connection.ts';
import { openCredential } from '../../../src/integrations/kubernetes/credentials.ts';
import type {
  CredentialConfig,
  KubernetesConfig,
} from '../../../src/integrations/kubernetes/schema.ts';
import { type Sandbox, startSandbox } from '../../../src/sandbox/index.ts';

const tls = {
  key: readFileSync('test/fixtures/tls/server-key.pem', 'utf8'),
  cert: readFileSync('test/fixtures/tls/server.pem', 'utf8'),
};
const closers: (() => unknown)[] = [];
let folder = '';
let sandbox: Sandbox;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tocsin-kubeconfig-'));
  sandbox = await startSandbox({ tls });
  closers.push(() => sandbox.close());
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  rmSync(folder, { recursive: true });
});

function open(read: CredentialConfig, more: Partial<KubernetesConfig> = {}) {
  const bounds = { timeoutMs: 3_000, bytesMax: 1_000_000, landsWithinMs: 90_000 };
  const config = { target: 'eu-1', read, ...bounds, ...more };
  const credential = openCredential(read, 'eu-1');
  const connection = openConnection(config, credential, {
    clock: { now: () => 0 },
    log: { warn: () => undefined },
  });
  closers.push(() => connection.close());
  return {
    reader: readClient(connection, config),
    writer: writeClient(connection),
    version: async () => (await readClient(connection, config).get('/version'))['major'],
  };
}

/** A kubeconfig file with these changes of the sandbox's own. */
function kubeconfig(change: (config: Kubeconfig) => void = () => undefined): string {
  const config = sandbox.kubeconfig('read') as unknown as Kubeconfig;
  const copy = structuredClone(config);
  change(copy);
  const path = join(folder, 'config');
  writeFileSync(path, JSON.stringify(copy));
  return path;
}

interface Kubeconfig {
  users: { user: Record<string, unknown> }[];
  clusters: { cluster: Record<string, unknown> }[];
}

describe('a kubeconfig', () => {
  it('brings server, private CA and token', async () => {
    expect(await open({ kind: 'kubeconfig', path: kubeconfig() }).version()).toBe('1');
  });

  it('without the private CA is not trusted', async () => {
    const path = kubeconfig(({ clusters }) => {
      delete clusters[0]?.cluster['certificate-authority-data'];
    });
    const asked = open({ kind: 'kubeconfig', path }).version();
    await expect(asked).rejects.toMatchObject({ problem: { code: 'K8S_UNREACHABLE' } });
    await expect(asked).rejects.toThrow(/self-signed/);
  });

  it('with a context it does not have names those it has', async () => {
    const asked = open({ kind: 'kubeconfig', path: kubeconfig(), context: 'eu-9' }).version();
    await expect(asked).rejects.toMatchObject({
      problem: { code: 'K8S_CREDENTIALS', facts: { why: 'no context eu-9; the file has sandbox' } },
    });
  });

  it('that is not there is a problem, and of a write one that changed nothing', async () => {
    const { version, writer } = open({ kind: 'kubeconfig', path: join(folder, 'none') });
    await expect(version()).rejects.toMatchObject({ problem: { code: 'K8S_CREDENTIALS' } });
    expect((await writer.put('/x', {})).outcome).toBe('refused');
  });

  it('is read again when its token is no longer accepted', async () => {
    const path = kubeconfig(({ users }) => {
      if (users[0]) users[0].user['token'] = 'expired';
    });
    const { version } = open({ kind: 'kubeconfig', path });
    await expect(version()).rejects.toMatchObject({ problem: { code: 'K8S_UNAUTHORIZED' } });
    kubeconfig();
    expect(await version()).toBe('1');
  });
});

describe('connections', () => {
  it('are kept while the TLS material is the same, and made anew when it changes', async () => {
    const credential = openCredential({ kind: 'kubeconfig', path: kubeconfig() }, 'eu-1');
    closers.push(() => credential.close());
    const agent = async () => (await credential.authority()).options.agent;
    const first = await agent();
    expect(await agent()).toBe(first);
    credential.renew();
    expect(await agent()).toBe(first);
    kubeconfig(({ clusters }) => {
      delete clusters[0]?.cluster['certificate-authority-data'];
    });
    credential.renew();
    expect(await agent()).not.toBe(first);
  });
});

describe('an exec plugin', () => {
  function plugin(script: string): CredentialConfig {
    const path = join(folder, 'plugin.mjs');
    writeFileSync(path, script);
    const exec = {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: process.execPath,
      args: [path],
    };
    return {
      kind: 'kubeconfig',
      path: kubeconfig(({ users }) => {
        if (users[0]) users[0].user = { exec };
      }),
    };
  }

  it('brings the token', async () => {
    const token = sandbox.token('read');
    const { version } = open(
      plugin(`console.log(JSON.stringify({ status: { token: '${token}' } }))`),
    );
    expect(await version()).toBe('1');
  });

  it('is asked once by requests that come together', async () => {
    const token = sandbox.token('read');
    const log = join(folder, 'asked');
    const { version } = open(
      plugin(`
        import { appendFileSync } from 'node:fs';
        appendFileSync(${JSON.stringify(log)}, 'x');
        console.log(JSON.stringify({ status: { token: '${token}' } }));
      `),
    );
    expect(await Promise.all([version(), version(), version()])).toEqual(['1', '1', '1']);
    expect(readFileSync(log, 'utf8')).toBe('x');
  });

  it('that fails is a problem without its secrets', async () => {
    const asked = open(
      plugin('console.error("token=canary-1 expired"); process.exit(3)'),
    ).version();
    await expect(asked).rejects.toMatchObject({ problem: { code: 'K8S_CREDENTIALS' } });
    await expect(asked).rejects.not.toThrow(/canary/);
  });

  it('that never ends does not hang a request', async () => {
    const { version } = open(plugin('setTimeout(() => undefined, 8_000)'), { timeoutMs: 1500 });
    await expect(version()).rejects.toMatchObject({ problem: { code: 'K8S_TIMEOUT' } });
    // Nor the next one, which does not wait for the plugin that hangs.
    plugin(`console.log(JSON.stringify({ status: { token: '${sandbox.token('read')}' } }))`);
    expect(await patient(version)).toBe('1');
  });
});

/** A process takes longer to start on a busy machine than a request may take here. */
async function patient(ask: () => Promise<unknown>): Promise<unknown> {
  for (let turn = 0; turn < 20; turn += 1) {
    const found = await ask().catch(() => undefined);
    if (found !== undefined) return found;
  }
  return undefined;
}

describe('a proxy', () => {
  it('is used for what goes to the cluster', async () => {
    const tunnels: string[] = [];
    const proxy = createServer((asked, answer) => {
      const { headers, method = 'GET', url = '' } = asked;
      tunnels.push(url);
      asked.pipe(forward(url, { method, headers }, (reply) => reply.pipe(answer)));
    });
    proxy.on('connect', (asked, socket, head) => {
      tunnels.push(asked.url ?? '');
      const [host, port] = (asked.url ?? '').split(':');
      const upstream = dial(Number(port), host, () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        upstream.write(head);
        upstream.pipe(socket).pipe(upstream);
      });
      upstream.on('error', () => socket.destroy());
      socket.on('error', () => upstream.destroy());
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    closers.push(() => {
      proxy.closeAllConnections();
      proxy.close();
    });
    const { port } = proxy.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}`;
    expect(await open({ kind: 'kubeconfig', path: kubeconfig(), proxy: url }).version()).toBe('1');
    expect(tunnels).toEqual([`127.0.0.1:${sandbox.port}`]);
  });
});

describe('a server and a token', () => {
  it('work with the CA given as text', async () => {
    const { url, token } = sandbox;
    const { version } = open({ kind: 'server', server: url, token: token('read'), ca: tls.cert });
    expect(await version()).toBe('1');
  });

  it('outside a cluster, in_cluster is a problem and no crash', async () => {
    const asked = open({ kind: 'in-cluster' }).version();
    await expect(asked).rejects.toBeInstanceOf(ProblemError);
  });
});
