import type { ArtefactStore } from '../../core/ports/backup.ts';
import { createFolderStore } from './folder.ts';

export { problems } from './problems.ts';

/** Where backups are kept, by what `to:` says. */
export function connect(to: string): ArtefactStore {
  return createFolderStore(to);
}
