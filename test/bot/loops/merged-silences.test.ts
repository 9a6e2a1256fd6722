import { expect, it } from 'vitest';
import { createEngine } from '../../../src/bot/engine.ts';
import { createHeldSilencesLoop } from '../../../src/bot/loops/held-silences.ts';
import { createSilencesLoop } from '../../../src/bot/loops/silences.ts';
import { receiveIntent } from '../../../src/core/alert/intake.ts';
import { matchersOf } from '../../../src/core/alert/matcher.ts';
import type { Incident } from '../../../src/core/incident/incident.ts';
import { incidentCard } from '../../../src/core/view/incident-card.ts';
import { cardText } from '../../../src/core/view/text.ts';
import { ana, firing, labels, MINUTE } from '../../core/incident/given-incident.ts';
import { sha256 } from '../../core/operation/sample.ts';
import { createMemoryJournal } from '../../fakes/memory-journal.ts';
import { createFakeSilences } from '../../fakes/silences.ts';
import { stillClock } from '../../fakes/still-clock.ts';

it('a silence of what was merged is seen, kept up and ended where it goes on, at its own source', async () => {
  const { main, edge, fires, asks, move, clock, engine } = world();
  const one = await fires('alertmanager/main', 'Slow');
  const two = await fires('alertmanager/edge', 'Late');
  await asks(two);
  expect([main.held.size, edge.held.size]).toEqual([0, 1]);

  await move('MergeIncidents', two, one);
  const card = () => cardText(incidentCard(stateOf(one), context));
  expect(card()).toMatch(new RegExp(`silenced.*being replaced.*asked in .${two}`));
  expect(card()).toContain('[Unsilence]');
  expect(stateOf(two).silences).toEqual([]);

  // Its own source forgets it: it is made again there, and the other one is left alone.
  edge.loses('am-1', 'forgotten');
  await clock.passes(3 * MINUTE);
  expect([main.held.size, edge.held.size]).toEqual([0, 1]);

  await tell(one, { type: 'AskUnsilence' });
  expect([main.held.size, edge.held.size]).toEqual([0, 0]);
  expect(card()).not.toContain('silenced until');

  function stateOf(id: string): Incident {
    const state = engine.readings.incidents.get(id)?.state;
    if (!state || state.status === 'none') throw new Error(`there is ${id}`);
    return state;
  }

  async function tell(id: string, what: object): Promise<void> {
    const intent = { at: clock.now(), by: ana, ...what } as never;
    await engine.tellIncident(id, intent, { cause: `said/${clock.now()}`, by: 'ana' });
    await clock.passes(10);
  }
});

it('a silence comes back with the incident that goes its own way again', async () => {
  const { edge, fires, asks, move, engine } = world();
  const one = await fires('alertmanager/main', 'Slow');
  const two = await fires('alertmanager/edge', 'Late');
  await asks(two);
  await move('MergeIncidents', two, one);
  await move('SplitIncident', one, two);
  const names = (id: string) => {
    const state = engine.readings.incidents.get(id)?.state;
    return state && state.status !== 'none' ? state.silences.map((each) => each.silence) : [];
  };
  expect([names(one), names(two), edge.held.size]).toEqual([[], ['sil-1'], 1]);
});

const context = { names: new Map(), book: {}, publicUrl: '' };

/** Two sources that can be silenced, and the loops that do it. */
function world() {
  const clock = stillClock();
  const journal = createMemoryJournal({ now: clock.now });
  const engine = createEngine({ journal, now: clock.now, sha256 });
  const main = createFakeSilences('alertmanager/main');
  const edge = createFakeSilences('alertmanager/edge');
  const parts = { engine, clock, silences: [main, edge], log: () => undefined };
  const watching = createHeldSilencesLoop({ ...parts, everyMs: MINUTE });
  const loop = createSilencesLoop({ ...parts, warnMs: 15 * MINUTE, changed: watching.wake });
  watching.start();
  journal.onAppended((recorded) => {
    for (const each of recorded) engine.took(each);
  });
  engine.onChange(({ kind, id }) => kind === 'incident' && loop.wake(id));

  async function fires(source: string, name: string): Promise<string> {
    const intent = receiveIntent(
      {
        ...{ source, receiver: '', groupKey: name, groupLabels: {}, externalUrl: '', truncated: 0 },
        observations: [firing(name, { labels: labels(name, { severity: 'warning' }) })],
        unreadable: [],
      },
      {
        settings: {
          catalog: { services: [] },
          routes: { routes: [], otherwise: { match: {}, places: {} } },
        },
        ...{ index: engine.readings.correlation, now: clock.now(), sha256, sourceAnswers: true },
      },
    );
    await engine.receive(intent, { cause: `delivery/${name}`, by: `source:${source}` });
    return intent.incident;
  }

  async function asks(incident: string): Promise<void> {
    await engine.tellIncident(
      incident,
      {
        ...{ type: 'AskSilence', at: clock.now(), by: ana, silence: 'sil-1' },
        matchers: matchersOf({ alertname: 'Late', severity: 'warning' }),
        ...{ durationMs: 60 * MINUTE, reason: 'being replaced' },
        hides: { firing: 1, critical: 0 },
      },
      { cause: 'asked', by: 'ana' },
    );
    await clock.passes(10);
  }

  async function move(
    type: 'MergeIncidents' | 'SplitIncident',
    incident: string,
    other: string,
  ): Promise<void> {
    const intent = { at: clock.now(), by: ana, incident, other, reason: 'one bad node' };
    await engine.move(
      type === 'MergeIncidents' ? { ...intent, type, pages: false } : { ...intent, type },
      { cause: type, by: 'ana' },
    );
    await clock.passes(10);
  }

  return { main, edge, fires, asks, move, clock, engine };
}
