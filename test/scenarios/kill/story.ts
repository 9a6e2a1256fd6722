import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { hostDoorPath } from '../../../src/bot/host-door.ts';
import { tailJournal, verifyJournal } from '../../../src/journal/index.ts';
import { type Sandbox, startSandbox } from '../../../src/sandbox/index.ts';
import { type ConfigFolder, configFolder } from '../../support/config-file.ts';
import {
  type ConsoleClient,
  consoleClient,
  keysOf,
  sessionOf,
  textOf,
} from '../../support/console-client.ts';
import { eventually } from '../../support/eventually.ts';
import { launch, type TocsinProcess } from '../../support/tocsin-process.ts';
import { crashLooping, webhookBody } from '../night/alertmanager.ts';
import { bad, good } from '../night/cluster.ts';

/** Where the bot is killed: at an event of the journal, or while its write to the cluster is under way. */
export type Boundary =
  | { readonly name: string; readonly when: 'before' | 'after'; readonly type: string }
  | { readonly name: string; readonly fault: Parameters<Sandbox['faults']['add']>[0]['act'] };

/** What is left when the story is over. */
export interface Ending {
  /** Types of events, by stream; the streams in the order of their text. */
  readonly streams: readonly string[];
  readonly writes: number;
  readonly image: string;
  readonly keys: readonly string[];
  readonly text: string;
  readonly verified: boolean;
  readonly killed: boolean;
}

const driver = fileURLToPath(new URL('./driver.ts', import.meta.url));

/**
 * The evening of the crash loop, played by people who do what is left to do: whoever is not answered looks at the page
 * again, and Alertmanager repeats what was not taken.
 */
export async function playStory(boundary: Boundary | undefined): Promise<Ending> {
  const cluster = await startSandbox({
    seed: 7,
    timing: { pullMs: 5, readyMs: 20, terminateMs: 10 },
  });
  const files = configFolder(cluster, { landsWithin: '2s', requestTimeout: '1s' });
  const bots = createBots(files, { boundary, cluster });
  try {
    seed(cluster);
    const people = await bots.signIn();
    if (boundary && 'fault' in boundary) {
      cluster.faults.add({ method: 'PUT', dryRun: false, act: boundary.fault });
    }
    const killed = boundary ? bots.killAtBoundary() : Promise.resolve(false);
    const incident = await play(cluster, { bots, people });
    const page = await people.ana.page(`/incidents/${incident}`);
    const wasKilled = await killed;
    await bots.stop();
    const { ok } = verifyJournal(files.journal);
    return {
      streams: streamsOf(files.journal),
      writes: cluster.ledger.applied({ resource: 'deployments', fieldManager: 'tocsin' }).length,
      image: imageOf(cluster),
      keys: keysOf(page),
      text: textOf(page),
      verified: ok,
      killed: wasKilled,
    };
  } finally {
    await bots.stop();
    await cluster.close();
    files.remove();
  }
}

interface Playing {
  readonly bots: ReturnType<typeof createBots>;
  readonly people: { readonly ana: ConsoleClient; readonly ben: ConsoleClient };
}

async function play(cluster: Sandbox, { bots, people: { ana, ben } }: Playing): Promise<string> {
  const alert = crashLooping('checkout', 'checkout-1', Date.now());
  const send = (endsAt?: number) =>
    bots.posts(JSON.stringify(webhookBody([endsAt ? { ...alert, endsAt } : alert], {})));

  await eventually('the alert was taken', () => attempt(() => send()), patience);
  const incident = await eventually(
    'the incident stands in the console',
    () => attempt(async () => (await ana.incidents())[0]),
    patience,
  );
  const look = () => attempt(async () => textOf(await ana.page(`/incidents/${incident}`)));

  let text: string | undefined = '';
  let answer = 'nobody answers';
  await eventually(
    'the rollback is done',
    async () => {
      text = await look();
      if (text === undefined) return false;
      if (/\bDONE\b/.test(text)) return true;
      // A person who sees no plan, or only one that came to nothing, asks.
      if (!/\b(PLANNING|WAITING|APPROVED|RUNNING|VERIFYING)\b/.test(text)) {
        answer = (await attempt(() => ana.says(incident, 'rollback'))) ?? answer;
      }
      if (/\bWAITING\b/.test(text)) await attempt(() => ben.presses(incident, 'Approve'));
      return false;
    },
    { ...patience, say: () => `${answer}\n${text}` },
  );
  await eventually('the cluster runs the good release', () => imageOf(cluster) === good);
  const endedAt = Date.now();
  await eventually('the end of the alert was taken', () => attempt(() => send(endedAt)), patience);
  await eventually(
    'the thread says resolved',
    async () => /\bRESOLVED\b/.test((await look()) ?? ''),
    patience,
  );
  return incident;
}

