// Speaks to the cluster of a kubeconfig, in a namespace of its own that is deleted afterwards.

import { readFileSync } from 'node:fs';
import { type RequestOptions, request } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'yaml';
import type { Answer, KubernetesUnderTest } from './kubernetes-api.ts';

export async function connectRealCluster(path: string): Promise<KubernetesUnderTest> {
  const { server, options, token } = readKubeconfig(path);
  function send(
    method: string,
    where: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const identity = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const named = 'authorization' in headers;
    // A client certificate would speak louder than the token a test wants refused.
    const credentials = named ? { ca: options.ca } : options;
    const sent = { ...identity, 'content-type': 'application/json', ...headers };
    return exchange(new URL(where, server), { ...credentials, method, headers: sent }, body);
  }
  const namespace = `tocsin-contract-${Date.now().toString(36)}`;
  const made = await send('POST', '/api/v1/namespaces', { metadata: { name: namespace } });
  if (made.code !== 201) throw new Error(`cannot create namespace ${namespace}: ${made.text}`);
  return {
    namespace,
    request: send,
    pass: (ms) => sleep(ms),
    stop: async () => {
      await send('DELETE', `/api/v1/namespaces/${namespace}`);
    },
  };
}

type Credentials = Record<string, string | undefined>;
type Named<Key extends string, Value> = { name: string } & { [K in Key]: Value };
type Kubeconfig = {
  'current-context': string;
  contexts: Named<'context', { cluster: string; user: string }>[];
  clusters: Named<'cluster', Credentials>[];
  users: Named<'user', Credentials>[];
};

function readKubeconfig(path: string) {
  const config: Kubeconfig = parse(readFileSync(path, 'utf8'));
  const context = named(config.contexts, config['current-context']).context;
  const cluster = named(config.clusters, context.cluster).cluster;
  const user = named(config.users, context.user).user;
  if (user['exec']) throw new Error('the contract suite takes a token or a client certificate');
  const options: RequestOptions = {
    ca: content(cluster, 'certificate-authority'),
    cert: content(user, 'client-certificate'),
    key: content(user, 'client-key'),
  };
  return { server: String(cluster['server']), options, token: user['token'] };
}

function named<Entry extends { name: string }>(list: Entry[], name: string): Entry {
  const found = list.find((each) => each.name === name);
  if (!found) throw new Error(`the kubeconfig names ${name}, which it does not hold`);
  return found;
}

function content(holder: Credentials, key: string): string | undefined {
  const inline = holder[`${key}-data`];
  if (inline) return Buffer.from(inline, 'base64').toString();
  const path = holder[key];
  return path ? readFileSync(path, 'utf8') : undefined;
}

function exchange(url: URL, options: RequestOptions, body: unknown): Promise<Answer> {
  const text = body === undefined ? '' : JSON.stringify(body);
  // Node sends the body of a DELETE without a length unless it is given one.
  const headers = { ...options.headers, 'content-length': Buffer.byteLength(text) };
  return new Promise((resolve, reject) => {
    const sent = request(url, { ...options, headers, timeout: 30_000 }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const answer = Buffer.concat(chunks).toString();
        const parsed = answer.startsWith('{') ? JSON.parse(answer) : {};
        resolve({ code: response.statusCode ?? 0, text: answer, body: parsed });
      });
    });
    sent.on('timeout', () => sent.destroy(new Error(`no answer from ${url.host} in 30 s`)));
    sent.on('error', reject);
    sent.end(text);
  });
}
