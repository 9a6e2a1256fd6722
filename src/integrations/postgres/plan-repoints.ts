import type { Step } from '../../core/operation/plan.ts';
import { type Shown, whole } from './plan-shown.ts';
import type { Pointed } from './repointing.ts';
import { type Address, type FileRepoint, isFile, said, type TrafficRepoint } from './schema.ts';
import { repointKind, turnKind } from './steps/kinds.ts';

/** Clients are turned one entry after the other; what fails leaves the new primary as it is. */
export function repoints(shown: Shown): readonly Step[] {
  const { reach, pointed } = shown;
  return reach.config.repoint.flatMap((config, index) => {
    const now = pointed[index];
    if (!now) return [];
    return [isFile(config) ? file(shown, config, now) : traffic(shown, config, now)];
  });
}

function file(shown: Shown, config: FileRepoint, { shown: digest, brief, from }: Pointed): Step {
  const { params, ...rest } = whole(shown);
  const reload = config.reload ? [config.reload.join(' ')] : [];
  return {
    ...rest,
    id: '',
    kind: repointKind,
    params: { ...params, file: config.file, digest },
    change: [
      { path: config.file, what: 'changed', from, to: config.line },
      ...reload.map((command) => ({ path: 'reload', what: 'added', to: command }) as const),
    ],
    preconditions: { [config.file]: brief },
    postconditions: { line: config.line },
    verify: verified(config.through, config.timeoutMs),
    onFailure: 'stop',
  };
}

function traffic(shown: Shown, config: TrafficRepoint, now: Pointed): Step {
  const { params, ...rest } = whole(shown);
  const { name, withinMs } = config.traffic;
  const primary = shown.topology.primary.node.name;
  return {
    ...rest,
    id: '',
    kind: turnKind,
    params: { ...params, traffic: name, shown: now.shown, places: now.places.join(', ') },
    change: [{ path: name, what: 'changed', from: now.from, to: config.traffic.says(primary) }],
    preconditions: { [name]: now.brief },
    postconditions: { sends: 'to the new primary alone' },
    verify: verified(config.through, withinMs),
    onFailure: 'stop',
  };
}

function verified(through: Address | undefined, timeoutMs: number): Step['verify'] {
  return {
    what: `a write of the application is taken at ${through ? said(through) : 'the new primary'}`,
    withinMs: timeoutMs + 30_000,
  };
}
