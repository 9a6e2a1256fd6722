import type { Manifest, Subject } from '../../../src/core/backup/manifest.ts';
import type { BackupEvent } from '../../../src/core/backup/record.ts';

export const subject: Subject = {
  service: 'checkout',
  environment: 'production',
  what: 'database',
};

type Taken = Extract<BackupEvent, { readonly type: 'BackupTaken' }>;

export function taken(more: Partial<Taken> = {}): Taken {
  return {
    type: 'BackupTaken',
    v: 1,
    id: 'b1',
    operation: 'op-1',
    store: '/backups',
    name: 'checkout/production/database/b1.dump',
    bytes: 100,
    sha256: 'aa',
    manifest: 'bb',
    startedAt: 1_000,
    endedAt: 2_000,
    ...more,
  };
}

export const manifest: Manifest = {
  format: 1,
  id: 'b1',
  subject,
  artefact: {
    name: 'checkout/production/database/b1.dump',
    bytes: 100,
    sha256: 'aa'.repeat(32),
    encoding: 'pg_dump custom',
    encryption: 'none',
  },
  source: {
    target: 'postgres/pg-main',
    place: 'checkout at db1:5432',
    server: 'PostgreSQL 15.20',
    program: 'pg_dump 15.20',
    bytes: 8_000_000,
  },
  operation: 'op-1',
  startedAt: 1_000,
  endedAt: 2_000,
  content: { counts: { 'public.orders': 5000 }, uncounted: 0 },
};
