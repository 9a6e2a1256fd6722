import { readFile } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createPainter,
  type Painter,
  type Pictures,
  waitingMax,
} from '../../../src/bot/graphs/index.ts';
import type { Graph } from '../../../src/core/graph/graph.ts';
import { golden, goldenFile } from './golden.ts';
import { decodePng, differenceOf } from './picture.ts';
import { graphs } from './sample.ts';

let painter: Painter;
/** What was to be run later, with its time. */
let later: { readonly ms: number; readonly run: () => void }[];

/** Each is drawn once for all that look at it. */
const pictures = new Map<string, Promise<Pictures>>();

beforeAll(() => {
  later = [];
  painter = createPainter({
    after(ms, run) {
      const timer = { ms, run };
      later.push(timer);
      return () => {
        later = later.filter((each) => each !== timer);
      };
    },
  });
});
afterAll(() => painter.close());

describe('a graph', () => {
  it.each(golden)(
    'of %s on %s ground looks as it did when somebody looked',
    async (name, theme) => {
      const pictures = await painter.paint(sample(name));
      const difference = differenceOf(
        decodePng(pictures[theme]),
        decodePng(await readFile(goldenFile(name, theme))),
      );
      expect(difference.mean).toBeLessThan(0.5);
      expect(difference.seen).toBeLessThan(0.001);
    },
  );

  it('that differs is seen to differ', async () => {
    const told = sample('told');
    const { light } = await painter.paint({ ...told, marks: told.marks.slice(1) });
    const { mean } = differenceOf(
      decodePng(light),
      decodePng(await readFile(goldenFile('told', 'light'))),
    );
    expect(mean).toBeGreaterThan(0.5);
  });

  it('is the same bytes each time', async () => {
    const [first, second] = await Promise.all([painted('gaps'), painter.paint(sample('gaps'))]);
    expect(Buffer.compare(first.light, second.light)).toBe(0);
  });

  it('is drawn beside the event loop', async () => {
    let turns = 0;
    const painted = painter.paint(sample('many'));
    const turning = (async () => {
      for (; turns < 1_000_000; turns += 1) {
        if ((await Promise.race([painted, setImmediate('not yet')])) !== 'not yet') return;
      }
    })();
    await Promise.all([painted, turning]);
    expect(turns).toBeGreaterThan(100);
  });
});

describe('whoever draws', () => {
  it('goes away when nobody has asked for a minute, and comes back', async () => {
    await painter.paint(sample('flat'));
    expect(later.map(({ ms }) => ms)).toEqual([60_000]);
    later[0]?.run();
    expect(decodePng((await painter.paint(sample('flat'))).dark).width).toBe(1600);
  });

  it('is given up when it hangs, and what waits is told', async () => {
    const [first, second] = [refusal(sample('many')), refusal(sample('many'))];
    later.find(({ ms }) => ms === 20_000)?.run();
    expect(await Promise.all([first, second])).toEqual([
      'it took longer than 20 s',
      'its thread hung',
    ]);
    expect(painter.waiting()).toBe(0);
    expect((await painter.paint(sample('flat'))).light.length).toBeGreaterThan(1000);
  });

  it('takes so many at once and no more', async () => {
    const asked = Array.from({ length: waitingMax }, () => refusal(sample('flat')));
    await expect(painter.paint(sample('flat'))).rejects.toMatchObject({
      problem: { code: 'GRAPH_NOT_DRAWN', facts: { why: 'too many others are being drawn' } },
    });
    await painter.close();
    expect(new Set(await Promise.all(asked))).toEqual(new Set(['the bot ends']));
  });

  it('says so when something cannot be drawn', async () => {
    const broken = { ...sample('flat'), unit: 'nonsense', series: undefined };
    expect(await refusal(JSON.parse(JSON.stringify(broken)))).toMatch(/undefined|iterable/);
  });
});

function painted(name: string): Promise<Pictures> {
  const known = pictures.get(name) ?? painter.paint(sample(name));
  pictures.set(name, known);
  return known;
}

function sample(name: string): Graph {
  const graph = graphs[name];
  if (!graph) throw new Error(`there is no sample ${name}`);
  return graph;
}

async function refusal(graph: Graph): Promise<string> {
  return painter.paint(graph).then(
    () => 'it was drawn',
    (error) => error.problem.facts.why,
  );
}
