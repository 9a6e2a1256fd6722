import { describe, expect, it } from 'vitest';
import type { LiveJournal } from '../../src/bot/bot.ts';
import { createEngine, type Engine } from '../../src/bot/engine.ts';
import type { Observation } from '../../src/core/alert/alert.ts';
import { receiveIntent } from '../../src/core/alert/intake.ts';
import { T0 } from '../core/given.ts';
import { firing, stopped } from '../core/incident/given-incident.ts';
import { sha256 } from '../core/operation/sample.ts';
import { createMemoryJournal } from '../fakes/memory-journal.ts';

describe('a group of alerts', () => {
  it('that the source calls by another name joins the open incident that shares an alert', async () => {
    const { engine, delivers } = world();
    await delivers('key-1', [firing('web-1')]);
    await delivers('key-2', [firing('web-1'), firing('web-2')]);
    expect([...engine.readings.incidents.values()]).toMatchObject([
      { state: { status: 'open', firing: 2 } },
    ]);
    await delivers('key-2', [stopped('web-1'), stopped('web-2')]);
    expect([...engine.readings.incidents.values()]).toMatchObject([
      { state: { status: 'resolved', firing: 0 } },
    ]);
  });
});

function world(options: Partial<Parameters<typeof createMemoryJournal>[0]> = {}) {
  const clock = { now: T0 };
  const journal = createMemoryJournal({ now: () => clock.now, ...options });
  const engine = engineOn(journal, clock);
  let deliveries = 0;
  return {
    clock,
    journal,
    engine,
    delivers(groupKey: string, observations: readonly Observation[]) {
      deliveries += 1;
      const delivery = {
        source: 'alertmanager/main',
        receiver: 'tocsin',
        groupKey,
        groupLabels: {},
      };
      const intent = receiveIntent(
        { ...delivery, truncated: 0, externalUrl: '', observations, unreadable: [] },
        {
          settings,
          index: engine.readings.correlation,
          now: clock.now,
          sha256,
          sourceAnswers: false,
        },
      );
      return engine.receive(intent, {
        cause: `delivery/${deliveries}`,
        by: 'source:alertmanager/main',
      });
    },
  };
}

function engineOn(journal: LiveJournal, clock: { readonly now: number }): Engine {
  const engine = createEngine({ journal, now: () => clock.now, sha256 });
  journal.onAppended((recorded) => {
    for (const each of recorded) engine.took(each);
  });
  return engine;
}

const settings = {
  catalog: { services: [] },
  routes: { routes: [], otherwise: { match: {}, places: {} } },
};
