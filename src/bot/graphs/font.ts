/** How wide a text is in a font, in units of one em. */
export type Width = (text: string) => number;

/**
 * Reads the widths of a TrueType font: without a browser nobody else knows them, and labels would run into each other.
 * https://learn.microsoft.com/en-us/typography/opentype/spec/otff
 */
export function widthIn(font: Uint8Array): Width {
  const view = new DataView(font.buffer, font.byteOffset, font.byteLength);
  const tables = tablesOf(view);
  const unitsPerEm = view.getUint16(tables('head') + 18);
  const metrics = tables('hmtx');
  const metricsCount = view.getUint16(tables('hhea') + 34);
  const glyphOf = glyphsOf(view, tables('cmap'));
  const known = new Map<string, number>();

  function widthOf(letter: string): number {
    const seen = known.get(letter);
    if (seen !== undefined) return seen;
    const glyph = Math.min(glyphOf(letter.codePointAt(0) ?? 0), metricsCount - 1);
    const width = view.getUint16(metrics + 4 * glyph) / unitsPerEm;
    known.set(letter, width);
    return width;
  }

  return (text) => Array.from(text).reduce((sum, letter) => sum + widthOf(letter), 0);
}

function tablesOf(view: DataView): (tag: string) => number {
  const found = new Map<string, number>();
  for (let index = 0; index < view.getUint16(4); index += 1) {
    const at = 12 + 16 * index;
    const tag = String.fromCharCode(...[0, 1, 2, 3].map((byte) => view.getUint8(at + byte)));
    found.set(tag, view.getUint32(at + 8));
  }
  return (tag) => {
    const offset = found.get(tag);
    if (offset === undefined) throw new Error(`the font has no table ${tag}`);
    return offset;
  };
}

/** The map of the first plane, format 4: it has all that a graph says. */
function glyphsOf(view: DataView, cmap: number): (code: number) => number {
  const subtables = Array.from({ length: view.getUint16(cmap + 2) }, (_, index) => {
    return cmap + view.getUint32(cmap + 8 + 8 * index);
  });
  const at = subtables.find((offset) => view.getUint16(offset) === 4);
  if (at === undefined) throw new Error('the font has no map of format 4');
  const double = view.getUint16(at + 6);
  const [ends, starts, deltas, ranges] = [14, 16 + double, 16 + 2 * double, 16 + 3 * double];
  return (code) => {
    for (let segment = 0; segment < double; segment += 2) {
      if (view.getUint16(at + ends + segment) < code) continue;
      const start = view.getUint16(at + starts + segment);
      if (start > code) return 0;
      const delta = view.getUint16(at + deltas + segment);
      const range = view.getUint16(at + ranges + segment);
      if (range === 0) return (code + delta) % 65_536;
      const glyph = view.getUint16(at + ranges + segment + range + 2 * (code - start));
      return glyph === 0 ? 0 : (glyph + delta) % 65_536;
    }
    return 0;
  };
}
