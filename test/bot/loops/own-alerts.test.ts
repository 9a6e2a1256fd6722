import { describe, expect, it } from 'vitest';
import { createOwnAlertsLoop } from '../../../src/bot/loops/own-alerts.ts';
import type { Incident } from '../../../src/core/incident/incident.ts';
import type { AlertSink, PostedAlert } from '../../../src/core/ports/alert-sink.ts';
import { problem } from '../../../src/core/problem.ts';
import { given, incidentOf, MINUTE, opened } from '../../core/incident/given-incident.ts';
import { stillClock } from '../../fakes/still-clock.ts';

const blown = opened({
  origin: 'security',
  source: 'tocsin',
  title: 'TocsinFuseBlown',
  severity: 'critical',
});

describe('what Tocsin has to say of itself', () => {
  it('is sent soon, and again long before it would end there', async () => {
    const { raise, clock, holds, posts, loop } = world();
    raise();
    await clock.passes(5000);
    expect(holds()).toEqual(['TocsinFuseBlown']);
    const before = posts.length;
    for (let minute = 0; minute < 10; minute += 1) {
      await clock.passes(MINUTE);
      expect(holds()).toEqual(['TocsinFuseBlown']);
    }
    // Once a minute, not at each look.
    expect(posts.length - before).toBeLessThanOrEqual(10);
    await loop.close();
  });

  it('ends there when it is over, and is told so until everybody has heard it', async () => {
    const { raise, clear, clock, holds, posts, loop } = world();
    raise();
    await clock.passes(5000);
    clear();
    await clock.passes(5000);
    expect(holds()).toEqual([]);
    const [end] = posts.at(-1) ?? [];
    expect(end?.endsAt).toBeLessThanOrEqual(clock.now());
    await clock.passes(10 * MINUTE);
    const ends = posts.filter(([alert]) => alert && alert.endsAt === end?.endsAt);
    expect(ends.length).toBe(4);
    const before = posts.length;
    await clock.passes(10 * MINUTE);
    expect(posts.length).toBe(before);
    await loop.close();
  });

  it('ends by itself when we are gone', async () => {
    const { raise, clock, holds, loop } = world();
    raise();
    await clock.passes(5000);
    await loop.close();
    await clock.passes(5 * MINUTE);
    expect(holds()).toEqual([]);
  });

  it('is sent when whoever is told answers again, and the log says once that they did not', async () => {
    const { raise, clock, holds, sink, said, loop } = world();
    sink.isDown = true;
    raise();
    await clock.passes(10 * MINUTE);
    expect([holds(), said]).toEqual([[], ['own alerts are not sent']]);
    sink.isDown = false;
    await clock.passes(5000);
    expect(holds()).toEqual(['TocsinFuseBlown']);
    expect(said).toEqual(['own alerts are not sent', 'own alerts are sent again']);
    await loop.close();
  });

  it('is said with its new severity alone', async () => {
    const { raise, clock, holds, loop } = world();
    raise();
    await clock.passes(5000);
    raise('info');
    await clock.passes(5000);
    expect(holds('severity')).toEqual(['info']);
    await loop.close();
  });

  it('is that the journal takes nothing, where no incident can say it', async () => {
    const { state, clock, holds, loop } = world();
    state.accepting = false;
    await clock.passes(5000);
    expect(holds()).toEqual(['TocsinJournalRefuses']);
    state.accepting = true;
    await clock.passes(5000);
    expect(holds()).toEqual([]);
    await loop.close();
  });
});

function world() {
  const clock = stillClock();
  const posts: (readonly PostedAlert[])[] = [];
  const said: string[] = [];
  const state = { accepting: true };
  let incidents: readonly Incident[] = [];
  /** As an Alertmanager has them: by their labels, the newest word counts. */
  const kept = new Map<string, PostedAlert>();
  const sink = {
    source: 'alertmanager/main',
    isDown: false,
    async post(alerts: readonly PostedAlert[]) {
      if (sink.isDown) return { ok: false, problem: problem('ALERTMANAGER_TIMEOUT') } as const;
      posts.push(alerts);
      for (const alert of alerts) kept.set(JSON.stringify(alert.labels), alert);
      return { ok: true } as const;
    },
  };
  const loop = createOwnAlertsLoop({
    clock,
    sinks: [sink satisfies AlertSink],
    incidents: () => incidents,
    accepting: () => state.accepting,
    installation: 'inst-1',
    publicUrl: '',
    log: (message) => said.push(message),
  });
  loop.start();
  return {
    clock,
    loop,
    posts,
    said,
    sink,
    state,
    raise(severity: 'critical' | 'info' = 'critical') {
      incidents = [incidentOf(given({ ...blown, severity }).state())];
    },
    clear() {
      incidents = [];
    },
    holds: (label = 'alertname') =>
      [...kept.values()]
        .filter(({ endsAt }) => endsAt > clock.now())
        .map(({ labels }) => labels[label]),
  };
}
