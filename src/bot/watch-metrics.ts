import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { WatchCounts } from './loops/watches/index.ts';

/** How each watched endpoint answered. */
export function watchMetrics(registers: Registry[]): WatchCounts {
  const checks = new Counter({
    name: 'tocsin_watch_checks_total',
    help: 'Checks of watched endpoints, by how they ended.',
    labelNames: ['watch', 'outcome'],
    registers,
  });
  const seconds = new Histogram({
    name: 'tocsin_watch_check_seconds',
    help: 'How long a check of a watched endpoint took.',
    labelNames: ['watch'],
    buckets: [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    registers,
  });
  const up = new Gauge({
    name: 'tocsin_watch_up',
    help: '1 while a watched endpoint answered the last time it was asked.',
    labelNames: ['watch'],
    registers,
  });
  const strikes = new Gauge({
    name: 'tocsin_watch_strikes',
    help: 'Checks of a watched endpoint in a row that failed.',
    labelNames: ['watch'],
    registers,
  });
  return {
    checked(watch, { isUp, strikes: count, ms }) {
      checks.inc({ watch, outcome: isUp ? 'ok' : 'failed' });
      seconds.observe({ watch }, ms / 1000);
      up.set({ watch }, isUp ? 1 : 0);
      strikes.set({ watch }, count);
    },
  };
}
