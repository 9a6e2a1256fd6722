import { createHmac } from 'node:crypto';
import { reference, user, webhookIncident } from './json.ts';
import type { Account, PagerIncident, Told } from './model.ts';

export interface Subscription {
  readonly url: string;
  readonly secret: string;
}

export interface Webhooks {
  tell(account: Account, type: string, incident: PagerIncident, told: Told): void;
  subscribe(subscription: Subscription): void;
  /** What waits is sent again: a 4xx drops it, anything else but 2xx keeps it, and whatever stands behind it. */
  deliver(): Promise<void>;
  readonly waiting: () => number;
  readonly dropped: () => number;
  /** Everything that was ever told is told once more. */
  repeat(): void;
}

interface Delivery {
  readonly incident: string;
  readonly body: string;
}

/** Signed, in order for each incident, kept for as long as nobody takes them. */
export function createWebhooks(): Webhooks {
  let subscription: Subscription | undefined;
  let count = 0;
  let dropped = 0;
  let queue: Delivery[] = [];
  const all: Delivery[] = [];

  async function send({ body }: Delivery): Promise<'taken' | 'kept' | 'dropped'> {
    if (!subscription) return 'kept';
    const { url, secret } = subscription;
    const signature = `v1=${createHmac('sha256', secret).update(body).digest('hex')}`;
    try {
      const { status } = await fetch(url, {
        method: 'POST',
        body,
        headers: { 'x-pagerduty-signature': signature, 'content-type': 'application/json' },
        signal: AbortSignal.timeout(5000),
      });
      if (status >= 200 && status < 300) return 'taken';
      return status >= 400 && status < 500 && status !== 429 ? 'dropped' : 'kept';
    } catch {
      return 'kept';
    }
  }

  return {
    tell(account, type, incident, { by, data }) {
      count += 1;
      const named = reference(incident.id, incident.title, 'incident_reference');
      const event = {
        id: `01EVENT${count}`,
        event_type: type,
        resource_type: 'incident',
        occurred_at: new Date(account.now()).toISOString(),
        agent: by === '' ? reference('PSVC1', 'Checkout', 'service_reference') : user(account, by),
        client: null,
        data: data ? { ...data, incident: named } : webhookIncident(account, incident),
      };
      const delivery = { incident: incident.id, body: JSON.stringify({ event }) };
      queue.push(delivery);
      all.push(delivery);
    },
    subscribe(to) {
      subscription = to;
    },
    async deliver() {
      const blocked = new Set<string>();
      const left: Delivery[] = [];
      for (const delivery of queue.splice(0)) {
        const became = blocked.has(delivery.incident) ? 'kept' : await send(delivery);
        if (became === 'dropped') dropped += 1;
        if (became !== 'kept') continue;
        blocked.add(delivery.incident);
        left.push(delivery);
      }
      queue = [...left, ...queue];
    },
    waiting: () => queue.length,
    dropped: () => dropped,
    repeat: () => queue.push(...all),
  };
}
