import type { Server } from '../connection.ts';

/**
 * The pause ends by itself, whatever becomes of us: https://redis.io/docs/latest/commands/client-pause/
 * Longer than a new master is waited for (20 s) and the next step's way to the old one.
 */
export const pauseMs = 40_000;

export async function pauseWrites(server: Server): Promise<void> {
  await server.call('CLIENT', 'PAUSE', String(pauseMs), 'WRITE');
}

export async function openWrites(server: Server): Promise<void> {
  await server.call('CLIENT', 'UNPAUSE');
}
