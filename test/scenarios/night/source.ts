import type { AlertSource } from '../../../src/core/ports/alert-source.ts';
import { eventually } from '../../support/eventually.ts';
import { fingerprintOf, type SentAlert } from './alertmanager.ts';

export interface FakeSource extends AlertSource {
  /** What it says from now on when it is asked. */
  fires(alerts: readonly SentAlert[]): void;
  wasAsked(times: number): Promise<void>;
}

/** The API of an Alertmanager that says what it is told to say. */
export function fakeSource(name: string): FakeSource {
  let firing: readonly SentAlert[] = [];
  let asked = 0;
  return {
    name,
    async current() {
      asked += 1;
      return firing.map(({ labels, annotations, startsAt }) => ({
        fingerprint: fingerprintOf(labels),
        labels,
        annotations,
        startsAt,
        state: 'firing',
        silencedBy: [],
        generatorUrl: '',
      }));
    },
    fires(alerts) {
      firing = alerts;
    },
    async wasAsked(times) {
      await eventually(`${name} was asked`, () => asked >= times);
    },
  };
}
