import type { TargetRef } from '../core/ports/step.ts';
import { type Path, sayPath } from './error.ts';
import type { TargetScope } from './targets.ts';

/** Where a service lives in a target that is used as a whole (`telemetry: { prometheus: prom }`): there is nothing to write. */
export function wholeOf(why: string) {
  return (
    written: unknown,
    path: Path,
    { report }: TargetScope,
  ): Pick<TargetRef, 'locator' | 'bounds'> | undefined => {
    const [key] = Object.keys(typeof written === 'object' && written !== null ? written : {});
    if (key === undefined) return { locator: {}, bounds: {} };
    const what = `${sayPath([...path, key])} is no key`;
    report.error([...path, key], { what, why, instead: 'take it out' });
    return undefined;
  };
}
