import { createHash } from 'node:crypto';
import { type Agent, Agent as PlainAgent } from 'node:http';
import { type RequestOptions, Agent as SecureAgent } from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';
import { maskedShort } from '../../core/masker.ts';
import { ProblemError, problem } from '../../core/problem.ts';
import type { CredentialConfig } from './schema.ts';

export interface Authority {
  readonly server: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly options: RequestOptions & { readonly agent?: Agent };
}

/** Whoever a kubeconfig says we are. Tokens and certificates are asked for before every request, so that they renew. */
export interface Credential {
  /** Loads what it needs of our own machine, which is no matter of a request's deadline. */
  prepare(): Promise<void>;
  authority(): Promise<Authority>;
  /** After a 401, or a plugin that does not end: reads the file again and asks the plugin again. */
  renew(): void;
  close(): void;
}

export function openCredential(config: CredentialConfig, target: string): Credential {
  let loading: Promise<KubeConfig> | undefined;
  /** One question at a time: a plugin is a process, and ten requests at once must not start ten. */
  let asking: Promise<Authority> | undefined;
  let agent: { readonly of: string; readonly agent: Agent } | undefined;

  async function authority(): Promise<Authority> {
    loading ??= load(config);
    const kube = await loading;
    const cluster = kube.getCurrentCluster();
    if (!cluster) throw new Error('the kubeconfig names no current cluster');
    const options: RequestOptions = {};
    // The library caches one agent per user and keeps an expired client certificate in it; ours is made anew when
    // the material changes. Only through a proxy its agent is used, which knows how to tunnel.
    await kube.applyToHTTPSOptions(options);
    const { headers, auth, agent: theirs, ...tls } = options;
    return {
      server: new URL(cluster.server),
      headers: { ...plainHeaders(headers), ...basic(auth) },
      options: { ...tls, agent: cluster.proxyUrl ? proxied(theirs) : ours(cluster.server, tls) },
    };
  }

  function ours(server: string, tls: RequestOptions): Agent {
    const of = fingerprint(tls);
    if (agent?.of !== of) {
      agent?.agent.destroy();
      const options = { keepAlive: true, maxSockets: 16, scheduling: 'lifo' as const };
      agent = {
        of,
        agent: server.startsWith('http:')
          ? new PlainAgent(options)
          : new SecureAgent({ ...options, ...tls } as ConstructorParameters<typeof SecureAgent>[0]),
      };
    }
    return agent.agent;
  }

  return {
    async prepare() {
      await library();
    },
    async authority() {
      const asked = asking ?? authority();
      asking = asked;
      try {
        return await asked;
      } catch (error) {
        loading = undefined;
        const why = maskedShort(error instanceof Error ? error.message : 'unknown error');
        throw new ProblemError(problem('K8S_CREDENTIALS', { cluster: target, why }));
      } finally {
        if (asking === asked) asking = undefined;
      }
    },
    renew() {
      loading = undefined;
      asking = undefined;
    },
    close() {
      agent?.agent.destroy();
      agent = undefined;
    },
  };
}

/** Loaded on first need: from the sources it costs 85 MB and half a second, from the bundle 35 MB. */
function library(): Promise<typeof import('./kube-config.ts')> {
  return import('./kube-config.ts');
}

async function load(config: CredentialConfig): Promise<KubeConfig> {
  const { KubeConfig } = await library();
  const kube = new KubeConfig();
  if (config.kind === 'in-cluster') kube.loadFromCluster();
  else if (config.kind === 'kubeconfig') kube.loadFromFile(config.path);
  else {
    kube.loadFromClusterAndUser(
      {
        name: 'cluster',
        server: config.server,
        skipTLSVerify: false,
        ...(config.ca === undefined ? {} : { caData: Buffer.from(config.ca).toString('base64') }),
      },
      { name: 'user', ...(config.token === undefined ? {} : { token: config.token }) },
    );
  }
  if (config.kind === 'kubeconfig' && config.context !== undefined) {
    if (!kube.getContextObject(config.context)) {
      const names = kube.getContexts().map((context) => context.name);
      throw new Error(`no context ${config.context}; the file has ${names.join(', ') || 'none'}`);
    }
    kube.setCurrentContext(config.context);
  }
  const { proxy } = config;
  kube.clusters = kube.clusters.map((cluster) => ({
    ...cluster,
    // There is nothing to verify on plain HTTP, and the library refuses it otherwise.
    skipTLSVerify: cluster.skipTLSVerify || cluster.server.startsWith('http:'),
    ...(proxy === undefined ? {} : { proxyUrl: cluster.proxyUrl ?? proxy }),
  }));
  return kube;
}

function plainHeaders(headers: RequestOptions['headers']): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers ?? {})) {
    // A token read from a file ends in a newline more often than not.
    if (value !== undefined) kept[name.toLowerCase()] = String(value).trim();
  }
  return kept;
}

function basic(auth: string | null | undefined): Record<string, string> {
  return auth ? { authorization: `Basic ${Buffer.from(auth).toString('base64')}` } : {};
}

function proxied(agent: RequestOptions['agent']): Agent {
  if (agent === undefined || typeof agent === 'boolean') throw new Error('the proxy has no agent');
  return agent;
}

function fingerprint(tls: RequestOptions): string {
  const hash = createHash('sha256');
  for (const part of [tls.ca, tls.cert, tls.key, tls.pfx, tls.servername]) {
    hash.update(Buffer.isBuffer(part) || typeof part === 'string' ? part : '').update('\0');
  }
  return hash.update(String(tls.rejectUnauthorized)).digest('hex');
}
