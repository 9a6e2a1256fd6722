import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runAttacks } from '../test/attacks/suite.ts';
import { exploreNight } from '../test/core/operation/gate/explore.ts';
import { nights } from '../test/core/operation/gate/nights.ts';
import { explore } from '../test/core/operation/model.ts';
import { modelsOf } from '../test/core/operation/models.ts';
import { SCRATCH } from '../test/journal/notes.ts';
import { random } from '../test/journal/random.ts';
import {
  type RecordedJournal,
  recordJournal,
  tamperings,
  tamperWith,
} from '../test/journal/tampering.ts';
import { say } from './support/figures.ts';

const journalsMade = Number(process.env['BENCH_JOURNALS'] ?? 50);
const tampersWanted = Number(process.env['BENCH_TAMPERED'] ?? 10_000);
const seed = Number(process.env['BENCH_SEED'] ?? 20_261_126);

/**
 * What the gate and the record are worth: every state people, clocks and crashes can lead to, and so many journals
 * touched by somebody who may edit the file. No times: these are counts, and two of them have to be equal.
 */
export async function gate(): Promise<object> {
  return { bench: 'gate', ...explored(), ...(await attacked()), ...(await tampered()) };
}

function explored(): { readonly states: number; readonly violations: number } {
  let states = 0;
  let violations = 0;
  for (const [name, bounds] of modelsOf({ isFull: true })) {
    const found = explore(bounds);
    say(`${name}: ${found.states} states, ${found.whole ? 'all of them' : 'not all'}`);
    for (const broken of found.broken) say(broken);
    states += found.states;
    violations += found.broken.length + (found.whole ? 0 : 1);
  }
  for (const night of nights) {
    const found = exploreNight(night);
    say(`${night.name}: ${found.states} states, ways of up to ${found.depth} turns`);
    for (const broken of found.broken) say(broken);
    states += found.states;
    violations += found.broken.length;
  }
  return { states, violations };
}

async function attacked(): Promise<{ readonly attacks: number; readonly accepted: number }> {
  const { attacks, accepted, outcomes } = await runAttacks();
  for (const { name, saw, accepted: isIn, refused } of outcomes) {
    if (isIn || !refused) say(`${name}: ${saw}`);
  }
  return { attacks, accepted };
}

async function tampered(): Promise<{ readonly tampered: number; readonly detected: number }> {
  const folder = mkdtempSync(join(SCRATCH, 'tocsin-gate-'));
  try {
    const journals: RecordedJournal[] = [];
    const pick = random(seed);
    for (let n = 0; n < journalsMade; n += 1) {
      journals.push(await recordJournal(join(folder, `${n}.db`), pick));
    }
    const names = Object.keys(tamperings);
    const times = Math.ceil(tampersWanted / (names.length * journalsMade));
    let tried = 0;
    let detected = 0;
    for await (const each of tamperWith(names, { folder, journals, times, seed })) {
      tried += 1;
      if (each.missed === undefined) detected += 1;
      else say(`${each.name}, journal ${each.journal}, time ${each.time}: ${each.missed}`);
    }
    return { tampered: tried, detected };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
