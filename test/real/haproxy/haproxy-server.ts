import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commandOf } from '../../provision/command.ts';
import { eventually } from '../../support/eventually.ts';
import { freePorts } from '../../support/free-ports.ts';
import { endProcess } from '../../support/own-process.ts';

export interface HaproxyServer {
  /** Where clients come in. */
  readonly port: number;
  /** Runtime sockets: of level admin, of level operator, and admin on TCP. */
  readonly socket: string;
  readonly operatorSocket: string;
  readonly adminPort: number;
  /** A line typed by an operator, past all that is tested. */
  say(line: string): Promise<string>;
  stop(): Promise<void>;
}

/** A real HAProxy whose backend `pg_write` has one server for each node. `lines`: of the servers, as they stand in its file. */
export async function startHaproxy(lines: readonly string[]): Promise<HaproxyServer> {
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-haproxy-'));
  const [port = 0, adminPort = 0] = await freePorts(2);
  const socket = join(folder, 'admin.sock');
  const operatorSocket = join(folder, 'operator.sock');
  const file = join(folder, 'haproxy.cfg');
  const settings = `global
  stats socket ${socket} mode 600 level admin
  stats socket ${operatorSocket} mode 600 level operator
  stats socket ipv4@127.0.0.1:${adminPort} level admin
  stats timeout 1m
defaults
  mode tcp
  timeout connect 1s
  timeout client 1h
  timeout server 1h
  timeout queue 200ms
  retries 0
listen pg_write
  bind 127.0.0.1:${port}
${lines.map((line) => `  server ${line}`).join('\n')}
`;
  writeFileSync(file, settings);
  const child = spawn(commandOf('haproxy'), ['-db', '-f', file], { stdio: 'ignore' });
  const say = (line: string) => typed(socket, line);
  await eventually('HAProxy answers', () =>
    say('show info').then(
      (said) => said.includes('Version:'),
      () => false,
    ),
  );
  return { port, socket, operatorSocket, adminPort, say, stop: () => ended(child, folder) };
}

async function ended(child: ChildProcess, folder: string): Promise<void> {
  await endProcess(child, 'SIGKILL');
  rmSync(folder, { recursive: true, force: true });
}

function typed(path: string, line: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    const socket = connect(path);
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      said += text;
    });
    socket.once('error', reject);
    socket.once('end', () => resolve(said.trim()));
    socket.write(`${line}\n`);
  });
}
