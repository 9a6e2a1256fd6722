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
  'RESTORE_DIFFERS',
  'RESTORE_FAILED',
  // src/cli/doctor-problems.ts: they want a disk that is nearly full, and a folder that not even root may write to
  'JOURNAL_SPACE_LOW',
  'ARCHIVE_FOLDER',
  // src/integrations/aws/problems.ts
  // src/integrations/objectstore/problems.ts
  'S3_NO_CREDENTIALS',
  'S3_TOO_LARGE',
  'S3_RESTS',
  // src/integrations/postgres/backup/problems.ts
  'POSTGRES_BACKUP_NO_PRIMARY',
  'POSTGRES_BACKUP_UNKNOWN_KIND',
  'POSTGRES_SCRATCH_FAILED',
  // src/integrations/redis/problems.ts
  'REDIS_RESTS',
  'REDIS_SENTINELS_DISAGREE',
  'REDIS_NO_MASTER',
  'REDIS_NO_REPLICA',
  'REDIS_REPLICA_LATE',
  'REDIS_CLAIMED',
  'REDIS_NOT_MASTER',
  'REDIS_CLUSTER_SILENT',
  'REDIS_CLUSTER_DISAGREES',
  'REDIS_OPEN_ALREADY',
  'REDIS_FOLLOWS_ALREADY',
  'REDIS_UNKNOWN_VERB',
  // src/integrations/files/problems.ts
  'FILES_TOO_MANY',
  'FILES_SCRATCH_FAILED',
  'FILES_UNKNOWN_VERB',
  // src/integrations/postgres/problems.ts, src/integrations/files/problems.ts
  'FILES_PARENT_CLOSED',
  'FILES_CANNOT_WRITE',
  // src/core/backup/problem-text.ts
  'RESTORE_NOT_IN_PLACE',
  // src/integrations/postgres/backup/problems.ts
  'POSTGRES_RESTORED_DIFFERS',
];
