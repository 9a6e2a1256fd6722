import { Buffer } from 'node:buffer';
import { crc32, deflateSync } from 'node:zlib';

export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue and opacity of each, row by row. */
  readonly rgba: Uint8Array;
}

/** Colours of a palette: https://www.w3.org/TR/png-3/#11PLTE */
const coloursMax = 256;
/** Four bits of each of three. */
const binsMax = 4096;

/**
 * A picture of few colours as a PNG with a palette: a graph is a third of its size in full colour. Opaque: what it is
 * seen on is a part of it. https://www.w3.org/TR/png-3/
 */
export function encodePng({ width, height, rgba }: Pixels): Uint8Array<ArrayBuffer> {
  const { indexOf, palette } = paletteOf(rgba);
  const rows = new Uint8Array((width + 1) * height);
  let from = 0;
  let to = 0;
  for (let y = 0; y < height; y += 1) {
    // Each row begins with its filter: none.
    to += 1;
    for (let x = 0; x < width; x += 1) {
      rows[to] = indexOf[binOf(rgba, from)] ?? 0;
      from += 4;
      to += 1;
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // Eight bits for each pixel, an index into a palette.
  header.set([8, 3, 0, 0, 0], 8);
  return new Uint8Array(
    Buffer.concat([
      Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
      chunk('IHDR', header),
      chunk('PLTE', palette),
      chunk('IDAT', deflateSync(rows, { level: 7 })),
      chunk('IEND', new Uint8Array()),
    ]),
  );
}

/** The most used colours, each as most of its pixels have it; the others become the nearest of them. */
function paletteOf(rgba: Uint8Array) {
  const counts = new Uint32Array(binsMax);
  const chosen = new Uint32Array(binsMax);
  const lead = new Int32Array(binsMax);
  for (let at = 0; at < rgba.length; at += 4) {
    const bin = binOf(rgba, at);
    counts[bin] = (counts[bin] ?? 0) + 1;
    // A vote in one pass: a plane of one colour outvotes the edges of letters that are nearly so.
    if (lead[bin] === 0) chosen[bin] = at;
    lead[bin] = (lead[bin] ?? 0) + (isSame(rgba, at, chosen[bin] ?? 0) ? 1 : -1);
  }
  const used = Array.from({ length: binsMax }, (_, bin) => bin)
    .filter((bin) => counts[bin] !== 0)
    .toSorted((a, b) => (counts[b] ?? 0) - (counts[a] ?? 0));
  const kept = used.slice(0, coloursMax);
  const indexOf = new Uint8Array(binsMax);
  for (const [index, bin] of kept.entries()) indexOf[bin] = index;
  for (const bin of used.slice(coloursMax)) indexOf[bin] = nearest(bin, kept);
  const palette = new Uint8Array(3 * kept.length);
  for (const [index, bin] of kept.entries()) {
    const at = chosen[bin] ?? 0;
    palette.set(rgba.subarray(at, at + 3), 3 * index);
  }
  return { indexOf, palette };
}

function binOf(rgba: Uint8Array, at: number): number {
  const red = (rgba[at] ?? 0) >> 4;
  const green = (rgba[at + 1] ?? 0) >> 4;
  const blue = (rgba[at + 2] ?? 0) >> 4;
  return (red << 8) | (green << 4) | blue;
}

function isSame(rgba: Uint8Array, a: number, b: number): boolean {
  return rgba[a] === rgba[b] && rgba[a + 1] === rgba[b + 1] && rgba[a + 2] === rgba[b + 2];
}

function nearest(bin: number, kept: readonly number[]): number {
  const apart = (a: number, b: number) =>
    ((a >> 8) - (b >> 8)) ** 2 +
    (((a >> 4) & 15) - ((b >> 4) & 15)) ** 2 +
    ((a & 15) - (b & 15)) ** 2;
  return kept.reduce(
    (best, each, index) => (apart(bin, each) < apart(bin, kept[best] ?? 0) ? index : best),
    0,
  );
}

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  framed.set(body, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}
