import { spawn, spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { askRegistry } from './audit/advisories.ts';
import { advisoryExceptions } from './audit/exceptions.ts';
import { bringDoubles } from './provision/doubles.ts';
import { provision } from './provision/provision.ts';
import { type Count, countOf, sum } from './provision/report.ts';
import { v8Flags } from './provision/v8-flags.ts';

type Tier = 'unit' | 'bundle' | 'real' | 'deep';

const { values: options, positionals: filters } = parseArgs({
  allowPositionals: true,
  options: {
    unit: { type: 'boolean', default: false },
    bundle: { type: 'boolean', default: false },
    real: { type: 'boolean', default: false },
    full: { type: 'boolean', default: false },
  },
});

process.exitCode = (await runEverything()) ? 0 : 1;

async function runEverything(): Promise<boolean> {
  const tiers = chosenTiers();
  const seed = process.env['TOCSIN_SEED'] || String(randomInt(2 ** 31));
  process.env['TOCSIN_SEED'] = seed;
  if (options.full) process.env['TOCSIN_FULL'] = '1';
  console.log(`seed ${seed} (the same run again: TOCSIN_SEED=${seed} npm test)`);

  const machine = tiers.includes('real') ? await provision() : undefined;
  if (machine && !machine.ok) {
    console.error(`\n${machine.reason}`);
    return conclude({ passed: 0, failed: 1, skipped: 0 });
  }
  if (machine) bringDoubles();
  const checks =
    options.real || options.bundle || filters.length > 0 ? [] : [lint(), types(), advisories()];
  const suites: Count[] = [];
  for (const each of processesOf(tiers)) suites.push(await runTier(each, seed));
  machine?.release();
  return conclude(sum([...checks, ...suites]));
}

/** Without an option: every suite but those that only a full run can afford. */
function chosenTiers(): readonly Tier[] {
  if (options.full) return ['unit', 'bundle', 'real', 'deep'];
  const all = ['unit', 'bundle', 'real'] as const;
  const named = all.filter((tier) => options[tier]);
  return named.length > 0 ? named : all;
}

/** Each tier by itself; what is picked by name may stand in one of them only. */
function processesOf(tiers: readonly Tier[]): readonly (readonly Tier[])[] {
  return filters.length > 0 ? [tiers] : tiers.map((tier) => [tier]);
}

function lint(): Count {
  return check('lint and format', 'biome', ['check', '.']);
}

function types(): Count {
  return check('types', 'tsc', ['-p', 'tsconfig.json']);
}

/** What the registry knows against what ships; offline it is said that nobody was asked, and the run goes on. */
function advisories(): Count {
  console.log('\nadvisories');
  const audited = askRegistry(advisoryExceptions, new Date().toISOString().slice(0, 10));
  if (!audited.asked) {
    console.log(`not asked: ${audited.why}`);
    return { passed: 0, failed: 0, skipped: 1 };
  }
  for (const line of audited.found) console.error(line);
  if (audited.found.length === 0) console.log('none that is high or critical');
  return { passed: audited.found.length === 0 ? 1 : 0, failed: audited.found.length, skipped: 0 };
}

function check(name: string, command: string, args: readonly string[]): Count {
  console.log(`\n${name}`);
  const ok = run(command, args) === 0;
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 };
}

/** The quick suites keep one processor busy each: on two they run as two halves, and what the second says comes after the first. */
async function runTier(tiers: readonly Tier[], seed: string): Promise<Count> {
  if (tiers.join() !== 'unit' || filters.length > 0 || availableParallelism() < 2) {
    return runSuites(tiers, { seed });
  }
  const directory = mkdtempSync(join(tmpdir(), 'tocsin-tests-'));
  const file = join(directory, 'second.log');
  const halves = await Promise.all([
    runSuites(tiers, { seed, shard: '1/2' }),
    runSuites(tiers, { seed, shard: '2/2', output: file }),
  ]);
  console.log(`\n${readFileSync(file, 'utf8')}`);
  rmSync(directory, { recursive: true, force: true });
  return sum(halves);
}

interface Share {
  readonly seed: string;
  readonly shard?: string;
  /** Where it says what it does; here when absent. */
  readonly output?: string;
}

/** Vitest's own report is the witness: a run that leaves none has failed, whatever else it printed. */
async function runSuites(tiers: readonly Tier[], { seed, shard, output }: Share): Promise<Count> {
  const directory = mkdtempSync(join(tmpdir(), 'tocsin-tests-'));
  const report = join(directory, 'report.json');
  const args = [
    'run',
    ...tiers.flatMap((tier) => ['--project', tier]),
    ...(shard === undefined ? [] : [`--shard=${shard}`]),
    `--sequence.seed=${seed}`,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...filters,
  ];
  const status = await runVitest(args, output);
  const text = existsSync(report) ? readFileSync(report, 'utf8') : undefined;
  rmSync(directory, { recursive: true, force: true });
  return countOf(text, status);
}

function run(command: string, args: readonly string[]): number | null {
  const binary = join(import.meta.dirname, '..', 'node_modules', '.bin', command);
  return spawnSync(binary, args, { stdio: 'inherit' }).status;
}

/**
 * Many threads that come and go beside WebAssembly trip checks of V8's own (`jit_page`), and the process is gone with a
 * SIGTRAP, whichever test it was at (https://github.com/nodejs/node/issues/64500 has its kind). So each tier has processes of
 * its own, and one that V8 ended so is run once more, from its beginning and aloud. No failed test is ever run again.
 */
async function runVitest(args: readonly string[], output?: string): Promise<number | null> {
  const first = await vitestOnce(args, output);
  if (first.signal !== 'SIGTRAP') return first.status;
  console.error('\nV8 ended the process by a check of its own: it is run once more');
  return (await vitestOnce(args, output)).status;
}

function vitestOnce(
  args: readonly string[],
  output?: string,
): Promise<{ readonly status: number | null; readonly signal: NodeJS.Signals | null }> {
  const vitest = join(import.meta.dirname, '..', 'node_modules/vitest/vitest.mjs');
  const to = output === undefined ? 'inherit' : openSync(output, 'a');
  return new Promise((resolve, reject) => {
    const ran = spawn(process.execPath, [...v8Flags, vitest, ...args], {
      stdio: ['ignore', to, to],
    });
    ran.once('error', reject);
    ran.once('close', (status, signal) => {
      if (typeof to === 'number') closeSync(to);
      if (signal !== null) console.error(`\nthe suites were ended by ${signal}`);
      resolve({ status, signal });
    });
  });
}

function conclude({ passed, failed, skipped }: Count): boolean {
  if (skipped > 0) console.log(`\n${skipped} skipped`);
  console.log(`\n${passed} passed, ${failed} failed`);
  return failed === 0;
}
