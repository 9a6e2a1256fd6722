import type { PanelAlert, PanelWindow } from '../../core/ports/panels.ts';

/** What is asked for, always below the base address of the configuration. */
export interface Asked {
  readonly path: string;
  /** The panel is drawn there for us, which takes the account; what was stored with an alert is anybody's. */
  readonly isDrawn: boolean;
}

const width = 1000;
const height = 500;

/** The picture that the alert brought, where it lies with the same Grafana; else its panel, drawn. */
export function askedOf(
  base: string,
  { image, panel }: PanelAlert,
  window?: PanelWindow,
): Asked | undefined {
  const stored = below(base, image);
  if (stored !== undefined) return { path: stored, isDrawn: false };
  const page = below(base, panel);
  const drawn = page === undefined ? undefined : drawnPath(page, window ?? { from: 0, to: 0 });
  return drawn === undefined ? undefined : { path: drawn, isDrawn: true };
}

/** Path and query of an address of this Grafana, seen from its base; undefined for every other address. */
function below(base: string, address: string): string | undefined {
  const [home, there] = [URL.parse(base), URL.parse(address)];
  if (!home || there?.origin !== home.origin || there.username !== '') return undefined;
  const prefix = home.pathname.replace(/\/$/, '');
  if (!there.pathname.startsWith(`${prefix}/`)) return undefined;
  return `${there.pathname.slice(prefix.length)}${there.search}`;
}

/**
 * `/d/UID/slug?viewPanel=2` → `/render/d-solo/UID/slug?panelId=2`, with the time of the incident. Newer Grafanas write
 * `viewPanel=panel-2`. https://grafana.com/docs/grafana/latest/setup-grafana/image-rendering/
 */
function drawnPath(page: string, { from, to }: PanelWindow): string | undefined {
  const { pathname, searchParams } = new URL(page, 'http://grafana');
  const [, uid, slug = '_'] = /^\/d\/([\w-]{1,64})(?:\/([\w-]{1,200}))?$/.exec(pathname) ?? [];
  const shown = searchParams.get('viewPanel') ?? searchParams.get('panelId') ?? '';
  const [, panel] = /^(?:panel-)?(\d{1,6})$/.exec(shown) ?? [];
  if (uid === undefined || panel === undefined) return undefined;
  const org = /^\d{1,9}$/.exec(searchParams.get('orgId') ?? '')?.[0];
  const variables = [...searchParams].filter(([name]) => /^var-[\w-]{1,64}$/.test(name));
  const query = new URLSearchParams({
    ...(org !== undefined && { orgId: org }),
    panelId: panel,
    from: String(from),
    to: String(to),
    width: String(width),
    height: String(height),
    tz: 'UTC',
  });
  for (const [name, value] of variables) query.append(name, value);
  return `/render/d-solo/${uid}/${slug}?${query}`;
}
