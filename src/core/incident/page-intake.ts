import { incidentId } from '../alert/correlate.ts';
import { locate } from '../catalog.ts';
import type { Sha256 } from '../event.ts';
import type { Settings } from '../settings.ts';
import { TRIGGERED } from './agreement.ts';
import type { ReceivePage } from './intent.ts';
import { type PageNews, pageKey } from './page.ts';
import type { Members } from './privacy.ts';
import { ofMembers, routeOf } from './route.ts';

/** News of a page with what tells where it belongs. */
export interface PageDelivery {
  /** `pagerduty/main`. */
  readonly pager: string;
  readonly news: PageNews;
  /** What routes and services match by. */
  readonly labels: Readonly<Record<string, string>>;
}

export interface PageIntake {
  readonly settings: Pick<Settings, 'catalog' | 'routes'>;
  readonly now: number;
  readonly sha256: Sha256;
  /** The incident that the page belongs to, by itself or by its key; undefined for a page of its own. */
  readonly incidentOf: (
    page: { readonly pager: string; readonly page: string; readonly key: string },
    of: { readonly members?: Members },
  ) => string | undefined;
}

/** The intent that news of a page means: one page is one incident, unless an incident of ours sent it. */
export function pageIntent({ pager, news, labels }: PageDelivery, intake: PageIntake): ReceivePage {
  const { settings, sha256 } = intake;
  const key = pageKey(pager, news.page, sha256);
  const { service = '', environment = '' } = locate(settings.catalog, labels);
  const route = routeOf(settings.routes, {
    ...labels,
    ...(service && { service }),
    ...(environment && { environment }),
  });
  const members = ofMembers(route);
  return {
    type: 'ReceivePage',
    at: intake.now,
    incident:
      ownIncident(news) ??
      intake.incidentOf({ pager, page: news.page, key: news.stands?.key ?? '' }, members) ??
      incidentId(key, 1, sha256),
    key,
    ordinal: 1,
    source: pager,
    // Whether it can be asked is no question of the alerts: there are none.
    sourceAnswers: false,
    service,
    environment,
    places: route.places,
    notify: route.notify ?? '',
    ...members,
    news,
  };
}

function ownIncident({ stands }: PageNews): string | undefined {
  const key = stands?.key ?? '';
  const named = key.startsWith(TRIGGERED) ? key.slice(TRIGGERED.length) : '';
  return /^inc-[0-9a-f]{12}$/.test(named) ? named : undefined;
}
