import type { Problem } from '../../../core/problem.ts';
import type { JournalExport } from '../../export.ts';
import { exportStreams, type VerifyRequest, verifyJournal } from '../../offline.ts';
import type { VerifyReport } from '../../verify.ts';
import { backupJournal } from './backup.ts';
import { problemFrom } from './errors.ts';

/** Long readings of a running journal: each in a thread of its own, so that neither loop nor store waits for them. */
export type Task =
  | { readonly task: 'verify'; readonly path: string; readonly request: VerifyRequest }
  | { readonly task: 'export'; readonly path: string; readonly streams: readonly string[] }
  | { readonly task: 'backup'; readonly path: string; readonly to: string };

export type TaskResult =
  | { readonly task: 'verify'; readonly report: VerifyReport }
  | { readonly task: 'export'; readonly document: JournalExport }
  | { readonly task: 'backup' }
  | { readonly task: 'failed'; readonly problem: Problem };

export async function runTask(task: Task): Promise<TaskResult> {
  try {
    switch (task.task) {
      case 'verify':
        return { task: 'verify', report: verifyJournal(task.path, task.request) };
      case 'export':
        return { task: 'export', document: exportStreams(task.path, task.streams) };
      case 'backup':
        await backupJournal(task.path, task.to);
        return { task: 'backup' };
    }
  } catch (error) {
    return { task: 'failed', problem: problemFrom(error, task.path) };
  }
}
