import { describe, expect, it } from 'vitest';
import type { DrawnGraph } from '../../src/core/graph/drawn.ts';
import type { Incident } from '../../src/core/incident/incident.ts';
import { problem } from '../../src/core/problem.ts';
import { plain } from '../../src/core/view/text.ts';
import type { Asking } from '../../src/handlers/command.ts';
import { commands } from '../../src/handlers/commands/index.ts';

const drawn: DrawnGraph = {
  title: 'HighErrorRate · checkout',
  expression: 'rate(errors[5m]) > 0.05',
  unit: 'ratio',
  telling: { kind: 'rose', before: 0.01, now: 0.23, since: Date.UTC(2026, 10, 20, 14, 2) },
  name: '',
  threshold: { comparison: '>', value: 0.05 },
  shown: 10,
  of: 43,
  from: 0,
  to: 1,
  light: 'a'.repeat(64),
  dark: 'b'.repeat(64),
};

const asked = (desk: Partial<Asking['desk']>, more: Partial<Asking> = {}) => {
  const incident = { opened: { source: 'alertmanager/main' } } as Incident;
  return { desk, incident, args: {}, ...more } as Asking;
};

async function answer(what: Asking) {
  const command = commands.find(({ name }) => name === 'graph');
  if (command?.does !== 'read') throw new Error('graph does not read');
  return command.answer(what);
}

describe('graph', () => {
  it('says in words what its picture shows, to everybody in the thread', async () => {
    const spans: (number | undefined)[] = [];
    const desk = {
      graph: async (_incident: Incident, spanMs: number | undefined) => {
        spans.push(spanMs);
        return { ok: true, value: drawn } as const;
      },
    };
    const reading = await answer(asked(desk, { args: { over: 86_400_000 } }));
    expect(spans).toEqual([86_400_000]);
    expect(reading).toMatchObject({
      to: 'thread',
      picture: { light: drawn.light, dark: drawn.dark },
    });
    const words =
      'Graph of HighErrorRate · checkout: it rose from 1 % to 23 % since 14:02 UTC; it alerts above 5 %. 10 of 43 series shown';
    expect('title' in reading && plain(reading.title)).toBe(words);
    expect('picture' in reading && reading.picture?.alt).toBe(words);
  });

  it('hands on why there is none', async () => {
    const because = problem('PROMETHEUS_TIMEOUT', { target: 'prometheus/prom' });
    const desk = { graph: async () => ({ ok: false, problem: because }) as const };
    expect(await answer(asked(desk))).toEqual(because);
  });

  it('needs an incident, and somebody who draws', async () => {
    expect(await answer(asked({}, { incident: undefined }))).toMatchObject({
      code: 'INCIDENT_REQUIRED',
    });
    expect(await answer(asked({}))).toMatchObject({ code: 'GRAPH_NOBODY_MEASURES' });
  });
});
