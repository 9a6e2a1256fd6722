import { encode } from 'uqr';

export interface QrPicture {
  /** Modules on one side, the quiet zone included. */
  readonly size: number;
  /** What is dark, as the `d` of an SVG path in module units. */
  readonly path: string;
}

/** The picture of a text for the camera of a phone. The quiet zone is four modules wide, as ISO/IEC 18004 wants it. */
export function qrPicture(text: string): QrPicture {
  const { data, size } = encode(text, { ecc: 'M', border: 4 });
  const path = data
    .flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : [])))
    .join('');
  return { size, path };
}
