import { basename } from 'node:path';
import type { Labels } from '../core/alert/alert.ts';
import type { CorrelationRule } from '../core/alert/rule.ts';
import type { ReadDocument } from './document.ts';
import { didYouMean, type Path, sayList } from './error.ts';
import type { Report } from './report.ts';
import type { Section } from './schema.ts';

/** What can be compared of a page; `labelsOf` of the webhook gives them. */
const pageLabels: ReadonlySet<string> = new Set([
  'service',
  'environment',
  'root',
  'severity',
  'urgency',
  'priority',
  'pagerduty_service',
  'pagerduty_service_id',
  'pagerduty_policy',
  'pagerduty_policy_id',
  'pagerduty_team',
  'pagerduty_team_id',
]);

type Written = Section<'correlation'>[number];

export interface CorrelationScope {
  readonly document: ReadDocument;
  readonly report: Report;
  /** `alertmanager/main`, in the order of the file. */
  readonly sources: readonly string[];
  readonly services: readonly string[];
  /** False when services were refused in part: which there are is then not known. */
  readonly servicesKnown: boolean;
}

/** The rules in the order written, each with the line it stands on. */
export function readCorrelation(
  written: Section<'correlation'>,
  scope: CorrelationScope,
): readonly CorrelationRule[] {
  return written.map((rule, index) => {
    const path: Path = ['correlation', index];
    const { document } = scope;
    const { match = {}, sources, within, same } = rule;
    checkSame(rule, path, scope);
    checkSources(rule, path, scope);
    checkService(rule, path, scope);
    checkReach(written, index, scope.report);
    return {
      where: `${basename(document.file)}:${document.lineOf(path)}`,
      match,
      same,
      ...(sources && { sources }),
      ...(within !== undefined && { withinMs: within }),
    };
  });
}

function checkSame({ same, match = {} }: Written, path: Path, scope: CorrelationScope): void {
  const { report, services, servicesKnown } = scope;
  if (same.length === 0) {
    report.error([...path, 'same'], {
      what: `correlation[${path[1]}].same is an empty list`,
      why: 'everything would be one incident',
      instead: 'write the labels that are equal in what belongs together: same: [cluster, service]',
    });
    return;
  }
  const twice = same.find((name, at) => same.indexOf(name) < at);
  if (twice !== undefined) {
    report.error([...path, 'same'], {
      what: `correlation[${path[1]}].same names ${twice} twice`,
      why: 'a label is compared once',
      instead: 'take one of them out',
    });
  }
  const ours = same.find((name) => ['service', 'environment', 'root'].includes(name));
  if (ours !== undefined && servicesKnown && services.length === 0) {
    report.error([...path, 'same'], {
      what: `correlation[${path[1]}] compares the ${ours}`,
      why: 'there are no services, so that no alert is about one',
      instead: 'write services: or name a label of the alerts',
    });
  }
  if (same.every((name) => match[name] !== undefined)) {
    report.warn(
      path,
      `correlation[${path[1]}]: its match fixes every label it compares: all that it matches is one incident`,
    );
  }
}

function checkSources(rule: Written, path: Path, { report, sources: known }: CorrelationScope) {
  const { sources } = rule;
  for (const [at, source] of (sources ?? []).entries()) {
    if (known.includes(source)) continue;
    report.error([...path, 'sources', at], {
      what: `there is no source "${source}"`,
      why: 'sources are named by kind and name',
      instead: didYouMean(source, known, 'write it as alertmanager/NAME'),
    });
  }
  if (sources?.length === 0) {
    report.error([...path, 'sources'], {
      what: `correlation[${path[1]}].sources is an empty list`,
      why: 'the rule would speak of nothing',
      instead: 'take sources out for all of them',
    });
    return;
  }
  const heard = (sources ?? known).filter((source) => known.includes(source));
  const pagers = heard.filter(isPager);
  const strange = [...rule.same, ...Object.keys(rule.match ?? {})].filter(
    (name) => !pageLabels.has(name),
  );
  if (strange.length === 0 || pagers.length === 0 || sources === undefined) return;
  if (pagers.length === heard.length) {
    report.error(path, {
      what: `correlation[${path[1]}] is never reached`,
      why: `a page has no label ${sayList(strange)}`,
      instead: `compare service, or one of ${sayList([...pageLabels])}`,
    });
    return;
  }
  report.warn(
    path,
    `correlation[${path[1]}]: a page of ${sayList(pagers)} has no label ${sayList(strange)}, so that the rule never speaks of one`,
  );
}

function isPager(source: string): boolean {
  return source.startsWith('pagerduty/');
}

function checkService({ match = {} }: Written, path: Path, scope: CorrelationScope): void {
  const { report, services, servicesKnown } = scope;
  const { service } = match;
  // A label of that name counts where the catalog knows no service of the alert.
  if (service === undefined || !servicesKnown || services.includes(service)) return;
  report.warn(
    [...path, 'match', 'service'],
    `correlation[${path[1]}]: there is no service ${service}; only alerts with a label of that name are meant`,
  );
}

/** Whatever the later one speaks of is decided by an earlier one. */
function checkReach(written: readonly Written[], index: number, report: Report): void {
  const rule = written[index];
  const earlier = written.slice(0, index).findIndex((before) => rule && takes(before, rule));
  if (earlier < 0) return;
  report.error(['correlation', index], {
    what: `correlation[${index}] is never reached`,
    why: `everything it speaks of is decided by correlation[${earlier}]`,
    instead: 'write the narrower rule first, or take it out',
  });
}

function takes(wide: Written, narrow: Written): boolean {
  const { match = {}, sources } = narrow;
  const has = new Set([...narrow.same, ...Object.keys(match)]);
  return (
    wide.same.length > 0 &&
    holdsIn(wide.match ?? {}, match) &&
    wide.same.every((name) => has.has(name)) &&
    (wide.sources === undefined ||
      (sources?.every((source) => wide.sources?.includes(source)) ?? false))
  );
}

function holdsIn(wide: Labels, narrow: Labels): boolean {
  return Object.entries(wide).every(([name, value]) => narrow[name] === value);
}
