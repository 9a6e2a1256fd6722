import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Material } from './draw.ts';

/** The files of packages that are read, not imported: the build copies them beside the bundle. */
export async function readMaterial(): Promise<Material> {
  const [wasm, regular, bold] = await Promise.all([
    bytesOf(import.meta.resolve('@resvg/resvg-wasm/index_bg.wasm')),
    bytesOf(import.meta.resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf')),
    bytesOf(import.meta.resolve('dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf')),
  ]);
  return { wasm, regular, bold };
}

async function bytesOf(url: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await readFile(fileURLToPath(url)));
}
