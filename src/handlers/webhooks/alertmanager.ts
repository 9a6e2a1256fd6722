import type { Delivery, Unreadable } from '../../core/alert/alert.ts';
import type { Sha256 } from '../../core/event.ts';
import type { Problem } from '../../core/problem.ts';
import { parseBody } from './alertmanager.schema.ts';
import { parseJson, unreadable } from './body.ts';

export interface WebhookContext {
  /** `alertmanager/main`. */
  readonly source: string;
  readonly receivedAt: number;
  readonly sha256: Sha256;
}

export type WebhookOutcome =
  /** Something could be read; `delivery.unreadable` holds the rest. */
  | { readonly kind: 'accepted'; readonly delivery: Delivery }
  /** Nothing could be read. `unreadable` names the alerts, where there was a list of them. */
  | {
      readonly kind: 'unreadable';
      readonly problem: Problem;
      readonly unreadable: readonly Unreadable[];
    };

/** One Alertmanager webhook body, from bytes to a delivery. Never throws, whatever the bytes. */
export function readAlertmanager(
  bytes: Uint8Array | string,
  context: WebhookContext,
): WebhookOutcome {
  const json = parseJson(bytes);
  if (!json.ok) return unreadable('WEBHOOK_NOT_JSON', context, json.why);
  return readAlertmanagerJson(json.value, context);
}

/** The same for a body that is already parsed. */
export function readAlertmanagerJson(value: unknown, context: WebhookContext): WebhookOutcome {
  const body = parseBody(value, context);
  if (typeof body === 'string') return unreadable('WEBHOOK_NOT_ALERTS', context, body);
  const [first] = body.unreadable;
  if (first && body.observations.length === 0) {
    const why = `alert ${first.index + 1}: ${first.reason}`;
    return unreadable('WEBHOOK_NO_READABLE_ALERT', context, why, body.unreadable);
  }
  return { kind: 'accepted', delivery: { source: context.source, ...body } };
}
