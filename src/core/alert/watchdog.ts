import type { Delivery } from './alert.ts';
import { alertName } from './alert.ts';

/** An alert that always fires, so that its absence says that nothing would reach us. */
export interface WatchdogRule {
  /** `alertmanager/main`. */
  readonly source: string;
  /** Its alertname. */
  readonly alert: string;
  /** Heard no longer ago than this, all is well. */
  readonly withinMs: number;
}

export interface Beats {
  /** It fires: the way from its rule to us is whole. One that has ended says nothing. */
  readonly isHeard: boolean;
  /** What else there is. */
  readonly rest: Delivery;
}

/** The watchdog is taken out of what a source sends: it is no incident that it fires. */
export function takeBeats(delivery: Delivery, alert: string): Beats {
  const isBeat = (labels: Delivery['groupLabels']) => alertName(labels) === alert;
  const beats = delivery.observations.filter(({ labels }) => isBeat(labels));
  if (beats.length === 0) return { isHeard: false, rest: delivery };
  return {
    isHeard: beats.some(({ status }) => status === 'firing'),
    rest: {
      ...delivery,
      observations: delivery.observations.filter(({ labels }) => !isBeat(labels)),
    },
  };
}

export const silentSource = { alertname: 'TocsinSourceSilent', by: 'tocsin/watchdog' } as const;

/** That a source is silent, or that it is heard again, as an alert of our own: it is routed and shown like every other. */
export function silenceOf(
  { source, alert, withinMs }: WatchdogRule,
  heard: { readonly at: number; readonly isSilent: boolean; readonly now: number },
): Delivery {
  const labels = { alertname: silentSource.alertname, severity: 'critical', source };
  const minutes = Math.round(withinMs / 60_000);
  return {
    source: silentSource.by,
    receiver: '',
    groupKey: source,
    groupLabels: labels,
    truncated: 0,
    externalUrl: '',
    observations: [
      {
        fingerprint: `${silentSource.alertname}/${source}`,
        status: heard.isSilent ? 'firing' : 'resolved',
        startsAt: heard.isSilent ? heard.at + withinMs : undefined,
        endsAt: heard.isSilent ? undefined : heard.now,
        labels,
        annotations: {
          summary: `${source} is silent: no ${alert} for ${minutes} min, so alerts may not reach anybody`,
        },
        generatorUrl: '',
      },
    ],
    unreadable: [],
  };
}
