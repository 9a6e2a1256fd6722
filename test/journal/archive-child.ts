import { openJournal } from '../../src/journal/index.ts';

/** Archives whatever may go, in small files, until it is killed or done: `node archive-child.ts PATH FOLDER BEFORE`. */
const [path = '', archive = '', before = '0'] = process.argv.slice(2);
const journal = await openJournal({
  path,
  archive,
  signingKey: '11'.repeat(32),
  checkpointEveryMs: 0,
  reserveBytes: 0,
});
process.stdout.write('ready\n');
await journal.archive({ before: Number(before), eventsMax: 30, filesMax: 1_000 });
process.stdout.write('done\n');
await journal.close();
