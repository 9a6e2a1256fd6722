import { readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import type { FileRepoint } from '../../../src/integrations/postgres/schema.ts';

export interface TurnedProxy {
  readonly port: number;
  readonly file: string;
  /** How a target names it. */
  readonly repoint: FileRepoint;
  stop(): Promise<void>;
}

/**
 * A proxy that sends clients where its file says, as it was when it was loaded last: loading copies it, as `reload` of a
 * real one does. Connections that stand stay where they are.
 */
export async function startProxy(folder: string, toPort: number): Promise<TurnedProxy> {
  const file = `${folder}/proxy.conf`;
  const live = `${file}.live`;
  const text = `# who writes here\nlisten all\n  server primary 127.0.0.1:${toPort} check\n`;
  writeFileSync(file, text);
  writeFileSync(live, text);
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const [, port] = /server primary 127\.0\.0\.1:(\d+)/.exec(readFileSync(live, 'utf8')) ?? [];
    // In the moment in which it is loaded nobody is let in.
    if (port === undefined) return void client.destroy();
    const upstream = connect(Number(port), '127.0.0.1');
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    port,
    file,
    repoint: {
      file,
      line: 'server primary {host}:{port} check',
      reload: ['/bin/cp', file, live],
      through: { host: '127.0.0.1', port },
      timeoutMs: 5_000,
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
