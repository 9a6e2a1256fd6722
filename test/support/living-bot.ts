import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { hostDoorPath } from '../../src/bot/host-door.ts';
import { type ConsoleClient, consoleClient, sessionOf } from './console-client.ts';
import { launch, type Ran, run, type TocsinProcess, tocsin } from './tocsin-process.ts';

export interface LivingBot {
  readonly bot: TocsinProcess;
  readonly folder: string;
  readonly journal: string;
  /** A person signed in to the console, and the cookie of that session. */
  person(id: string): Promise<{ readonly console: ConsoleClient; readonly cookie: string }>;
  /** The program once more on the same folder, after it was ended; it ends with the test. */
  again(): Promise<TocsinProcess>;
  /** A command on the host, with the configuration of the bot. */
  host(...words: readonly string[]): Promise<Ran>;
}

export interface Beginning {
  /** More of `journal:`, as it is written: `, retain: 30d`. */
  readonly journal?: string;
  /** What is done to the journal before the program starts. */
  readonly before?: (journal: string) => Promise<void>;
}

/** The real program on a configuration, with a journal of its own; it ends with the test. */
export async function startLivingBot(
  more: string,
  env: Readonly<Record<string, string>> = {},
  { journal: written = '', before }: Beginning = {},
): Promise<LivingBot> {
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-living-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'tocsin.yaml');
  const journal = join(folder, 'tocsin.db');
  writeFileSync(
    file,
    `version: 1
server:  { listen: 127.0.0.1:0 }
metrics: { listen: 127.0.0.1:0 }
journal: { path: ${journal}${written} }
${more}`,
  );
  await before?.(journal);
  const start = async () => {
    const started = await launch({ argv: [tocsin, 'start', '--config', file], env });
    onTestFinished(async () => void (await started.signal('SIGTERM')));
    return started;
  };
  const bot = await start();
  return {
    bot,
    again: start,
    folder,
    journal,
    async person(id) {
      const cookie = await sessionOf(hostDoorPath(journal), id);
      return { cookie, console: consoleClient(() => bot.urls.console, cookie) };
    },
    host: (...words) => run({ argv: [tocsin, ...words, '--config', file], env }),
  };
}

/** What an open page of the console hears, from now on. */
export async function follow(url: string, cookie: string) {
  const ends = new AbortController();
  const answer = await fetch(url, { headers: { cookie }, signal: ends.signal });
  let heard = '';
  const decoder = new TextDecoder();
  const reading = (async () => {
    for await (const chunk of answer.body ?? []) heard += decoder.decode(chunk);
  })().catch(() => undefined);
  return {
    status: answer.status,
    heard: () => heard,
    async close() {
      ends.abort();
      await reading;
    },
  };
}
