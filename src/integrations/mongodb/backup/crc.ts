/**
 * CRC-64 as ECMA-182 has it, reflected: what `mongodump` writes at the end of each collection. In two halves, because numbers of
 * 64 bits are many times slower here. https://en.wikipedia.org/wiki/Cyclic_redundancy_check
 */
export interface Crc {
  update(bytes: Uint8Array): void;
  value(): bigint;
}

const high = new Uint32Array(256);
const low = new Uint32Array(256);
for (let index = 0; index < 256; index += 1) {
  let value = BigInt(index);
  for (let bit = 0; bit < 8; bit += 1) {
    value = value & 1n ? (value >> 1n) ^ 0xc96c5795d7870f42n : value >> 1n;
  }
  high[index] = Number(value >> 32n);
  low[index] = Number(value & 0xffffffffn);
}

export function createCrc(): Crc {
  let [upper, lower] = [0xffffffff, 0xffffffff];
  return {
    update(bytes) {
      for (const byte of bytes) {
        const index = (lower ^ byte) & 0xff;
        lower = ((lower >>> 8) | (upper << 24)) ^ (low[index] ?? 0);
        upper = (upper >>> 8) ^ (high[index] ?? 0);
      }
    },
    value: () => (BigInt(~upper >>> 0) << 32n) | BigInt(~lower >>> 0),
  };
}
