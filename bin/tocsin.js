#!/usr/bin/env node
// Plain JavaScript with nothing newer than Node 16 in it: the only file that has to start on a Node that is too old,
// so that it can find a newer one or say in one sentence what is missing.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const oldest = [24, 15];
const source = new URL('../src/main.ts', import.meta.url);
const bundle = new URL('../dist/main.js', import.meta.url);
// Room for young objects grows to 128 MB in a storm and is not given back: with 8 MB a bad night costs 100 MB less. Node
// takes this only when it starts, and only what runs for long is worth a second start (40 ms, the same process).
const room = '--max-semi-space-size=8';
// Threads that come and go beside WebAssembly (the journal's, and the one that draws) trip a check of V8's own on processors
// with memory protection keys, and the process is gone: https://github.com/nodejs/node/issues/64500 has its kind. Other
// platforms do not know the flag.
const keys =
  process.platform === 'linux' && process.arch === 'x64' ? ['--no-memory-protection-keys'] : [];
const runsLong = ['start', 'demo'].includes(process.argv[2]);

if (isNewEnough(process.versions.node)) {
  const flags = missingFlags();
  if (flags.length > 0 && process.platform !== 'win32') {
    process.execve(process.execPath, [process.execPath, ...flags, ...invocation()], process.env);
  }
  // The repository runs from its sources, the installed package has only the bundle.
  const { main } = await import((existsSync(source) ? source : bundle).href);
  process.exitCode = await main(process.argv.slice(2));
} else {
  const newer = newerNode();
  if (newer) runUnder(newer);
  else sayTooOld('');
}

function isNewEnough(version) {
  const [major, minor] = version.split('.').map(Number);
  return major > oldest[0] || (major === oldest[0] && minor >= oldest[1]);
}

/** The binary of the optional dependency, when npm could install it on this platform. */
function newerNode() {
  const name = `node-${process.platform}-${process.arch}`;
  try {
    const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`);
    const { version } = JSON.parse(readFileSync(manifest, 'utf8'));
    const binary = join(dirname(manifest), 'bin', 'node');
    return isNewEnough(version) && existsSync(binary) ? binary : undefined;
  } catch {
    return undefined;
  }
}

/** What Node takes only when it starts, and was not given. */
function missingFlags() {
  if (!runsLong) return [];
  const given = [...process.execArgv, process.env.NODE_OPTIONS || ''].join(' ').replace(/_/g, '-');
  const rooms = given.includes('--max-semi-space-size') ? [] : [room];
  return [...rooms, ...(given.includes('memory-protection-keys') ? [] : keys)];
}

/** This program as it was called, without the binary. */
function invocation() {
  return [...process.execArgv, fileURLToPath(import.meta.url), ...process.argv.slice(2)];
}

function runUnder(node) {
  const child = spawn(node, [...missingFlags(), ...invocation()], { stdio: 'inherit' });
  const forward = (signal) => {
    // A terminal sends Ctrl-C to both processes; a second one from here would read as "stop at once".
    if (signal === 'SIGINT' && process.stdin.isTTY) return;
    child.kill(signal);
  };
  const signals = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR2'];
  for (const signal of signals) process.on(signal, forward);
  child.on('error', (error) => sayTooOld(` (${node}: ${error.message})`));
  child.on('exit', (code, signal) => {
    if (code !== null) process.exit(code);
    // Ended by a signal: shells and supervisors expect 128 + its number.
    process.exit(128 + (constants.signals[signal] || 0));
  });
}

function sayTooOld(detail) {
  process.stderr.write(
    `tocsin needs Node ${oldest.join('.')} or newer and this is ${process.versions.node}: install Node 24 (https://nodejs.org/en/download) and start it again${detail}.\n`,
  );
  process.exitCode = 2;
}
