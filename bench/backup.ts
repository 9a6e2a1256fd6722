import { execFile } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fill, take } from '../test/real/backup/large.ts';
import { type PostgresServer, startPostgres } from '../test/real/backup/postgres-server.ts';
import { median, round, say } from './support/figures.ts';
import { inFolder } from './support/process.ts';

const mebibytes = Number(process.env['BENCH_SIZES'] ?? 512);
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 3);

/**
 * One backup from the line in the console to its signed manifest, against `pg_dump | gzip | sha256sum` of the same database by
 * hand: the same level of the same compression, the artefact on the same disk. In turns, so that what disturbs one disturbs both.
 */
export async function backup(): Promise<object> {
  const server = await startPostgres();
  try {
    say(`a database of ${mebibytes} MiB is filled`);
    await fill(server, mebibytes);
    const ours: number[] = [];
    const theirs: number[] = [];
    const grown: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const hand = await byHand(server);
      const taken = await take(server);
      theirs.push(hand.seconds);
      ours.push(taken.seconds);
      grown.push((taken.most - taken.before) / 1e6);
      say(
        `by hand ${hand.seconds.toFixed(1)} s, ${hand.bytes} bytes · tocsin ${taken.seconds.toFixed(1)} s, ${taken.bytes} bytes`,
      );
    }
    return {
      bench: 'backup',
      backup_s: round(median(ours)),
      by_hand_s: round(median(theirs)),
      throughput_ratio: round(median(theirs) / median(ours)),
      rss_grown_mb: round(Math.max(...grown), 0),
    };
  } finally {
    await server.stop();
  }
}

async function byHand({ port, programs }: PostgresServer) {
  return inFolder(async (folder) => {
    const file = join(folder, 'by-hand.sql.gz');
    const dump = `${programs}/pg_dump -h 127.0.0.1 -p ${port} -U admin checkout`;
    const began = performance.now();
    await promisify(execFile)('bash', [
      '-c',
      `set -o pipefail; ${dump} | gzip -6 | tee ${file} | sha256sum && sync ${file}`,
    ]);
    return { seconds: (performance.now() - began) / 1000, bytes: statSync(file).size };
  });
}
