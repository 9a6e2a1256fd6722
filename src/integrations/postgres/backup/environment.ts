import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates } from 'node:tls';
import type { ProgramWanted } from '../../../core/ports/programs.ts';
import type { DumpPlace } from './place.ts';

/**
 * Runs a task with the environment in which a program of PostgreSQL reaches a place. Secrets go this way, for arguments
 * can be read by every user of the machine. Authorities have to be a file for it.
 */
export async function withEnvironment<T>(
  place: DumpPlace,
  task: (environment: Pick<ProgramWanted, 'env' | 'secrets'>) => Promise<T>,
): Promise<T> {
  const plain = {
    PGHOST: place.host,
    PGPORT: String(place.port),
    PGAPPNAME: 'tocsin backup',
    PGCONNECT_TIMEOUT: String(Math.max(2, Math.ceil(place.timeoutMs / 1000))),
    ...(place.username === undefined ? {} : { PGUSER: place.username }),
  };
  const secrets = place.password === undefined ? {} : { PGPASSWORD: place.password };
  if (place.tls === undefined) return task({ env: { ...plain, PGSSLMODE: 'disable' }, secrets });
  const folder = await mkdtemp(join(tmpdir(), 'tocsin-authority-'));
  try {
    const file = join(folder, 'ca.pem');
    const authorities = place.tls === true ? getCACertificates('system').join('\n') : place.tls;
    await writeFile(file, authorities, { mode: 0o600 });
    const env = { ...plain, PGSSLMODE: 'verify-full', PGSSLROOTCERT: file };
    return await task({ env, secrets });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
