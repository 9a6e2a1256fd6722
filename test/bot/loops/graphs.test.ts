import { describe, expect, it } from 'vitest';
import { createEngine } from '../../../src/bot/engine.ts';
import { createGrapher } from '../../../src/bot/grapher.ts';
import { createGraphsLoop } from '../../../src/bot/loops/graphs.ts';
import { receiveIntent } from '../../../src/core/alert/intake.ts';
import type { Severity } from '../../../src/core/alert/severity.ts';
import type { Graph } from '../../../src/core/graph/graph.ts';
import type { Panels } from '../../../src/core/ports/panels.ts';
import type { Ranged, RangeWanted, TelemetryReader } from '../../../src/core/ports/telemetry.ts';
import type { Looked } from '../../../src/core/ports/workload.ts';
import { problem } from '../../../src/core/problem.ts';
import { story } from '../../../src/core/view/story.ts';
import { plain } from '../../../src/core/view/text.ts';
import { measureOf } from '../../../src/integrations/prometheus/expression.ts';
import { firing, incidentOf, labels, MINUTE } from '../../core/incident/given-incident.ts';
import { sha256 } from '../../core/operation/sample.ts';
import { createMemoryJournal } from '../../fakes/memory-journal.ts';
import { stillClock } from '../../fakes/still-clock.ts';

const source = 'alertmanager/main';
const address = 'http://elsewhere.example/graph?g0.expr=errors+%3E+3';
const down = problem('PROMETHEUS_UNREACHABLE', { target: 'prometheus/prom' });

describe('a new incident', () => {
  it('gets the graph of what its alert measures, once its first lines stand', async () => {
    const { fires, clock, asked, lines, pictures } = await world();
    const id = await fires('Slow');
    await clock.passes(2_000);
    expect(asked).toEqual([]);
    await clock.passes(2_000);
    expect(asked.map(({ query }) => query)).toEqual(['errors']);
    expect(lines(id).at(-1)).toMatch(
      /^Graph of Slow: it rose from 1 to 9 since \d\d:\d\d UTC; it alerts above 3$/,
    );
    expect(pictures(id)).toMatchObject([{ light: sha256('light'), dark: sha256('dark') }]);
  });

  it('gets one and no second, whatever happens to it', async () => {
    const { fires, clock, asked, restarts } = await world();
    await fires('Slow');
    await clock.passes(5_000);
    await fires('Slow', 'warning', 'b');
    restarts().start();
    await clock.passes(9 * MINUTE);
    expect(asked.length).toBe(1);
  });

  it('of a source that nobody measures gets none, and nothing is said of it', async () => {
    const { fires, clock, asked, lines } = await world({ telemetry: {} });
    const id = await fires('Slow');
    await clock.passes(11 * MINUTE);
    expect([asked.length, lines(id).length]).toEqual([0, 1]);
  });

  it('whose alert does not say what it measures is told so at once', async () => {
    const { fires, clock, lines } = await world();
    const id = await fires('Slow', 'warning', 'a', 'http://prom/graph');
    await clock.passes(5_000);
    expect(lines(id).at(-1)).toContain('No graph: ');
    expect(lines(id).at(-1)).toContain('GRAPH_NO_EXPRESSION');
  });
});

