import type { WebhookContext, WebhookOutcome } from './alertmanager.ts';
import { readAlertmanagerJson } from './alertmanager.ts';
import { type Json, parseJson, unreadable } from './body.ts';
import { asAlertmanager } from './grafana.schema.ts';

/**
 * One body of a Grafana webhook, from bytes to a delivery. Never throws, whatever the bytes. Grafana sends what Alertmanager
 * sends and more: what it adds becomes annotations, so that nothing behind this door knows who sent it. Its old
 * notification channels (up to version 8) sent one state of one rule and no list of alerts.
 * https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/
 */
export function readGrafana(bytes: Uint8Array | string, context: WebhookContext): WebhookOutcome {
  const json: Json = parseJson(bytes);
  if (!json.ok) return unreadable('WEBHOOK_NOT_JSON', context, json.why);
  return readAlertmanagerJson(asAlertmanager(json.value), context);
}
