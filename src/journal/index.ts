export type { ArchiveAsk, ArchiveRun } from './archiver.ts';
export type { PublishedCheckpoint } from './checkpoint.ts';
export type { Upcaster, Upcasters } from './decode.ts';
export {
  type ExportReport,
  isExport,
  type JournalExport,
  readExport,
  verifyExport,
} from './export.ts';
export {
  backupJournal,
  exportStreams,
  tailJournal,
  type VerifyRequest,
  verifyJournal,
} from './offline.ts';
export {
  type AppendedListener,
  type Erased,
  type JournalStats,
  type OpenJournal,
  openJournal,
} from './open.ts';
export type { JournalLog, JournalOptions } from './options.ts';
export { embeddedOwnership } from './ownership.ts';
export { journalProblems } from './problems.ts';
export { sealKeyring } from './sealed-keyring.ts';
export type { VerifyReport } from './verify.ts';
