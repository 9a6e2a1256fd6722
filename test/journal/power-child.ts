import { openJournal } from '../../src/journal/index.ts';

/**
 * A short life of a journal, watched from outside: appends alone and in groups, an erasure (which folds the log back into
 * the database and cuts it), checkpoints, a close. Prints `ack CAUSE` once an append was acknowledged.
 */
const [path = ''] = process.argv.slice(2);
const journal = await openJournal({
  path,
  signingKey: '11'.repeat(32),
  checkpointEveryMs: 0,
  reserveBytes: 0,
  // Less than is written, so that the log is within its room and then past it.
  logRoomBytes: 64 * 1024,
});

let next = 0;
await appendAll(1);
await appendAll(1);
await journal.checkpoint();
await appendAll(5);
await journal.erase('incident/1', 1, { by: 'ana', reason: 'asked' });
for (let n = 0; n < 4; n++) await appendAll(1 + n * 3);
await journal.checkpoint();
await journal.close();

async function appendAll(count: number): Promise<void> {
  await Promise.all(Array.from({ length: count }, () => append(next++)));
}

/** Two streams at once, large enough to fill more than one page. */
async function append(number: number): Promise<void> {
  const event = { type: 'Noted', v: 1, text: `${number} `.repeat(300) };
  const writes = [
    { stream: `incident/${number}`, expectedVersion: 0, events: [event] },
    { stream: `operation/${number}`, expectedVersion: 0, events: [event, event] },
  ];
  const result = await journal.append(writes, { cause: `d${number}`, by: 'ana' });
  if (result.ok) process.stdout.write(`ack ${number}\n`);
}
