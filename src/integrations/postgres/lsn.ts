/** A place in the write-ahead log as PostgreSQL writes it, `16/B374D848`: https://www.postgresql.org/docs/current/datatype-pg-lsn.html */
export type Lsn = string;

export function bytesOf(lsn: Lsn): bigint {
  const [, high, low] = /^([0-9A-F]{1,8})\/([0-9A-F]{1,8})$/i.exec(lsn) ?? [];
  return high === undefined || low === undefined
    ? 0n
    : (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`);
}

/** How many bytes of the log lie between them; 0 where the second is not behind. */
export function behind(ahead: Lsn, late: Lsn): number {
  const bytes = bytesOf(ahead) - bytesOf(late);
  return bytes > 0n ? Number(bytes) : 0;
}
