import { parentPort } from 'node:worker_threads';
import { openDraw } from './draw.ts';
import { readMaterial } from './material.ts';
import type { Drawn, DrawRequest } from './protocol.ts';

const port = parentPort;
const opened = readMaterial().then(openDraw);

port?.on('message', async ({ id, graph }: DrawRequest) => {
  port.postMessage(await drawn());

  async function drawn(): Promise<Drawn> {
    try {
      const draw = await opened;
      return { id, pictures: { light: draw(graph, 'light'), dark: draw(graph, 'dark') } };
    } catch (error) {
      return { id, error: error instanceof Error ? error.message : String(error) };
    }
  }
});
