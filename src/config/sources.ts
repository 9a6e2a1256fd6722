// biome-ignore-all lint/suspicious/noTemplateCurlyInString: a reference is written so in the configuration.

import type { AlertmanagerConfig, GrafanaConfig, PagerdutyConfig, WebhookAuth } from './config.ts';
import type { Path } from './error.ts';
import type { Report } from './report.ts';
import type { Section } from './schema.ts';

type Written = NonNullable<Section<'sources'>['alertmanager']>[string];

export function readAlertmanagers(
  written: Section<'sources'>,
  report: Report,
): readonly AlertmanagerConfig[] {
  return Object.entries(written.alertmanager ?? {}).flatMap(([name, source]) => {
    const path: Path = ['sources', 'alertmanager', name];
    const auth = readAuth(source, path, report);
    if (source.api) {
      checkOneCredential(source.api, path, report);
      checkPeers(source.api, path, report);
    }
    if (!source.api) {
      report.warn(
        path,
        `sources.alertmanager.${name} has no api: an alert that is silenced or forgotten there cannot be told from one that fires`,
      );
    }
    if (source.own_alerts && !source.api) {
      report.error([...path, 'own_alerts'], {
        what: `sources.alertmanager.${name}.own_alerts has no effect`,
        why: 'without api there is nowhere to send them',
        instead: 'write api: URL, or take own_alerts out',
      });
    }
    const api = source.api && readApi(source.api);
    const own = source.own_alerts && ({ ownAlerts: true } as const);
    return auth ? [{ name, auth, ...watchdogOf(source), ...(api && { api }), ...own }] : [];
  });
}

type WrittenGrafana = NonNullable<Section<'sources'>['grafana']>[string];

export function readGrafanas(
  written: Section<'sources'>,
  report: Report,
): readonly GrafanaConfig[] {
  return Object.entries(written.grafana ?? {}).flatMap(([name, source]) => {
    const path: Path = ['sources', 'grafana', name];
    const where = path.join('.');
    const auth = readAuth(source, path, report);
    if (auth?.kind === 'hmac' && auth.timestampHeader === undefined) {
      report.warn(
        [...path, 'hmac'],
        `${where}.hmac has no timestamp_header: a body that somebody heard can be sent again`,
      );
    }
    if (!source.api) {
      report.warn(
        path,
        `${where} has no api: Grafana sends nothing twice, so that an end that got lost is not found before its group is sent again`,
      );
    }
    const api = source.api && readGrafanaApi(source.api, path, report);
    return auth ? [{ name, auth, ...watchdogOf(source), ...(api && { api }) }] : [];
  });
}

/** Grafana answers for the Alertmanager inside it under a path of its own. */
function readGrafanaApi(
  api: NonNullable<WrittenGrafana['api']>,
  path: Path,
  report: Report,
): NonNullable<GrafanaConfig['api']> {
  checkOneCredential(api, path, report);
  const url = `${api.url.replace(/\/$/, '')}/api/alertmanager/grafana`;
  return readApi({ ...api, url, peers: [] });
}

type WrittenPagerduty = NonNullable<Section<'sources'>['pagerduty']>[string];

export function readPagerduties(
  written: Section<'sources'>,
  report: Report,
): readonly PagerdutyConfig[] {
  return Object.entries(written.pagerduty ?? {}).map(([name, source]) => {
    const path: Path = ['sources', 'pagerduty', name];
    const where = path.join('.');
    const { secrets, region, pages, events_url: eventsUrl, api } = source;
    if (secrets.length === 0) {
      report.error(path, {
        what: `${where} has no secrets`,
        why: 'anybody who reaches the listener could send pages',
        instead: 'write secrets: [ ${file:/run/secrets/NAME} ] with the secret of the subscription',
      });
    }
    if (!api) {
      report.warn(
        path,
        `${where} has no api: what is acknowledged or resolved here is not there, and what is missed is never found`,
      );
    }
    return {
      name,
      secrets,
      region,
      pages: new Map(Object.entries(pages)),
      ...(eventsUrl !== undefined && { eventsUrl }),
      ...(api && { api: readPagerdutyApi(api, path, report) }),
    };
  });
}

