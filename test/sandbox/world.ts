// A sandbox under a virtual clock, and a client that speaks to it over HTTP.

import {
  type Sandbox,
  type SandboxOptions,
  type SandboxRole,
  startSandbox,
  type VirtualClock,
  virtualClock,
} from '../../src/sandbox/index.ts';
import { isObject, type JsonObject } from '../../src/sandbox/json.ts';

export type Reply = { code: number; body: JsonObject; text: string; headers: Headers };
export type Ask = {
  method?: string;
  body?: unknown;
  as?: SandboxRole;
  token?: string;
  headers?: Record<string, string>;
  signal?: AbortSignal;
};

export type World = {
  clock: VirtualClock;
  sandbox: Sandbox;
  ask(path: string, ask?: Ask): Promise<Reply>;
  stop(): Promise<void>;
};

export async function startWorld(options: SandboxOptions = {}): Promise<World> {
  const clock = virtualClock();
  const sandbox = await startSandbox({ clock, seed: 7, ...options });
  return {
    clock,
    sandbox,
    async ask(path, { method = 'GET', body, as = 'admin', token, headers = {}, signal } = {}) {
      const response = await fetch(sandbox.url + path, {
        method,
        headers: {
          authorization: `Bearer ${token ?? sandbox.token(as)}`,
          'content-type': 'application/json',
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(signal === undefined ? {} : { signal }),
      });
      const text = await response.text();
      const parsed: unknown = text.startsWith('{') ? JSON.parse(text) : {};
      return {
        code: response.status,
        text,
        body: isObject(parsed) ? parsed : {},
        headers: response.headers,
      };
    },
    stop: () => sandbox.close(),
  };
}

export const merge = { 'content-type': 'application/merge-patch+json' };
export const strategic = { 'content-type': 'application/strategic-merge-patch+json' };
export const jsonPatch = { 'content-type': 'application/json-patch+json' };

export function deploymentPath(name: string, namespace = 'shop'): string {
  return `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`;
}
