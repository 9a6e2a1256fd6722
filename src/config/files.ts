import { isAbsolute, normalize } from 'node:path';
import type { FilesConfig } from './config.ts';
import { type Path, sayPath } from './error.ts';
import { filesTarget } from './files-schema.ts';
import { errorsOf } from './issue.ts';
import type { TargetScope } from './targets.ts';

/** `targets.<name>.files`. Undefined when it was refused. */
export function readFilesTarget(
  name: string,
  written: unknown,
  { document, report }: TargetScope,
): FilesConfig | undefined {
  const path: Path = ['targets', name, 'files'];
  const parsed = filesTarget.safeParse(written);
  if (!parsed.success) {
    report.add(errorsOf(parsed.error.issues, { document, path }));
    return undefined;
  }
  const { exclude, at_most: bytesMax } = parsed.data;
  const paths = parsed.data.paths.map((each) => normalize(each).replace(/(?<=.)\/+$/, ''));
  for (const [index, each] of paths.entries()) {
    const at = [...path, 'paths', index];
    const what = `${sayPath(at)} is ${each}`;
    const other = paths.find(
      (one, before) => (before < index && one === each) || each.startsWith(`${one}/`),
    );
    if (!isAbsolute(each) || each === '/') {
      const why = 'a folder or file of the machine is named from its root, and is not all of it';
      report.error(at, { what, why, instead: 'write for example /etc/checkout' });
    } else if (other !== undefined) {
      const why = `${other} has it already, and it would be copied twice`;
      report.error(at, { what, why, instead: 'name the outer one only' });
    }
  }
  for (const [index, pattern] of exclude.entries()) {
    if (!pattern.startsWith('/')) continue;
    report.error([...path, 'exclude', index], {
      what: `${sayPath([...path, 'exclude', index])} is ${pattern}`,
      why: 'patterns with a slash fit the way below a path, which begins with none: it would have no effect',
      instead: `write ${pattern.replace(/^\/+/, '')}, or a pattern without a slash`,
    });
  }
  return { target: name, paths, exclude, bytesMax };
}
