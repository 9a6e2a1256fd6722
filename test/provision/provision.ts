import { existsSync, readFileSync } from 'node:fs';
import { delimiter } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { installWithApt } from './apt.ts';
import { findCommand } from './command.ts';
import { dockerAnswers, dockerShims } from './docker.ts';
import { aptArguments, describeMissing, type Machine, planProvision } from './plan.ts';
import { type Server, servers } from './servers.ts';

export type Provisioned =
  | { readonly ok: true; readonly release: () => void }
  | { readonly ok: false; readonly reason: string };

/** Finds every real server or brings it; says exactly what it does before it does it. */
export async function provision(): Promise<Provisioned> {
  for (const server of servers) {
    const found = findCommand(server);
    if (found) console.log(`${server.title}: ${found}`);
  }
  const missing = stillMissing(servers);
  if (missing.length === 0) return { ok: true, release: nothing };

  const plan = planProvision(missing, thisMachine());
  if (plan.apt.length > 0) {
    console.log(`As root, with no service started: apt-get ${aptArguments(plan.apt).join(' ')}`);
    if (!(await agreed())) return { ok: false, reason: describeMissing(missing) };
    if (!installWithApt(plan.apt)) console.log('apt-get did not succeed; see its lines above.');
  }
  let release = nothing;
  if (plan.docker.length > 0) {
    const images = plan.docker.map((server) => server.image).join(', ');
    console.log(`From Docker, removed after the run: ${images}`);
    const shims = dockerShims(plan.docker);
    process.env['PATH'] = `${shims.directory}${delimiter}${process.env['PATH'] ?? ''}`;
    release = shims.remove;
  }
  const left = stillMissing(missing);
  if (left.length === 0) return { ok: true, release };
  release();
  return { ok: false, reason: describeMissing(left) };
}

function stillMissing(wanted: readonly Server[]): readonly Server[] {
  return wanted.filter((server) => !findCommand(server));
}

function nothing(): void {}

function thisMachine(): Machine {
  return {
    root: process.getuid?.() === 0,
    distributions: existsSync('/etc/os-release')
      ? distributionsIn(readFileSync('/etc/os-release', 'utf8'))
      : [],
    docker: dockerAnswers(),
  };
}

export function distributionsIn(osRelease: string): readonly string[] {
  return [...osRelease.matchAll(/^(?:ID|ID_LIKE)="?([^"\n]*)"?$/gm)].flatMap((match) =>
    (match[1] ?? '').split(' '),
  );
}

/** A machine that nobody watches was told to run the tests; a person at a terminal is asked. */
async function agreed(): Promise<boolean> {
  if (!process.stdin.isTTY || process.env['CI']) return true;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question('Install them now? [y/N] ');
  terminal.close();
  return /^y(es)?$/i.test(answer.trim());
}
