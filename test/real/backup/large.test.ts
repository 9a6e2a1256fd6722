import { expect, it } from 'vitest';
import { fill, take } from './large.ts';
import { startPostgres } from './postgres-server.ts';

const mebibyte = 1024 * 1024;

it.runIf(process.env['TOCSIN_FULL'])(
  'a backup of a gibibyte takes no more memory than one of a kibibyte',
  { timeout: 900_000 },
  async () => {
    const server = await startPostgres();
    try {
      await fill(server, 1024);
      const [size] = await server.ask("SELECT pg_database_size('checkout')::bigint AS bytes");
      expect(Number(size?.['bytes'])).toBeGreaterThan(1024 * mebibyte);
      const { before, most, bytes } = await take(server);
      expect(bytes).toBeGreaterThan(300 * mebibyte);
      expect((most - before) / mebibyte).toBeLessThanOrEqual(80);
    } finally {
      await server.stop();
    }
  },
);
