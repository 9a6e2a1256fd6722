/**
 * Codes of the problem books that no test names. The list only ever gets shorter: a new code comes with a test that makes its
 * situation, and whoever writes one for a code below takes its line out; before a release (`npm run test:full`) it is exact.
 */
export const untested: readonly string[] = [
  // src/core/backup/problem-text.ts
  'BACKUP_CANNOT_BE_MADE',
  'BACKUP_NO_ROOM',
  'BACKUP_DOUBTFUL',
  'BACKUP_VERIFY_FAILED',
  'RETENTION_NONE_VERIFIED',
  'RETENTION_BROKE_OFF',
  'RESTORE_FAILED',
  'RESTORE_NO_MOMENTS',
  // src/cli/doctor-problems.ts: they want a disk that is nearly full, and a folder that not even root may write to
  'JOURNAL_SPACE_LOW',
  'ARCHIVE_FOLDER',
  // src/integrations/objectstore/problems.ts
  'S3_NO_CREDENTIALS',
  'S3_TOO_LARGE',
  'S3_RESTS',
  // src/integrations/postgres/backup/problems.ts
  'POSTGRES_BACKUP_NO_PRIMARY',
  'POSTGRES_BACKUP_UNKNOWN_KIND',
  'POSTGRES_SCRATCH_FAILED',
  'POSTGRES_RESTORED_DIFFERS',
  'POSTGRES_WAL_NOT_NAMED',
  'POSTGRES_WAL_NOT_FROM_HERE',
  // src/integrations/files/problems.ts
  'FILES_TOO_MANY',
  'FILES_SCRATCH_FAILED',
  'FILES_UNKNOWN_VERB',
  // src/integrations/postgres/problems.ts, src/integrations/files/problems.ts
  'FILES_PARENT_CLOSED',
  'FILES_CANNOT_WRITE',
  // src/integrations/mongodb/problems.ts
  'MONGODB_NO_ROOM',
  // src/integrations/age/problems.ts
  'AGE_IDENTITY_ELSEWHERE',
];
