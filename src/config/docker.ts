import type { DockerConfig } from './config.ts';
import { dockerTarget } from './docker-schema.ts';
import { type Path, sayPath } from './error.ts';
import { errorsOf } from './issue.ts';
import type { TargetScope } from './targets.ts';

/** `targets.<name>.docker`. Undefined when it was refused. */
export function readDockerTarget(
  name: string,
  written: unknown,
  scope: TargetScope,
): DockerConfig | undefined {
  const path: Path = ['targets', name, 'docker'];
  const parsed = dockerTarget.safeParse(written);
  if (!parsed.success) {
    scope.report.add(errorsOf(parsed.error.issues, { document: scope.document, path }));
    return undefined;
  }
  const { socket, url, timeout } = parsed.data;
  const common = { target: name, timeoutMs: timeout };
  if (socket !== undefined && url === undefined) {
    return { ...common, at: { socket: scope.absolute(socket) } };
  }
  if (socket === undefined && url !== undefined) return { ...common, at: { url } };
  scope.report.error(path, {
    what: `${sayPath(path)} has ${socket === undefined ? 'no way to it' : 'two ways to it'}`,
    why: 'an engine is reached by its socket or at an address',
    instead: 'write socket: PATH, or url: URL',
  });
  return undefined;
}
