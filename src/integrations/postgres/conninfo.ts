import type { Address } from './schema.ts';

/** https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING */
const word = /([a-z_]+)\s*=\s*('(?:[^'\\]|\\.)*'|\S*)/g;

/** One value of a `key=value` connection string; empty when it is not there. */
export function valueIn(conninfo: string, key: string): string {
  for (const [, name, value = ''] of conninfo.matchAll(word)) {
    if (name !== key) continue;
    const inner = value.startsWith("'") ? value.slice(1, -1) : value;
    return inner.replace(/\\(.)/g, '$1');
  }
  return '';
}

/** The same with another address: everything else, a password among it, stays as it is and is not looked at. */
export function redirected(conninfo: string, { host, port }: Address): string {
  const kept = [...conninfo.matchAll(word)]
    .filter(([, name = '']) => !['host', 'hostaddr', 'port'].includes(name))
    .map(([whole]) => whole);
  return [`host=${quotedValue(host)}`, `port=${port}`, ...kept].join(' ');
}

function quotedValue(text: string): string {
  return /^[\w.:-]+$/.test(text) ? text : `'${text.replace(/['\\]/g, '\\$&')}'`;
}
