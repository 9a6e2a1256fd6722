import { hostDoorPath } from '../../src/bot/host-door.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { consoleClient, sessionOf } from '../../test/support/console-client.ts';
import { startTocsin, type Tocsin, type TocsinOptions } from './tocsin.ts';

export interface Shop {
  readonly sandbox: Sandbox;
  readonly tocsin: Tocsin;
  readonly ana: ReturnType<typeof consoleClient>;
  readonly ben: ReturnType<typeof consoleClient>;
  /** Ben's cookie, for requests that are timed without the page around them. */
  readonly cookie: string;
  close(): Promise<void>;
}

/** A cluster in the parent, the bundle as a child that operates it, two people who are signed in, and chats if there are any. */
export async function startShop(
  folder: string,
  services: readonly string[],
  chats?: Omit<TocsinOptions, 'folder'>,
): Promise<Shop> {
  const sandbox = await startSandbox();
  sandbox.seed.namespace('shop');
  for (const name of services) {
    const image = `registry.example.com/shop/${name}`;
    sandbox.seed.deployment({
      namespace: 'shop',
      name,
      image: `${image}:2`,
      replicas: 2,
      history: [{ image: `${image}:1` }],
    });
  }
  const tocsin = await startTocsin({
    ...chats,
    folder,
    config: configOf(sandbox, services) + (chats?.config ?? ''),
    env: { ...chats?.env, BENCH_READ: sandbox.token('read'), BENCH_WRITE: sandbox.token('write') },
  });
  const door = hostDoorPath(tocsin.journal);
  const cookie = await sessionOf(door, 'ben');
  return {
    sandbox,
    tocsin,
    ana: consoleClient(() => tocsin.urls.console, await sessionOf(door, 'ana')),
    ben: consoleClient(() => tocsin.urls.console, cookie),
    cookie,
    async close() {
      await tocsin.close();
      await sandbox.close();
    },
  };
}

function configOf({ url }: Sandbox, services: readonly string[]): string {
  const lines = services.map(
    (name) =>
      `  ${name}: { match: { app: ${name} }, environments: { production: { workload: { kubernetes: eu-1, namespace: shop, deployment: ${name} } } } }`,
  );
  return `services:
${lines.join('\n')}
targets:
  eu-1:
    kubernetes:
      read:  { server: ${url}, token: \${env:BENCH_READ} }
      write: { server: ${url}, token: \${env:BENCH_WRITE} }
`;
}
