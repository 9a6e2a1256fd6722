import { openJournal } from '../../src/journal/index.ts';

/**
 * Appends until it is killed, and prints each cause once its append was acknowledged. Run by the tests as a process of
 * its own: `node child.ts PATH CALLERS RUN`.
 */
const [path = '', callers = '1', run = '0'] = process.argv.slice(2);
const journal = await openJournal({
  path,
  signingKey: '11'.repeat(32),
  checkpointEveryMs: 20,
  reserveBytes: 0,
});
process.stdout.write('ready\n');
await Promise.all(Array.from({ length: Number(callers) }, (_, id) => caller(id)));

async function caller(id: number): Promise<void> {
  for (let turn = 0; ; turn++) {
    const cause = `run-${run}/${id}/${turn}`;
    const event = { type: 'Noted', v: 1, text: cause };
    const writes = [
      { stream: `incident/${cause}`, expectedVersion: 0, events: [event] },
      { stream: `operation/${cause}`, expectedVersion: 0, events: [event, event] },
    ];
    const result = await journal.append(writes, { cause, by: 'ana' });
    if (result.ok) process.stdout.write(`${cause}\n`);
  }
}
