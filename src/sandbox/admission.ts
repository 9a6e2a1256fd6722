// Emulated admission webhooks: they see each write before it is validated, and may refuse it,
// change it, be unable to take part in a dry run, or be unreachable.

import { clone, type JsonObject } from './json.ts';
import type { Resource } from './resources.ts';
import { badRequest, internalError, StatusError } from './status.ts';

export type AdmissionReview = {
  operation: 'CREATE' | 'UPDATE' | 'DELETE';
  resource: Resource['name'];
  subresource?: string | undefined;
  namespace: string;
  name: string;
  dryRun: boolean;
  user: string;
  object: JsonObject;
  oldObject?: JsonObject | undefined;
};

export type AdmissionWebhook = {
  name: string;
  /** Which writes it is called for; absent: all. */
  matches?: (review: AdmissionReview) => boolean;
  /** `sideEffects: Some` on a real one: every dry run that would call it is refused. */
  sideEffects?: boolean;
  /** Nobody answers at its address, and its failurePolicy is Fail. */
  unreachable?: boolean;
  /** The reason it denies with; undefined lets the write pass. */
  deny?: (review: AdmissionReview) => string | undefined;
  /** The code it denies with: 400 unless it says more. */
  denyCode?: number;
  mutate?: (object: JsonObject) => void;
};

export function admit(webhooks: Iterable<AdmissionWebhook>, review: AdmissionReview): JsonObject {
  const object = clone(review.object);
  for (const webhook of webhooks) {
    const seen = { ...review, object };
    if (webhook.matches && !webhook.matches(seen)) continue;
    if (review.dryRun && webhook.sideEffects) {
      throw badRequest(`admission webhook "${webhook.name}" does not support dry run`);
    }
    if (webhook.unreachable) {
      throw internalError(
        `failed calling webhook "${webhook.name}": failed to call webhook: Post "https://${webhook.name}/?timeout=10s": context deadline exceeded`,
      );
    }
    const why = webhook.deny?.(seen);
    if (why !== undefined) throw denial(webhook, why);
    webhook.mutate?.(object);
  }
  return object;
}

function denial(webhook: AdmissionWebhook, why: string): StatusError {
  const code = webhook.denyCode ?? 400;
  return new StatusError({
    code,
    reason: code === 403 ? 'Forbidden' : 'BadRequest',
    message: `admission webhook "${webhook.name}" denied the request: ${why}`,
  });
}