describe('the panel that an alert leads to', () => {
  const panel = new TextEncoder().encode('panel');
  const there: Theirs = { knows: () => true, picture: async () => ({ ok: true, value: panel }) };

  it('stands in the thread where nobody measures', async () => {
    const { fires, clock, asked, lines, pictures } = await world({ telemetry: {}, panels: there });
    const id = await fires('Slow');
    await clock.passes(5_000);
    expect(asked).toEqual([]);
    expect(lines(id).at(-1)).toBe('Panel of Slow, as alertmanager/main has it');
    const digest = sha256('panel');
    expect(pictures(id)).toEqual([
      { light: digest, dark: digest, alt: 'Panel of Slow, as alertmanager/main has it' },
    ]);
  });

  it('stands in for our own graph where that cannot be drawn, and never beside it', async () => {
    const { fires, clock, lines, answers } = await world({ panels: there });
    const well = await fires('Slow');
    await clock.passes(5_000);
    expect(lines(well).filter((line) => line.includes('Panel of'))).toEqual([]);
    answers({ kind: 'no data' });
    const id = await fires('Down');
    await clock.passes(9_000);
    expect(lines(id).at(-1)).toContain('Panel of Down');
  });

  it('that cannot be had is tried three times more, then said in a sentence', async () => {
    let tries = 0;
    const picture: Theirs['picture'] = async () => {
      tries += 1;
      return { ok: false, problem: problem('GRAFANA_TIMEOUT', { seconds: 20 }) };
    };
    const { fires, clock, lines } = await world({ telemetry: {}, panels: { ...there, picture } });
    const id = await fires('Slow');
    await clock.passes(20 * MINUTE);
    expect([tries, lines(id).at(-1)]).toEqual([4, expect.stringContaining('GRAFANA_TIMEOUT')]);
  });

  it('is none where its addresses lead elsewhere', async () => {
    const { fires, clock, lines } = await world({
      telemetry: {},
      panels: { ...there, knows: () => false },
    });
    const id = await fires('Slow');
    await clock.passes(5_000);
    expect(lines(id).length).toBe(1);
  });
});

type Theirs = Omit<Panels, 'source'>;

describe('whoever measures', () => {
  it('and does not answer is asked again, and the graph comes late', async () => {
    const { fires, clock, asked, lines, answers } = await world();
    answers(down);
    const id = await fires('Slow');
    await clock.passes(10_000);
    expect([asked.length, lines(id).length]).toEqual([1, 1]);
    answers(measured);
    await clock.passes(20_000);
    expect(lines(id).at(-1)).toContain('rose from 1 to 9');
  });

  it('and never answers ends in a sentence, not in a loop', async () => {
    const { fires, clock, asked, lines, answers } = await world();
    answers(down);
    const id = await fires('Slow');
    await clock.passes(20 * MINUTE);
    expect(asked.length).toBe(4);
    expect(lines(id).filter((line) => line.includes('PROMETHEUS_UNREACHABLE')).length).toBe(1);
  });

  it('and has nothing says that, and no zero', async () => {
    const { fires, clock, lines, answers } = await world();
    answers({ kind: 'no data' });
    const id = await fires('Slow');
    await clock.passes(9 * MINUTE);
    expect(lines(id).at(-1)).toContain('GRAPH_NO_DATA');
  });

  it('and fails in a way nobody thought of stops no other graph', async () => {
    const { fires, clock, lines, breaks } = await world();
    const [first, second] = [await fires('One', 'critical'), await fires('Two')];
    breaks('One');
    await clock.passes(20_000);
    expect(lines(second).at(-1)).toContain('Graph of Two');
    expect(lines(first).length).toBe(1);
  });
});

it('in a storm the worst come first, a dozen in a minute, and what is old is let go', async () => {
  const { fires, clock, asked, waiting } = await world();
  const ids: string[] = [];
  for (let at = 0; at < 200; at += 1)
    ids.push(await fires(`Storm${at}`, at === 150 ? 'critical' : 'info'));
  await clock.passes(4_000);
  expect(asked.length).toBe(12);
  expect(asked[0]?.title).toContain('Storm150');
  await clock.passes(5 * MINUTE);
  expect(asked.length).toBeLessThanOrEqual(72);
  await clock.passes(10 * MINUTE);
  expect(asked.length).toBeLessThanOrEqual(132);
  expect(waiting()).toBe(0);
});

const measured: Ranged = {
  kind: 'series',
  from: 0,
  stepMs: MINUTE,
  series: [{ labels: { pod: 'a' }, values: [1, 1, 1, 5, 9] }],
  of: 1,
};

