import { setTimeout as after } from 'node:timers/promises';
import type { ArtefactStore } from '../../core/ports/backup.ts';
import type { Finding } from '../../core/ports/target.ts';
import { createFolderStore } from './folder.ts';
import type { S3Config } from './s3/schema.ts';
import { createS3Store, type S3Deps } from './s3/store.ts';

export { problems } from './problems.ts';
export type { S3Config } from './s3/schema.ts';

export interface ConnectedStore extends ArtefactStore {
  /** As it answered last. */
  health(): 'ok' | 'degraded' | 'down';
  /** Whether backups can be kept there. */
  doctor(): Promise<readonly Finding[]>;
  close(): void;
}

const ofTheMachine: S3Deps = {
  clock: Date,
  pause: async (ms, signal) => after(ms, undefined, signal ? { signal } : {}),
};

/** Where backups are kept, by what `to:` says: a folder, or a bucket. Nothing is asked before it is used. */
export function connect(to: string | S3Config, deps: S3Deps = ofTheMachine): ConnectedStore {
  if (typeof to !== 'string') return createS3Store(to, deps);
  return {
    ...createFolderStore(to),
    health: () => 'ok',
    // Whether it can be used and has room is said with each backup that goes there.
    doctor: async () => [],
    close: () => undefined,
  };
}