function readPagerdutyApi(
  { token, from, url, timeout, services, teams }: NonNullable<WrittenPagerduty['api']>,
  path: Path,
  report: Report,
): NonNullable<PagerdutyConfig['api']> {
  if (!/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(from)) {
    report.error([...path, 'api', 'from'], {
      what: `${path.join('.')}.api.from is "${from}"`,
      why: 'PagerDuty wants the e-mail of one of its users with everything that changes a page',
      instead: 'write the e-mail of a user made for Tocsin',
    });
  }
  return { token, from, timeoutMs: timeout, services, teams, ...(url !== undefined && { url }) };
}

function watchdogOf({ watchdog }: Pick<Written, 'watchdog'>): Pick<AlertmanagerConfig, 'watchdog'> {
  return watchdog ? { watchdog: { alert: watchdog.alert, withinMs: watchdog.within } } : {};
}

function checkOneCredential(
  { bearer, basic }: { readonly bearer?: unknown; readonly basic?: unknown },
  path: Path,
  report: Report,
): void {
  if (bearer === undefined || basic === undefined) return;
  report.error([...path, 'api'], {
    what: `${path.join('.')}.api has bearer and basic`,
    why: 'a request carries one of them',
    instead: 'take one out',
  });
}

function readAuth(
  { bearers, basic, auth, hmac }: Written & Pick<WrittenGrafana, 'hmac'>,
  path: Path,
  report: Report,
): WebhookAuth | undefined {
  const where = path.join('.');
  const written = [bearers && 'bearers', basic && 'basic', hmac && 'hmac', auth && 'auth'].filter(
    (word) => word !== undefined,
  );
  if (written.length > 1) {
    report.error(path, {
      what: `${where} has ${written.join(' and ')}`,
      why: 'one of them says how it is known',
      instead: 'write one of bearers, basic and auth: none',
    });
    return undefined;
  }
  if (auth) {
    report.warn(path, `${where} says auth: none: whoever reaches the listener can send alerts`);
    return { kind: 'none' };
  }
  if (basic) return { kind: 'basic', ...basic };
  if (hmac && hmac.secrets.length > 0) {
    const { secrets, header, timestamp_header, tolerance: toleranceMs } = hmac;
    const timestampHeader = timestamp_header;
    return {
      kind: 'hmac',
      secrets,
      header,
      toleranceMs,
      ...(timestampHeader !== undefined && { timestampHeader }),
    };
  }
  if (bearers && bearers.length > 0) return { kind: 'bearers', bearers };
  report.error(path, {
    what: `${where} has no credential`,
    why: 'anybody who reaches the listener could send alerts',
    instead: 'write bearers: [ ${env:NAME} ], or auth: none on purpose',
  });
  return undefined;
}

function checkPeers({ url, peers }: NonNullable<Written['api']>, path: Path, report: Report): void {
  const all = [url, ...(peers ?? [])].map((each) => new URL(each).href);
  const twice = all.find((each, index) => all.indexOf(each) !== index);
  if (twice === undefined) return;
  report.error([...path, 'api'], {
    what: `${[...path, 'api'].join('.')} names ${twice} twice`,
    why: 'one that answers twice is no cluster',
    instead: 'write every peer once',
  });
}

function readApi(api: NonNullable<Written['api']>): NonNullable<AlertmanagerConfig['api']> {
  const { url, peers, timeout, bearer, basic } = api;
  return {
    url,
    ...(peers && peers.length > 0 && { peers }),
    timeoutMs: timeout,
    ...(bearer && { bearer }),
    ...(basic && { basic }),
  };
}
