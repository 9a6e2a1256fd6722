import { expect, it } from 'vitest';
import { copiedFrom } from '../../../../src/integrations/redis/backup/place.ts';
import type { Connections, Server } from '../../../../src/integrations/redis/connection.ts';
import { type Address, type RedisConfig, said } from '../../../../src/integrations/redis/schema.ts';

const way = { target: 'cache', servers: {}, sentinelLogin: {}, timeoutMs: 1_000 };
const behindSentinels: RedisConfig = {
  ...way,
  kind: 'sentinels',
  sentinels: [{ host: 's', port: 26379 }],
  master: 'cache',
};
const byThemselves: RedisConfig = {
  ...way,
  kind: 'servers',
  nodes: [
    { host: 'm', port: 6379 },
    { host: 'r', port: 6379 },
  ],
};
const mebibyte = 1024 * 1024;

it.each([
  ['Sentinels', behindSentinels],
  ['nobody', byThemselves],
])(
  'behind %s a copy is asked of the replica that has nearly everything, else of the master',
  async (_, config) => {
    const from = async (replica: Partial<Replica>) =>
      (await copiedFrom(config, world(replica))).name;
    expect(await from({})).toBe('r:6379');
    expect(await from({ offset: 9 * mebibyte })).toBe('r:6379');
    expect(await from({ offset: 9 * mebibyte - 1 })).toBe('m:6379');
    expect(await from({ link: 'down' })).toBe('m:6379');
  },
);

interface Replica {
  readonly offset: number;
  readonly link: 'up' | 'down';
}

/** A master `m` that has written ten mebibytes, and a replica `r`. */
function world({ offset = 10 * mebibyte, link = 'up' }: Partial<Replica>): Connections {
  const infos: Readonly<Record<string, readonly string[]>> = {
    'm:6379': [
      'role:master',
      `master_repl_offset:${10 * mebibyte}`,
      `slave0:ip=r,port=6379,state=online,offset=${offset},lag=0`,
    ],
    'r:6379': [
      'role:slave',
      'master_host:m',
      'master_port:6379',
      `master_link_status:${link}`,
      `slave_repl_offset:${offset}`,
      'slave_priority:100',
    ],
  };
  const answers: Readonly<Record<string, unknown>> = {
    MASTER: ['ip', 'm', 'port', '6379'],
    REPLICAS: [['ip', 'r', 'port', '6379']],
    CKQUORUM: 'OK',
  };
  const at = (address: Address): Server => ({
    address: said(address),
    call: async (command, word = '') =>
      command === 'INFO' ? (infos[said(address)] ?? []).join('\r\n') : answers[word],
  });
  return {
    server: (address, task) => task(at(address)),
    sentinel: (address, task) => task(at(address)),
  };
}
