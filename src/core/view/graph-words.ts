import type { DrawnGraph } from '../graph/drawn.ts';
import { valueText } from '../graph/values.ts';
import type { Comparison } from '../ports/telemetry.ts';
import type { Picture, Text } from './card.ts';
import { plain } from './text.ts';
import { strong, time } from './words.ts';

/** What a graph says, for whoever reads and for whoever cannot see it. */
export function graphText(graph: DrawnGraph): Text {
  const { title, shown, of, threshold, unit, panelOf } = graph;
  if (panelOf !== undefined) return ['Panel of ', strong(title), `, as ${panelOf} has it`];
  return [
    'Graph of ',
    strong(title),
    ': ',
    ...toldText(graph),
    ...(threshold && Number.isFinite(threshold.value)
      ? [`; it alerts ${relations[threshold.comparison]} ${valueText(threshold.value, unit)}`]
      : []),
    of > shown ? `. ${shown} of ${of} series shown` : '',
  ];
}

export function graphPicture(graph: DrawnGraph): Picture {
  const { light, dark } = graph;
  return { light, dark, alt: plain(graphText(graph)) };
}

function toldText({ telling, unit, name }: DrawnGraph): Text {
  const value = (number: number) => valueText(number, unit);
  const what = name === '' ? 'it' : name;
  switch (telling.kind) {
    case 'rose':
    case 'fell':
      return [
        `${what} ${telling.kind} from ${value(telling.before)} to ${value(telling.now)} since `,
        time(telling.since),
      ];
    case 'peaked':
    case 'dipped': {
      const moved = telling.kind === 'peaked' ? 'rose to' : 'fell to';
      return [
        `${what} ${moved} ${value(telling.extreme)} at `,
        time(telling.at),
        ` and is ${value(telling.now)} now`,
      ];
    }
    case 'steady':
      return [`${what} stays near ${value(telling.now)}`];
    case 'nothing':
      return ['nothing was measured'];
    default:
      return telling satisfies never;
  }
}

const relations: Readonly<Record<Comparison, string>> = {
  '>': 'above',
  '>=': 'from',
  '<': 'below',
  '<=': 'up to',
  '==': 'at',
  '!=': 'unless',
};
