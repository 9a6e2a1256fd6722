import type { Problem } from '../../../core/problem.ts';
import type { JournalExport } from '../../export.ts';
import { exportStreams, type VerifyRequest, verifyJournal } from '../../offline.ts';
import type { VerifyReport } from '../../verify.ts';
import { type ArchiveRequest, copyPast } from './archive-copy.ts';
import { backupJournal } from './backup.ts';
import { problemFrom } from './errors.ts';
import type { ArchivePortion } from './protocol.ts';

/** Long readings of a running journal: each in a thread of its own, so that neither loop nor store waits for them. */
export type Task =
  | { readonly task: 'verify'; readonly path: string; readonly request: VerifyRequest }
  | {
      readonly task: 'export';
      readonly path: string;
      readonly streams: readonly string[];
      readonly archive?: string;
    }
  | { readonly task: 'archive'; readonly path: string; readonly request: ArchiveRequest }
  | { readonly task: 'backup'; readonly path: string; readonly to: string };

export type TaskResult =
  | { readonly task: 'verify'; readonly report: VerifyReport }
  | { readonly task: 'export'; readonly document: JournalExport }
  | { readonly task: 'archive'; readonly portion: ArchivePortion | undefined }
  | { readonly task: 'backup' }
  | { readonly task: 'failed'; readonly problem: Problem };

export async function runTask(task: Task): Promise<TaskResult> {
  try {
    switch (task.task) {
      case 'verify':
        return { task: 'verify', report: verifyJournal(task.path, task.request) };
      case 'export':
        return { task: 'export', document: exportStreams(task.path, task.streams, task.archive) };
      case 'archive':
        return { task: 'archive', portion: copyPast(task.path, task.request) };
      case 'backup':
        await backupJournal(task.path, task.to);
        return { task: 'backup' };
    }
  } catch (error) {
    return { task: 'failed', problem: problemFrom(error, task.path) };
  }
}
