/*
 * What Grafana's bodies differ in. A body leaves here as Alertmanager would have sent it; whatever cannot be understood
 * is left as it is, and refused by whoever reads it next.
 */

type Fields = Readonly<Record<string, unknown>>;

/** What is read of a body that may be anything. */
export function asAlertmanager(body: unknown): unknown {
  const fields = asFields(body);
  if (!fields) return body;
  if (Array.isArray(fields['alerts'])) {
    const home = fields['externalURL'];
    return { ...fields, alerts: fields['alerts'].map((alert) => asAlert(alert, home)) };
  }
  return isChannelBody(fields) ? fromChannel(fields) : body;
}

/** Addresses are where people look next; values are what the rule compared. Names that somebody gave themselves stay. */
function asAlert(alert: unknown, home: unknown): unknown {
  const fields = asFields(alert);
  if (!fields) return alert;
  const annotations = asFields(fields['annotations'] ?? {});
  if (!annotations) return alert;
  const labels = asFields(fields['labels']) ?? {};
  const added = {
    dashboard_url: addressOf(fields['dashboardURL'], home),
    panel_url: addressOf(fields['panelURL'], home),
    image_url: addressOf(fields['imageURL'], home),
    values: valuesOf(fields['values']) || textOf(fields['valueString']),
    summary: summaryOf(labels),
  };
  const kept = Object.entries(added).filter(([, value]) => value !== '');
  return {
    ...fields,
    generatorURL: addressOf(fields['generatorURL'], home),
    annotations: { ...Object.fromEntries(kept), ...annotations },
  };
}

/**
 * A rule without data, or one that could not be evaluated, fires as an alert of another name that carries its own in a
 * label: https://grafana.com/docs/grafana/latest/alerting/fundamentals/alert-rule-evaluation/stale-alert-instances/
 */
function summaryOf(labels: Fields): string {
  const rule = textOf(labels['rulename']) || 'a rule';
  if (labels['alertname'] === 'DatasourceNoData')
    return `${rule} got no data: nobody knows whether it holds`;
  if (labels['alertname'] === 'DatasourceError')
    return `${rule} could not be evaluated: nobody knows whether it holds`;
  return '';
}

/** Absolute, or seen from where Grafana says it lives; empty for what is neither. */
function addressOf(value: unknown, home: unknown): string {
  const address = textOf(value);
  if (address === '') return '';
  const base = textOf(home);
  return URL.parse(address, base === '' ? undefined : base)?.href ?? '';
}

/** `B=44.2, C=1`; null where a rule has none. */
function valuesOf(value: unknown): string {
  const fields = asFields(value);
  if (!fields) return '';
  return Object.entries(fields)
    .filter(([, item]) => typeof item === 'number' || typeof item === 'string')
    .map(([name, item]) => `${name}=${typeof item === 'number' ? round(item) : item}`)
    .join(', ');
}

function round(value: number): string {
  return String(Number(value.toPrecision(6)));
}

/** One rule and its state: `{ ruleName, state, evalMatches }`. */
function isChannelBody(fields: Fields): boolean {
  return typeof fields['ruleName'] === 'string' && typeof fields['state'] === 'string';
}

const channelStates: Readonly<Record<string, string>> = {
  alerting: 'firing',
  no_data: 'firing',
  ok: 'resolved',
};

function fromChannel(fields: Fields): Fields {
  const matches = Array.isArray(fields['evalMatches']) ? fields['evalMatches'] : [];
  const metrics = matches.map(asFields).flatMap((match) => {
    return match ? [`${textOf(match['metric'])}=${String(match['value'] ?? '')}`] : [];
  });
  const state = textOf(fields['state']);
  const annotations = {
    summary: textOf(fields['title']),
    description: textOf(fields['message']),
    values: metrics.join(', '),
    image_url: addressOf(fields['imageUrl'], ''),
  };
  const tags = asFields(fields['tags']) ?? {};
  const alert = {
    status: channelStates[state] ?? state,
    labels: { ...tags, alertname: fields['ruleName'], rule_id: String(fields['ruleId'] ?? '') },
    annotations: Object.fromEntries(Object.entries(annotations).filter(([, text]) => text !== '')),
    generatorURL: addressOf(fields['ruleUrl'], ''),
  };
  return { alerts: [alert], groupKey: `rule/${String(fields['ruleId'] ?? fields['ruleName'])}` };
}

function asFields(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Fields)
    : undefined;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
