import { comparable, locate } from '../catalog.ts';
import type { Sha256 } from '../event.ts';
import type { Members } from '../incident/privacy.ts';
import { ofMembers, routeOf } from '../incident/route.ts';
import type { Settings } from '../settings.ts';
import type { Delivery, Labels, Observation } from './alert.ts';
import { isForSame } from './correlate.ts';
import { type CorrelationIndex, holderOf } from './correlation-index.ts';
import { type Ruled, ruleOf } from './rule.ts';

/** Alerts of one delivery that belong together, and what says so. */
export interface Part {
  readonly observations: Observation[];
  readonly because: /** The name of their group, as its source gives it. `isApart`: others may see the rest of it. */
    | { readonly kind: 'group'; readonly isApart: boolean; readonly members?: Members }
    /** That incident holds them already. */
    | { readonly kind: 'held'; readonly incident: string }
    | { readonly kind: 'ruled'; readonly ruled: Ruled; readonly members?: Members };
}

export interface PartsContext {
  readonly settings: Pick<Settings, 'catalog' | 'routes' | 'correlation'>;
  readonly index: CorrelationIndex;
  readonly sha256: Sha256;
  /** The incident that the name of the group leads to, while it is open. */
  readonly open: string | undefined;
}

/**
 * Each alert of a delivery by itself: one that an incident holds stays there; else the first rule that speaks of it says
 * where it belongs, else the name of its group. So it does not matter how its source groups it, nor what comes first.
 */
export function partsOf(
  { source, observations }: Pick<Delivery, 'source' | 'observations'>,
  { settings, index, sha256, open }: PartsContext,
): readonly Part[] {
  const { correlation = [], routes } = settings;
  const isPlain = correlation.length === 0 && !routes.routes.some(({ members }) => members);
  const group: Observation[] = [];
  const others = new Map<string, Part>();
  const hashes = new Map<string, string>();
  let target = open;
  for (const observation of observations) {
    const holder = holderOf(index, source, observation.fingerprint);
    // The group got another name with its source's configuration: it goes on where its alerts are.
    if (target === undefined && holder !== undefined) target = plainOf(index, holder);
    if (holder !== undefined && holder !== target) {
      add(others, `held ${holder}`, observation, { kind: 'held', incident: holder });
    } else if (holder !== undefined || isPlain) {
      group.push(observation);
    } else {
      const found = placeOf(observation, { source, target });
      if (found) add(others, found.name, observation, found.because);
      else group.push(observation);
    }
  }
  if (others.size === 0) return [{ observations: group, because: GROUP }];
  const rest = group.length > 0 ? [{ observations: group, because: GROUP }] : [];
  return [...rest, ...others.values()];

  function placeOf(
    { labels }: Observation,
    where: { readonly source: string; readonly target: string | undefined },
  ): { readonly name: string; readonly because: Part['because'] } | undefined {
    const located = locate(settings.catalog, labels);
    const all: Labels = comparable(settings.catalog, labels);
    const members = ofMembers(routeOf(routes, all));
    const ruled = ruleOf(correlation, { source: where.source, labels: all, ...members }, hash);
    if (ruled) {
      // One part speaks of one service: whoever asks what is open about it finds the incident.
      const name = `${ruled.key} ${located.service ?? ''} ${located.environment ?? ''}`;
      return { name, because: { kind: 'ruled', ruled, ...members } };
    }
    const held = where.target === undefined ? {} : (index.byIncident.get(where.target) ?? {});
    if (isForSame(held, members)) return undefined;
    const name = `apart ${JSON.stringify(members)}`;
    return { name, because: { kind: 'group', isApart: true, ...members } };
  }

  /** Ten thousand alerts of one rule have one key, or a few. */
  function hash(text: string): string {
    const known = hashes.get(text);
    if (known !== undefined) return known;
    const fresh = sha256(text);
    hashes.set(text, fresh);
    return fresh;
  }
}

const GROUP = { kind: 'group', isApart: false } as const;

function plainOf({ byIncident }: CorrelationIndex, incident: string): string | undefined {
  return byIncident.get(incident)?.isScattered === false ? incident : undefined;
}

function add(
  parts: Map<string, Part>,
  name: string,
  observation: Observation,
  because: Part['because'],
): void {
  const known = parts.get(name);
  if (known) known.observations.push(observation);
  else parts.set(name, { observations: [observation], because });
}
