import type { HaproxyConfig } from './config.ts';
import { type Path, sayPath } from './error.ts';
import { haproxyTarget } from './haproxy-schema.ts';
import { errorsOf } from './issue.ts';
import type { TargetScope } from './targets.ts';

/** `targets.<name>.haproxy`. Undefined when it was refused. */
export function readHaproxyTarget(
  name: string,
  written: unknown,
  scope: TargetScope,
): HaproxyConfig | undefined {
  const path: Path = ['targets', name, 'haproxy'];
  const parsed = haproxyTarget.safeParse(written);
  if (!parsed.success) {
    scope.report.add(errorsOf(parsed.error.issues, { document: scope.document, path }));
    return undefined;
  }
  const instances = Object.entries(parsed.data.instances);
  if (instances.length === 0) {
    scope.report.error([...path, 'instances'], {
      what: `${sayPath([...path, 'instances'])} names no HAProxy`,
      why: 'there is nothing to turn',
      instead: 'write for example { lb-1: { socket: /run/haproxy/admin.sock } }',
    });
  }
  return {
    target: name,
    timeoutMs: parsed.data.timeout,
    instances: instances.flatMap(([instance, { socket, address }]): HaproxyConfig['instances'] => {
      if (socket !== undefined && address === undefined) {
        return [{ name: instance, at: { socket: scope.absolute(socket) } }];
      }
      if (socket === undefined && address !== undefined) return [{ name: instance, at: address }];
      scope.report.error([...path, 'instances', instance], {
        what: `${sayPath([...path, 'instances', instance])} has ${socket === undefined ? 'no way to it' : 'two ways to it'}`,
        why: 'its runtime API is bound to one socket',
        instead: 'write socket: PATH, or address: HOST:PORT',
      });
      return [];
    }),
  };
}