const patience = { withinMs: 60_000 };

/** Undefined where the bot hung up or stood still: whoever asked asks again. */
async function attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await Promise.race([
      work(),
      new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), 3000)),
    ]);
  } catch {
    return undefined;
  }
}

function createBots(
  files: ConfigFolder,
  { boundary, cluster }: { readonly boundary: Boundary | undefined; readonly cluster: Sandbox },
) {
  let current: TocsinProcess | undefined;
  let isStopped = false;

  async function start(at?: Boundary): Promise<TocsinProcess> {
    const argv = [driver, files.file, ...(at && 'when' in at ? [at.when, at.type] : [])];
    current = await launch({ argv, env: files.env });
    return current;
  }

  const url = (listener: 'server' | 'console') => current?.urls[listener] ?? 'http://127.0.0.1:9';

  return {
    async signIn() {
      await start(boundary);
      const client = async (person: string) =>
        consoleClient(() => url('console'), await sessionOf(hostDoorPath(files.journal), person));
      return { ana: await client('ana'), ben: await client('ben') };
    },
    /** Waits for the moment, kills, and starts a bot that stands still nowhere. */
    async killAtBoundary(): Promise<boolean> {
      const first = current;
      await eventually(
        `the bot is ${boundary?.name}`,
        () => isStopped || (first?.messages().length ?? 0) > 0 || isStruck(cluster),
        patience,
      );
      if (isStopped || !first) return false;
      const { signal } = await first.signal('SIGKILL');
      await start();
      return signal === 'SIGKILL';
    },
    async posts(body: string): Promise<true | undefined> {
      const answer = await fetch(`${url('server')}/webhooks/alertmanager`, {
        method: 'POST',
        headers: { authorization: `Bearer ${files.bearer}`, 'content-type': 'application/json' },
        body,
      });
      return answer.ok ? true : undefined;
    },
    async stop(): Promise<void> {
      if (isStopped) return;
      isStopped = true;
      await current?.signal('SIGTERM');
    },
  };
}

function seed(cluster: Sandbox): void {
  cluster.images.set(bad, {
    crash: { afterMs: 20, backoffMs: 1000, backoffMaxMs: 60_000, exitCode: 1 },
    readyMs: false,
  });
  const named = { namespace: 'shop', name: 'checkout', replicas: 3 };
  cluster.seed.deployment({ ...named, image: good });
  cluster.seed.deployment({ ...named, image: bad });
}

function isStruck({ ledger }: Sandbox): boolean {
  return ledger.requests.some(({ fault }) => fault !== undefined);
}

function imageOf(cluster: Sandbox): string {
  const found = cluster.get('deployments', 'shop', 'checkout');
  return found?.spec.template.spec.containers[0]?.image ?? '';
}

/** How often a rollout was looked at, and an attempt that surely changed nothing, differ from night to night. */
function streamsOf(journal: string): readonly string[] {
  const streams = new Map<string, string[]>();
  for (const { stream, event } of tailJournal(journal, { limit: 10_000 }).recorded) {
    if (!/^(incident|operation)\//.test(stream) || event.type === 'StepProgressed') continue;
    if (event.type === 'PeopleNotified') continue;
    const types = streams.get(stream) ?? [];
    streams.set(stream, types);
    types.push(event.type);
  }
  return [...streams.values()]
    .map((types) => types.join(' ').replaceAll('StepIntended StepMissed ', ''))
    .sort();
}

export function seeded(seed: string, boundaries: readonly Boundary[], count: number) {
  const weight = ({ name }: Boundary) =>
    createHash('sha256').update(`${seed} ${name}`).digest('hex');
  return [...boundaries].sort((a, b) => (weight(a) < weight(b) ? -1 : 1)).slice(0, count);
}
