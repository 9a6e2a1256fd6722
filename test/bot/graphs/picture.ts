import { inflateSync } from 'node:zlib';

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** Red, green and blue of each pixel. */
  readonly rgb: Uint8Array;
}

/** Reads what our own encoder writes: one byte a pixel, a palette, no filters. Anything else is refused. */
export function decodePng(bytes: Uint8Array): Picture {
  const view = Buffer.from(bytes);
  if (view.readUInt32BE(0) !== 0x89504e47) throw new Error('no PNG');
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < view.length; ) {
    const length = view.readUInt32BE(at);
    chunks.set(view.toString('latin1', at + 4, at + 8), view.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  const header = chunks.get('IHDR') ?? Buffer.alloc(13);
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  if (header.readUInt16BE(8) !== 0x0803) throw new Error('no picture with a palette');
  const palette = chunks.get('PLTE') ?? Buffer.alloc(0);
  const rows = inflateSync(chunks.get('IDAT') ?? Buffer.alloc(0));
  const rgb = new Uint8Array(3 * width * height);
  for (let y = 0; y < height; y += 1) {
    if (rows[y * (width + 1)] !== 0) throw new Error('a row with a filter');
    for (let x = 0; x < width; x += 1) {
      const index = 3 * (rows[y * (width + 1) + 1 + x] ?? 0);
      rgb.set(palette.subarray(index, index + 3), 3 * (y * width + x));
    }
  }
  return { width, height, rgb };
}

export interface Difference {
  /** Of a channel, on average over all of them. */
  readonly mean: number;
  /** Share of the pixels that anybody would see. */
  readonly seen: number;
}

export function differenceOf(a: Picture, b: Picture): Difference {
  if (a.width !== b.width || a.height !== b.height) return { mean: 255, seen: 1 };
  let sum = 0;
  let seen = 0;
  for (let at = 0; at < a.rgb.length; at += 3) {
    const apart = [0, 1, 2].map((each) =>
      Math.abs((a.rgb[at + each] ?? 0) - (b.rgb[at + each] ?? 0)),
    );
    sum += apart.reduce((all, one) => all + one, 0);
    if (Math.max(...apart) > 48) seen += 1;
  }
  return { mean: sum / a.rgb.length, seen: (3 * seen) / a.rgb.length };
}
