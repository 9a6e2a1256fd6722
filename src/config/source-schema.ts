import { z } from 'zod';
import { duration, fieldNotes, flag, keys, named, oneOf, secret, text, url } from './field.ts';

/* The shape of what alerts and pages come from. */

export const basic = keys({
  username: text.describe('Name of basic authentication.'),
  password: secret.describe('Password of basic authentication.'),
});

const watchdog = keys({
  alert: text.default('Watchdog').describe('Name of an alert that always fires.'),
  within: duration('1m', '1d').describe(
    'Not heard for so long, the source is an incident itself (`TocsinSourceSilent`): longer than its group is repeated.',
  ),
});

const alertmanagerApi = keys({
  url: url.describe('Base URL of its API.'),
  peers: z
    .array(url)
    .optional()
    .describe('Base URLs of the others of its cluster: one source, of which one answer is enough.'),
  bearer: secret.optional().describe('Bearer token sent to it.'),
  basic: basic.optional().describe('Basic authentication sent to it.'),
  timeout: duration('100ms', '1m').default(10_000).describe('How long one request may take.'),
});

function withPeers(written: unknown): object {
  if (!Array.isArray(written)) return { url: written };
  const [url, ...peers]: readonly unknown[] = written;
  return { url, peers };
}

const alertmanager = keys({
  bearers: z
    .array(secret)
    .optional()
    .describe('Tokens it may send; several while one is exchanged for another.'),
  basic: basic.optional().describe('Basic authentication it sends.'),
  auth: oneOf(['none'])
    .optional()
    .describe('Only `none`: everyone who reaches the listener may send alerts.'),
  watchdog: watchdog
    .optional()
    .describe('What must always be heard of it; that it is silent is not noticed when absent.'),
  own_alerts: flag
    .optional()
    .describe(
      'Send it what Tocsin has to say of itself as alerts, so that its own routes wake somebody; not when absent. Needs `api`.',
    ),
  api: z
    .preprocess(
      (written) =>
        typeof written === 'object' &&
        written !== null &&
        Object.getPrototypeOf(written) === Object.prototype
          ? written
          : written === undefined
            ? undefined
            : withPeers(written),
      alertmanagerApi.optional(),
    )
    .describe(
      'How its API is asked what is firing; a URL alone stands for `{ url: … }`, a list for the peers of a cluster.',
    ),
  telemetry: z
    .record(z.string(), z.unknown())
    .optional()
    .register(fieldNotes, { kind: '`{ prometheus: TARGET }`' })
    .describe('Where its alerts were measured, for a service that does not say it itself.'),
});

const pagerdutyApi = keys({
  token: secret.describe('REST API key; one that may write, or pages are only looked at.'),
  from: text.describe(
    'E-mail of a user there, in whose name is done what somebody without an account of their own asks.',
  ),
  url: url.optional().describe('Base URL of its REST API; that of the region when absent.'),
  timeout: duration('1s', '1m').default(10_000).describe('How long one request may take.'),
  services: z
    .array(text)
    .default([])
    .describe('Ids of the services whose open pages are compared; all when empty.'),
  teams: z
    .array(text)
    .default([])
    .describe('Ids of the teams whose open pages are compared; all when empty.'),
});

const pagerduty = keys({
  secrets: z
    .array(secret)
    .default([])
    .describe('Signing secrets of its V3 webhooks; several while one is exchanged for another.'),
  region: oneOf(['us', 'eu']).default('us').describe('Service region of the account.'),
  pages: named(secret)
    .default({})
    .describe('Ways to page, by name: the integration key (Events API v2) of a service there.'),
  events_url: url
    .optional()
    .describe('Base URL of its Events API; that of the region when absent.'),
  api: pagerdutyApi
    .optional()
    .describe('How its REST API is asked and told; without it pages are only heard.'),
});

const grafanaApi = keys({
  url: url.describe('Base URL of Grafana, as people open it.'),
  bearer: secret
    .optional()
    .describe(
      'Token of a service account that may read alerts, and view the dashboards whose panels are shown.',
    ),
  basic: basic.optional().describe('Basic authentication sent to it.'),
  timeout: duration('100ms', '1m').default(10_000).describe('How long one request may take.'),
});

const webhookSignature = keys({
  secrets: z
    .array(secret)
    .describe('Secrets it may sign with; several while one is exchanged for another.'),
  header: text
    .default('X-Grafana-Alerting-Signature')
    .describe('Header of the signature, as its contact point says.'),
  timestamp_header: text
    .optional()
    .describe('Header of the time that is signed as well, as its contact point says.'),
  tolerance: duration('10s', '1h').default(300_000).describe('How far that time may be from ours.'),
});

const grafana = keys({
  bearers: z
    .array(secret)
    .optional()
    .describe('Tokens it may send; several while one is exchanged for another.'),
  basic: basic.optional().describe('Basic authentication it sends.'),
  hmac: webhookSignature.optional().describe('The signature of its bodies.'),
  auth: oneOf(['none'])
    .optional()
    .describe('Only `none`: everyone who reaches the listener may send alerts.'),
  watchdog: watchdog
    .optional()
    .describe('What must always be heard of it; that it is silent is not noticed when absent.'),
  api: grafanaApi
    .optional()
    .describe(
      'How it is asked what fires: Grafana sends nothing twice, so that an end that got lost is found only by this.',
    ),
});

export const sources = keys({
  alertmanager: named(alertmanager).optional().describe('Alertmanagers by name.'),
  pagerduty: named(pagerduty).optional().describe('PagerDuty accounts by name.'),
  grafana: named(grafana).optional().describe('Grafanas by name.'),
});
