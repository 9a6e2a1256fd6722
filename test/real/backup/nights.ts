import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hostDoorPath } from '../../../src/bot/host-door.ts';
import { tailJournal, verifyJournal } from '../../../src/journal/index.ts';
import { configFolder } from '../../support/config-file.ts';
import {
  type ConsoleClient,
  consoleClient,
  sessionOf,
  textOf,
} from '../../support/console-client.ts';
import { eventually } from '../../support/eventually.ts';
import { launch, type TocsinProcess } from '../../support/tocsin-process.ts';
import { configuration, environmentOf, newestIn, type Written } from './disaster.ts';

/** Where the process is killed: before or after an event of a step is on disk. */
export interface Boundary {
  readonly when: 'before' | 'after';
  readonly type: 'StepIntended' | 'StepApplied' | 'StepVerified';
  readonly step: string;
}

export interface Ending {
  /** Of the operation that was asked for: `DONE`, `FAILED`. */
  readonly status: string;
  /** How each step ended, compensations among them. */
  readonly steps: readonly string[];
  readonly code: string;
  readonly text: string;
}

export interface Nights {
  readonly folder: string;
  /** The backup that is restored. */
  readonly backup: string;
  /** Asks for it, lets something happen once the plan is shown, has it approved, and sees it through. */
  restore(words: string, between?: (plan: string) => Promise<void> | void): Promise<Ending>;
  /** The same, stopped by a person once it has come so far. */
  stopped(words: string, until: () => Promise<boolean>): Promise<Ending>;
  /** The same, killed there, and gone on with by another process. */
  killed(words: string, boundary: Boundary): Promise<Ending>;
  verify(): boolean;
  close(): Promise<void>;
}

const driver = fileURLToPath(new URL('../../scenarios/kill/driver.ts', import.meta.url));
/** A change of names whose request may still land is waited for a minute. */
const patience = { withinMs: 120_000 };

/** One bot on one journal, with a backup taken, for as many nights as there are. */
export async function startNights(written: Written): Promise<Nights> {
  const { sandbox } = written;
  const files = configFolder(sandbox);
  const { folder, file } = files;
  const hold = join(folder, 'hold');
  const journal = join(folder, 'tocsin.db');
  writeFileSync(
    file,
    `version: 1
server: { listen: 127.0.0.1:0 }
metrics: { listen: 127.0.0.1:0 }
journal: { path: ${journal} }
fuse: { danger_per_hour: 100 }
${configuration(written)}`,
  );
  const start = () =>
    launch({ argv: [driver, file], env: { ...environmentOf(sandbox), HOLD: hold } });
  let bot: TocsinProcess = await start();
  const url = () => bot.urls.console;
  const client = async (id: string) =>
    consoleClient(url, await sessionOf(hostDoorPath(journal), id));
  const [ana, ben, cyn] = [await client('ana'), await client('ben'), await client('cyn')];
  const said = await ana.says('', 'declare "orders are gone"');
  const [incident = ''] = /inc-[0-9a-f]+/.exec(said) ?? [];
  /** Where the record ended when this was asked for: what came before is of other nights. */
  let from = 0;
  await over(ana.says(incident, 'backup checkout database env=production'));
  const backup = newestIn(folder) ?? '';

  /** The operation that the answer names, once it is over. */
  async function over(answer: Promise<string>): Promise<Ending> {
    const [operation = ''] = /op-[0-9a-f]{10}/.exec(await answer) ?? [];
    return seen(operation);
  }

  function seen(operation: string): Promise<Ending> {
    let last: Ending | undefined;
    return eventually(
      `${operation} is over`,
      () => {
        last = endingOf(journal, operation, from);
        return last.status !== '' && last;
      },
      { ...patience, say: () => JSON.stringify(last) },
    );
  }

  async function asked(
    words: string,
  ): Promise<{ operation: string; plan: string; approve: () => Promise<void> }> {
    const line = `restore checkout database from=${backup} name=checkout env=production ${words} another=yes reason="gone"`;
    from = since(journal, from).position;
    const answer = await ana.says(incident, line);
    const [operation = ''] = /op-[0-9a-f]{10}/.exec(answer) ?? [];
    const { plan, approval } = await eventually(
      'the plan is shown',
      async () => {
        const text = textOf(await ana.page(`/incidents/${incident}`));
        const [found] = new RegExp(`approve ${operation} [0-9a-f]{10}`).exec(text) ?? [];
        return found !== undefined && { plan: text, approval: found };
      },
      { say: () => answer },
    );
    const approve = async () => {
      for (const each of [ben, cyn] satisfies ConsoleClient[]) {
        await each.says(incident, approval).catch(() => undefined);
      }
    };
    return { operation, plan, approve };
  }

  return {
    folder,
    backup,
    async restore(words, between = () => undefined) {
      const { operation, plan, approve } = await asked(words);
      await between(plan);
      await approve();
      return seen(operation);
    },
    async stopped(words, until) {
      const { operation, approve } = await asked(words);
      await approve();
      await eventually('it has come so far', until, patience);
      await ana.says(incident, `stop ${operation}`);
      return seen(operation);
    },
    async killed(words, { when, type, step }) {
      const { operation, approve } = await asked(words);
      writeFileSync(hold, `${when} ${type} ${step}`);
      const begun = approve();
      await eventually('it stands still', () => bot.messages().length > 0, {
        ...patience,
        say: () => JSON.stringify(endingOf(journal, operation, from)),
      });
      await bot.signal('SIGKILL');
      await begun;
      rmSync(hold);
      bot = await start();
      return seen(operation);
    },
    verify: () => verifyJournal(journal).ok,
    async close() {
      await bot.signal('SIGTERM');
      files.remove();
    },
  };
}

/** Read from the record, which is what counts. */
function endingOf(journal: string, operation: string, from: number): Ending {
  const steps = new Map<string, string>();
  let status = '';
  let code = '';
  for (const { stream, event } of since(journal, from).recorded) {
    if (stream !== `operation/${operation}`) continue;
    const { type } = event;
    if ('step' in event && typeof event.step === 'string') steps.set(event.step, type);
    if (type === 'OperationSucceeded') status = 'DONE';
    if (type === 'OperationFailed' || type === 'OperationStale' || type === 'OperationUnknown') {
      status = type;
      code = codeIn(event);
    }
  }
  const how = (type: string) => type.replace('Step', '').toLowerCase();
  return {
    status,
    code,
    steps: [...steps].map(([step, type]) => `${step} ${how(type)}`),
    text: `${status} ${code}`,
  };
}

/** What was appended after that, on all its pages. */
function since(journal: string, position: number) {
  const recorded = [];
  for (let after = position; ; ) {
    const page = tailJournal(journal, { after, limit: 1_000 });
    recorded.push(...page.recorded);
    after = page.position;
    if (page.end || page.recorded.length === 0) return { recorded, position: after };
  }
}

function codeIn(event: object): string {
  return /"code":"(\w+)"/.exec(JSON.stringify(event))?.[1] ?? '';
}
