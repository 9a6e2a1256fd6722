import { correlatePage, correlateRuled, incidentId } from '../alert/correlate.ts';
import type { CorrelationIndex } from '../alert/correlation-index.ts';
import { type Ruled, type RuleSubject, ruleOf } from '../alert/rule.ts';
import { comparable, locate } from '../catalog.ts';
import type { Sha256 } from '../event.ts';
import type { Settings } from '../settings.ts';
import { TRIGGERED } from './agreement.ts';
import type { ReceivePage } from './intent.ts';
import { type PageNews, pageKey } from './page.ts';
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
  readonly settings: Pick<Settings, 'catalog' | 'routes' | 'correlation'>;
  readonly now: number;
  readonly sha256: Sha256;
  readonly index: CorrelationIndex;
}

/** The intent that news of a page means: one page is one incident, unless an incident of ours sent it, or a rule puts it elsewhere. */
export function pageIntent({ pager, news, labels }: PageDelivery, intake: PageIntake): ReceivePage {
  const { settings, sha256 } = intake;
  const { service = '', environment = '' } = locate(settings.catalog, labels);
  const all = comparable(settings.catalog, labels);
  const route = routeOf(settings.routes, all);
  const members = ofMembers(route);
  const named = { pager, page: news.page, key: news.stands?.key ?? '' };
  const own = ownIncident(news);
  // Its incident may be part of another one by now.
  const known =
    own === undefined
      ? correlatePage(intake.index, named, members)
      : (intake.index.byDedupKey.get(named.key) ?? own);
  const key = pageKey(pager, news.page, sha256);
  const alone = { incident: known ?? incidentId(key, 1, sha256), key, ordinal: 1 };
  const subject = { source: pager, labels: all, ...members };
  const ruled =
    known === undefined && news.stands
      ? ruleOf(settings.correlation ?? [], subject, sha256)
      : undefined;
  return {
    type: 'ReceivePage',
    at: intake.now,
    ...(ruled ? placeOf(ruled, subject, intake) : alone),
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

function placeOf(
  ruled: Ruled,
  { source, members }: RuleSubject,
  { index, now, sha256 }: PageIntake,
) {
  const group = { source, groupKey: undefined, observations: [], ...(members && { members }) };
  const found = correlateRuled(index, { ruled, group }, { now, sha256 });
  const { incident, key, ordinal } = found;
  return { incident, key, ordinal, rule: ruled.used };
}

function ownIncident({ stands }: PageNews): string | undefined {
  const key = stands?.key ?? '';
  const named = key.startsWith(TRIGGERED) ? key.slice(TRIGGERED.length) : '';
  return /^inc-[0-9a-f]{12}$/.test(named) ? named : undefined;
}