interface Options {
  readonly panels?: Theirs;
  readonly telemetry?: Readonly<Record<string, never>>;
}

async function world({ telemetry, panels }: Options = {}) {
  const clock = stillClock();
  const journal = createMemoryJournal({ now: clock.now });
  const engine = createEngine({ journal, now: clock.now, sha256 });
  const asked: (RangeWanted & { title: string })[] = [];
  let answer: Looked<Ranged> = { ok: true, value: measured };
  let broken = '';
  const reader: TelemetryReader = {
    measureOf: (url) => (url === address ? measureOf('errors > 3') : undefined),
    measure: measureOf,
    instant: async () => ({ ok: true, value: { kind: 'no data' } }),
    range: async (wanted) => {
      asked.push({ ...wanted, title: '' });
      const { from, stepMs } = wanted;
      return answer.ok && answer.value.kind === 'series'
        ? { ok: true, value: { ...answer.value, from, stepMs } }
        : answer;
    },
  };
  const ref = { integration: 'prometheus', target: 'prom', locator: {}, bounds: {}, show: [] };
  const routes = { routes: [], otherwise: { match: {}, places: {} } };
  const grapher = createGrapher({
    settings: () =>
      ({ catalog: { services: [] }, telemetry: telemetry ?? { [source]: ref } }) as never,
    clock,
    telemetry: () => reader,
    async paint({ title }: Graph) {
      const last = asked.at(-1);
      if (last) last.title = title;
      if (broken !== '' && title.includes(broken)) throw new TypeError('nobody thought of this');
      return { light: new TextEncoder().encode('light'), dark: new TextEncoder().encode('dark') };
    },
    blobs: { put: async (bytes) => sha256(new TextDecoder().decode(bytes)) },
    ...(panels && { panels: [{ source, ...panels }] }),
  });
  const open = () =>
    createGraphsLoop({
      engine,
      clock,
      grapher,
      operationsOf: async () => [],
      log: () => undefined,
    });
  let loop = open();
  journal.onAppended((recorded) => {
    for (const each of recorded) engine.took(each);
  });
  engine.onChange(({ kind, id }) => kind === 'incident' && loop.wake(id));
  let delivered = 0;
  const held = (id: string) =>
    incidentOf(engine.readings.incidents.get(id)?.state ?? { status: 'none' });
  const told = (id: string) => story(held(id), { names: new Map(), book: {} });
  return {
    clock,
    asked,
    waiting: () => loop.waiting(),
    answers(next: Ranged | typeof down) {
      answer = 'code' in next ? { ok: false, problem: next } : { ok: true, value: next };
    },
    breaks(title: string) {
      broken = title;
    },
    lines: (id: string) =>
      told(id).flatMap((each) => (each.kind === 'line' ? [plain(each.text)] : [])),
    pictures: (id: string) =>
      told(id).flatMap((each) => (each.kind === 'line' && each.picture ? [each.picture] : [])),
    restarts() {
      loop = open();
      return loop;
    },
    async fires(
      name: string,
      severity: Severity = 'warning',
      fingerprint = 'a',
      generatorUrl = address,
    ): Promise<string> {
      delivered += 1;
      const observation = firing(`${name}-${fingerprint}`, {
        labels: labels(name, { severity, instance: fingerprint }),
        generatorUrl,
      });
      const delivery = {
        source,
        receiver: '',
        groupKey: name,
        groupLabels: { alertname: name },
        externalUrl: '',
        truncated: 0,
        observations: [observation],
        unreadable: [],
      };
      const intent = receiveIntent(delivery, {
        settings: { catalog: { services: [] }, routes },
        index: engine.readings.correlation,
        now: clock.now(),
        sha256,
        sourceAnswers: true,
      });
      await engine.receive(intent, { cause: `delivery/${delivered}`, by: `source:${source}` });
      return intent.incident;
    },
  };
}
