import { basename } from 'node:path';
import type { Catalog } from '../core/catalog.ts';
import { everything } from '../core/operation/halt.ts';
import type { FreezeWindow, Span } from '../core/operation/window.ts';
import { cronOf, lastUntil } from './cron.ts';
import type { ReadDocument } from './document.ts';
import { didYouMean, type Path } from './error.ts';
import type { Report } from './report.ts';
import type { Section } from './schema.ts';

type Written = Section<'freezes'>[number];

/** The freezes that come again by themselves. */
export function readFreezes(
  written: Section<'freezes'>,
  scope: {
    readonly document: ReadDocument;
    readonly report: Report;
    readonly catalog: Catalog;
    /** False when services were refused in part: which there are is then not known. */
    readonly servicesKnown: boolean;
  },
): readonly FreezeWindow[] {
  const { document, report, catalog, servicesKnown } = scope;
  const known = catalog.services.map(({ name }) => name);
  return written.map((freeze, index) => {
    const path: Path = ['freezes', index];
    if (written.findIndex(({ name }) => name === freeze.name) < index) {
      report.error([...path, 'name'], {
        what: `two freezes are called "${freeze.name}"`,
        why: 'a refusal names the freeze it follows from',
        instead: 'give each a name of its own',
      });
    }
    for (const [at, service] of (servicesKnown ? (freeze.services ?? []) : []).entries()) {
      if (known.includes(service)) continue;
      report.error([...path, 'services', at], {
        what: `freezes[${index}] names the service "${service}"`,
        why: 'there is no service of that name',
        instead: didYouMean(service, known, 'take it out'),
      });
    }
    if (freeze.services?.length === 0) {
      report.error([...path, 'services'], {
        what: `freezes[${index}].services is an empty list`,
        why: 'it would freeze nothing',
        instead: 'take services out to freeze everything',
      });
    }
    checkTimes(freeze, path, report);
    return windowOf(freeze, `${basename(document.file)}:${document.lineOf(path)}`);
  });
}

function windowOf({ name, cron, for: forMs, time_zone, services, reason }: Written, line: string) {
  const times = cronOf(cron, time_zone);
  let known: (Span & { readonly isOpen: boolean }) | undefined;

  /** From one change to the next: the calendar is not asked for every step. */
  function around(at: number): Span & { readonly isOpen: boolean } {
    if (known && at >= known.from && at < known.until) return known;
    const begun = lastUntil(times, at);
    const next = times.nextRun(new Date(at))?.getTime() ?? Number.POSITIVE_INFINITY;
    const isOpen = begun !== undefined && at < begun + forMs;
    known = isOpen
      ? { from: begun, until: Math.min(begun + forMs, next), isOpen }
      : { from: at, until: next, isOpen };
    return known;
  }

  const window: FreezeWindow = {
    name,
    line,
    scopes: services ?? [everything],
    reason,
    spanAt(at) {
      const { from, isOpen } = around(at);
      return isOpen ? { from, until: from + forMs } : undefined;
    },
    nextAfter: (at) => times.nextRun(new Date(at))?.getTime(),
  };
  return window;
}

/** As many beginnings as show a week and a month of days. */
const looked = 40;

function checkTimes({ cron, for: forMs, time_zone }: Written, path: Path, report: Report): void {
  const runs = cronOf(cron, time_zone).nextRuns(looked, new Date(Date.UTC(2026, 0, 1)));
  if (runs.length === 0) {
    report.error([...path, 'cron'], {
      what: `freezes[${path[1]}] never begins`,
      why: `no day fits "${cron}"`,
      instead: 'write for example "0 18 * * fri"',
    });
  }
  const gaps = runs.slice(1).map((run, index) => run.getTime() - (runs[index]?.getTime() ?? 0));
  if (gaps.length === 0 || gaps.some((gap) => gap > forMs)) return;
  report.error([...path, 'for'], {
    what: `freezes[${path[1]}] never ends`,
    why: 'it begins anew before it is over, so that nothing could ever be changed',
    instead: 'write a shorter time, or a rule with deny',
  });
}
