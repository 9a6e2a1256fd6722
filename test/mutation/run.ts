import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { judgeReport, type MutationReport } from './report.ts';
import { survivors } from './survivors.ts';

/*
 * Changes the gate in every small way there is and asks its own suites to notice. What they do not notice is listed with a
 * reason, or the run fails. `node test/mutation/run.ts [file …]` looks at some files only.
 */

const home = import.meta.dirname;
const top = join(home, '../..');
const scoreMin = 95;

process.exitCode = run(process.argv.slice(2)) ? 0 : 1;

function run(files: readonly string[]): boolean {
  if (!bringStryker()) return false;
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-mutants-'));
  try {
    const report = join(folder, 'mutation.json');
    const config = join(folder, 'stryker.config.json');
    writeFileSync(config, JSON.stringify(configured(folder, report, files)));
    const { status } = spawnSync(
      process.execPath,
      [join(home, 'node_modules/@stryker-mutator/core/bin/stryker.js'), 'run', config],
      { cwd: top, stdio: ['ignore', 'inherit', 'inherit'] },
    );
    if (status !== 0 || !existsSync(report)) return say('the mutants were not run', false);
    return conclude(JSON.parse(readFileSync(report, 'utf8')), files.length === 0);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What it makes lies outside the tree, which has rules about what lies in it. */
function configured(folder: string, report: string, files: readonly string[]): object {
  const written: object = JSON.parse(readFileSync(join(home, 'stryker.config.json'), 'utf8'));
  return {
    ...written,
    ...(files.length > 0 && { mutate: files }),
    tempDirName: join(folder, 'sandbox'),
    jsonReporter: { fileName: report },
  };
}

function conclude(report: MutationReport, isWhole: boolean): boolean {
  const { score, mutants, killed, files, unexplained, stale } = judgeReport(report, survivors);
  for (const each of unexplained) {
    say(`${each.file}:${each.line} ${each.mutator}: ${each.original} → ${each.replacement}`, false);
  }
  for (const each of isWhole ? stale : []) {
    say(`survivors.ts names what was killed: ${each.file}: ${each.original}`, false);
  }
  for (const each of files) console.log(JSON.stringify(each));
  const isGood = score >= scoreMin && unexplained.length === 0 && (!isWhole || stale.length === 0);
  console.log(
    JSON.stringify({ mutants, killed, score, explained: mutants - killed - unexplained.length }),
  );
  return isGood;
}

/** 200 packages that nobody else needs: they lie beside this file. */
function bringStryker(): boolean {
  if (existsSync(join(home, 'node_modules/@stryker-mutator/vitest-runner'))) return true;
  console.log('In test/mutation: npm ci --ignore-scripts');
  const { status } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: home,
    stdio: 'inherit',
  });
  return status === 0 || say('Stryker was not installed; see the lines above', false);
}

function say(what: string, answer: boolean): boolean {
  console.error(what);
  return answer;
}
