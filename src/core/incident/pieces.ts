import type { Labels } from '../alert/alert.ts';

/**
 * How many characters of alerts one event holds at most. A journal refuses events past a megabyte, and a body may hold
 * ten thousand alerts: escaped as badly as JSON can (six for one), a full piece still fits.
 */
export const PIECE_MAX = 128 * 1024;

/** The numbers, names and punctuation around the texts. */
const AROUND = 80;

interface Heavy {
  readonly fingerprint: string;
  readonly labels?: Labels;
  readonly annotations?: Labels;
  readonly generatorUrl?: string;
  readonly silencedBy?: readonly string[];
}

/** The same alerts in the same order, in as few lists as fit an event each. */
export function inPieces<T extends Heavy>(alerts: readonly T[]): readonly (readonly T[])[] {
  const pieces: T[][] = [];
  let room = 0;
  for (const alert of alerts) {
    const weight = weigh(alert);
    const last = pieces.at(-1);
    if (last && weight <= room) {
      last.push(alert);
      room -= weight;
    } else {
      pieces.push([alert]);
      room = PIECE_MAX - weight;
    }
  }
  return pieces;
}

function weigh({ fingerprint, labels, annotations, generatorUrl, silencedBy }: Heavy): number {
  const texts = fingerprint.length + (generatorUrl?.length ?? 0) + (silencedBy?.join().length ?? 0);
  return AROUND + texts + weighLabels(labels) + weighLabels(annotations);
}

function weighLabels(labels: Labels | undefined): number {
  let weight = 0;
  for (const name in labels) weight += name.length + (labels[name]?.length ?? 0) + 6;
  return weight;
}
