// A bot that `start` would run, whose journal stands still at one event: just before it is written, or once it is on
// disk and nobody has heard of it. It says so to its parent, which then kills it. Which event: in its arguments, or in the file
// that HOLD names, where its parent may write it at any time: `after StepApplied s5`.
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { hostDoorPath } from '../../../src/bot/host-door.ts';
import { connectBackups } from '../../../src/cli/backups.ts';
import { thisBuild } from '../../../src/cli/build.ts';
import { loadChats } from '../../../src/cli/chats.ts';
import { compose } from '../../../src/cli/compose.ts';
import { createLogger } from '../../../src/cli/log.ts';
import { runbooksOf } from '../../../src/cli/runbooks.ts';
import { keyOf, partsOf } from '../../../src/cli/start.ts';
import { connectTargets } from '../../../src/cli/targets.ts';
import { loadConfig, surroundings } from '../../../src/config.ts';
import { type OpenJournal, openJournal } from '../../../src/journal/index.ts';

const [file = '', ...given] = process.argv.slice(2);
const loaded = loadConfig(file, surroundings(), thisBuild);
if (!loaded.ok) throw new Error(JSON.stringify(loaded.errors));
const { config, settings } = loaded;
const log = createLogger('info');
mkdirSync(dirname(config.journal.path), { recursive: true });
const journal = holding(await openJournal({ path: config.journal.path, checkpointEveryMs: 0 }));
const { targets, books } = await connectTargets(config, {
  digestKey: await keyOf(journal, 'digest'),
  log,
});
const backedUp = await connectBackups(targets, {
  settings,
  stores: config.stores ?? [],
  journal,
  log,
});
const parts = partsOf(config);
const running = await compose({
  ...parts,
  times: { ...parts.times, deadlinesEveryMs: 50, operationPollMs: 50 },
  journal,
  settings,
  sources: [],
  targets: backedUp.targets,
  ...(backedUp.backups && { backups: backedUp.backups }),
  chats: await loadChats(config),
  runbooks: runbooksOf([]),
  access: 'sessions',
  hostDoor: hostDoorPath(config.journal.path),
  brought: [...books, ...backedUp.books],
  log,
});
log.info(running.urls, 'ready');
process.once('SIGTERM', () => {
  // The channel to the parent would keep the process alive.
  void running.close().then(() => process.disconnect());
});

function holding(real: OpenJournal): OpenJournal {
  const never = new Promise<never>(() => undefined);
  let isHeld = false;
  const append: OpenJournal['append'] = async (writes, context) => {
    if (isHeld) return never;
    const [when, type, step] = boundary();
    const isIt = writes.some(({ events }) =>
      events.some(
        (event) =>
          event.type === type && (step === undefined || ('step' in event && event.step === step)),
      ),
    );
    if (!isIt) return real.append(writes, context);
    isHeld = true;
    if (when === 'after') await real.append(writes, context);
    process.send?.({ held: type });
    return never;
  };
  return new Proxy(real, {
    get(target, name) {
      if (name === 'append') return append;
      if (name === 'onAppended') {
        return (listener: Parameters<OpenJournal['onAppended']>[0]) =>
          target.onAppended((recorded) => {
            if (!isHeld) listener(recorded);
          });
      }
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

function boundary(): readonly string[] {
  const { HOLD: named = '' } = process.env;
  return existsSync(named) ? readFileSync(named, 'utf8').trim().split(' ') : given;
}
