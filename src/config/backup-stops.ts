import type { BackupRule } from '../core/backup/rule.ts';
import type { Catalog } from '../core/catalog.ts';
import { didYouMean, type Path, sayList } from './error.ts';
import type { Report } from './report.ts';

/** What this build stops and starts around a restore. */
const able: readonly string[] = ['kubernetes'];

/** The services of `stops:`, each with what runs it in the environment that is restored. */
export function readStops(
  written: readonly string[] | undefined,
  environment: string,
  {
    path,
    report,
    catalog: { services },
  }: { readonly path: Path; readonly report: Report; readonly catalog: Catalog },
): Pick<BackupRule, 'stops'> {
  if (!written) return {};
  const stops = written.flatMap((name, index) => {
    const here = [...path, 'stops', index];
    const refused = (why: string, instead: string) => {
      report.error(here, { what: `stops of backups[${path[1]}] names ${name}`, why, instead });
      return [];
    };
    if (written.indexOf(name) !== index) return refused('it is named twice', 'name it once');
    const service = services.find((each) => each.name === name);
    if (!service) {
      const names = services.map((each) => each.name);
      return refused('there is no service of that name', didYouMean(name, names, 'take it out'));
    }
    const workload = service.environments.find((each) => each.name === environment)?.targets[
      'workload'
    ];
    if (!workload) {
      return refused(
        `it has no workload in ${environment}`,
        'write workload: { … } there, or take it out',
      );
    }
    if (!able.includes(workload.integration)) {
      const why = `it runs on ${workload.integration}, and this build stops what runs on ${sayList(able)}`;
      return refused(why, 'take it out, and stop it by hand before a restore');
    }
    if (workload.locator['daemonset'] !== undefined) {
      return refused(
        'a DaemonSet runs one pod on each node and cannot be stopped so',
        'take it out',
      );
    }
    return [{ service: name, workload }];
  });
  return stops.length > 0 ? { stops } : {};
}
