import type { SQLOutputValue } from 'node:sqlite';

type Row = Record<string, SQLOutputValue>;

/** The only way a column becomes a typed value: a column of another kind is a damaged file. */
export function numberIn(row: Row, column: string): number {
  const value = row[column];
  if (typeof value !== 'number') throw new DamagedRow(column);
  return value;
}

export function textIn(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') throw new DamagedRow(column);
  return value;
}

export function bytesIn(row: Row, column: string): Uint8Array {
  const value = row[column];
  if (!(value instanceof Uint8Array)) throw new DamagedRow(column);
  return value;
}

export function bytesOrNullIn(row: Row, column: string): Uint8Array | null {
  return row[column] === null ? null : bytesIn(row, column);
}

export class DamagedRow extends Error {
  constructor(column: string) {
    super(`column ${column} holds a value of another kind`);
    this.name = 'DamagedRow';
  }
}
