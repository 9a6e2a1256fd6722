import type { Delivery, Labels } from '../../src/core/alert/alert.ts';
import { receiveIntents } from '../../src/core/alert/intake.ts';
import type { ReceiveAlerts } from '../../src/core/incident/intent.ts';
import { firing, stopped } from '../core/incident/given-incident.ts';
import { sha256 } from '../core/operation/sample.ts';
import type { SmallBot } from '../fakes/small-bot.ts';

/** What a webhook about one group means at this moment, addressed as the intake addresses it. */
export function deliveryOf(
  { bot, clock }: SmallBot,
  groupKey: string,
  told: {
    readonly labels: Labels;
    readonly names: readonly string[];
    readonly status: 'firing' | 'resolved';
  },
): readonly ReceiveAlerts[] {
  const now = clock.now();
  const observations = told.names.map((name) => {
    const all = { alertname: 'Down', severity: 'warning', instance: name, ...told.labels };
    return told.status === 'firing'
      ? firing(name, { labels: all, startsAt: undefined })
      : stopped(name, { labels: all, startsAt: undefined, endsAt: now });
  });
  const delivery: Delivery = {
    source: 'alertmanager/main',
    groupKey,
    ...{ receiver: '', groupLabels: {}, truncated: 0, externalUrl: '' },
    observations,
    unreadable: [],
  };
  const { settings } = bot.desk;
  const index = bot.engine.readings.correlation;
  return receiveIntents(delivery, { settings, index, now, sha256, sourceAnswers: false });
}
