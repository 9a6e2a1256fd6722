import { didYouMean, type Path, sayPath } from './error.ts';
import type { OpenReport } from './report.ts';
import type { Targets } from './targets.ts';

/** Targets that are means of another one: what turns its clients, what stops its servers, where its copies are tried. */
export function meansOf(targets: Pick<Targets, 'postgres' | 'mongodb'>): readonly Means[] {
  return [...failingOver(targets), ...trying(targets)];
}

function trying(targets: Pick<Targets, 'postgres' | 'mongodb'>): readonly Means[] {
  return (['postgres', 'mongodb'] as const).flatMap((kind) =>
    targets[kind].flatMap(({ target, scratch: name }) =>
      name === undefined ? [] : [{ kind, name, path: ['targets', target, kind, 'scratch'] }],
    ),
  );
}

function failingOver({ postgres }: Pick<Targets, 'postgres'>): readonly Means[] {
  return postgres.flatMap(({ target, repoint, fence }): readonly Means[] => {
    const path: Path = ['targets', target, 'postgres'];
    const turned = repoint.flatMap((each, index) =>
      'haproxy' in each
        ? [{ kind: 'haproxy', name: each.haproxy, path: [...path, 'repoint', index, 'haproxy'] }]
        : 'kubernetes' in each
          ? [
              {
                kind: 'kubernetes',
                name: each.kubernetes,
                path: [...path, 'repoint', index, 'kubernetes'],
              },
            ]
          : [],
    );
    if (fence === undefined || fence.by === 'command') return turned;
    return [...turned, { kind: fence.by, name: fence.target, path: [...path, 'fence', fence.by] }];
  });
}

interface Means {
  readonly kind: string;
  readonly name: string;
  readonly path: Path;
}

/** Each stands under `targets:`, and is what it is named as. */
export function checkMeans(targets: Targets, report: OpenReport): void {
  for (const { kind, name, path } of meansOf(targets)) {
    if (targets.kinds.get(name) === kind) continue;
    const known = [...targets.kinds].filter(([, other]) => other === kind).map(([each]) => each);
    report.error(path, {
      what: `${sayPath(path)} is ${JSON.stringify(name)}`,
      why: `targets has no ${kind} target of that name`,
      instead: didYouMean(name, known, `add it to targets as { ${kind}: { … } }`),
    });
  }
}
