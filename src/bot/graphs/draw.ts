import { initWasm, Resvg } from '@resvg/resvg-wasm';
import { LineChart } from 'echarts/charts';
import {
  GraphicComponent,
  GridComponent,
  MarkAreaComponent,
  MarkLineComponent,
} from 'echarts/components';
import { init, setPlatformAPI, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import type { Graph } from '../../core/graph/graph.ts';
import { widthIn } from './font.ts';
import { type Faces, layoutOf, width } from './layout.ts';
import { face, optionOf } from './option.ts';
import { encodePng } from './png.ts';
import { type ThemeName, themes } from './theme.ts';

/** The bytes of a graph as PNG, of twice the size it is laid out in. */
export type Draw = (graph: Graph, theme: ThemeName) => Uint8Array<ArrayBuffer>;

export interface Material {
  /** The program that turns SVG into pixels. */
  readonly wasm: Uint8Array<ArrayBuffer>;
  readonly regular: Uint8Array;
  readonly bold: Uint8Array;
}

const zoom = 2;

/** Once for a thread: the renderer is one for the whole of it. */
export async function openDraw({ wasm, regular, bold }: Material): Promise<Draw> {
  const faces: Faces = { regular: widthIn(regular), bold: widthIn(bold) };
  use([
    LineChart,
    GridComponent,
    MarkLineComponent,
    MarkAreaComponent,
    GraphicComponent,
    SVGRenderer,
  ]);
  setPlatformAPI({ measureText: (text, font) => ({ width: widthOf(text, font ?? '', faces) }) });
  await initWasm(wasm);
  const fonts = { fontBuffers: [regular, bold], defaultFontFamily: face, sansSerifFamily: face };
  return (graph, theme) => {
    const svg = svgOf(graph, theme, faces);
    const resvg = new Resvg(svg, { font: fonts, fitTo: { mode: 'zoom', value: zoom } });
    const image = resvg.render();
    try {
      return encodePng({ width: image.width, height: image.height, rgba: image.pixels });
    } finally {
      image.free();
      resvg.free();
    }
  };
}

function svgOf(graph: Graph, name: ThemeName, faces: Faces): string {
  const theme = themes[name];
  const layout = layoutOf(graph, faces);
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height: layout.height });
  try {
    chart.setOption(optionOf(graph, layout, theme));
    return withPlainFonts(chart.renderToSVGString());
  } finally {
    chart.dispose();
  }
}

/** The renderer of pixels does not read the short form of a font. */
function withPlainFonts(svg: string): string {
  return svg.replace(
    /(style="[^"]*?)font:([^;"\d]*)([\d.]+)px [^;"]*/g,
    (_whole, before: string, words: string, size: string) => {
      const weight = words.includes('bold') ? 'bold' : 'normal';
      return `${before}font-weight:${weight};font-size:${size}px;font-family:${face}`;
    },
  );
}

/** `bold 19px DejaVu Sans`. */
function widthOf(text: string, font: string, { regular, bold }: Faces): number {
  const size = Number(/([\d.]+)px/.exec(font)?.[1] ?? 12);
  return (/bold/.test(font) ? bold : regular)(text) * size;
}
