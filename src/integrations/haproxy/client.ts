import { connect } from 'node:net';
import { ProblemError, problem } from '../../core/problem.ts';
import type { Instance } from './schema.ts';

const bytesMax = 1024 ** 2;

/**
 * One command on a connection of its own; the reply ends with it. Several may stand on one line, so whatever comes from
 * outside has been checked against the letters that names may have. Throws HAPROXY_UNREACHABLE.
 */
export function tell({ name, at }: Instance, command: string, timeoutMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let reply = '';
    const socket = connect('socket' in at ? { path: at.socket } : at);
    const timer = setTimeout(() => failed(`no whole answer within ${timeoutMs} ms`), timeoutMs);
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      reply += text;
      if (reply.length > bytesMax) failed(`it answered more than ${bytesMax} characters`);
    });
    socket.once('error', (error) => failed(error.message));
    socket.once('end', () => {
      // Even a success has its line: nothing at all is somebody who hangs up.
      if (reply === '') return failed('it ended the connection without an answer');
      clearTimeout(timer);
      socket.destroy();
      resolve(reply.trim());
    });
    // The end of our side is not sent: some versions take it for a lost client before they have answered.
    socket.write(`${command}\n`);

    function failed(why: string): void {
      clearTimeout(timer);
      socket.destroy();
      reject(new ProblemError(problem('HAPROXY_UNREACHABLE', { instance: name, why })));
    }
  });
}

/** A command that changes something: success says nothing, everything else is a refusal, in words and without a code. */
export async function order(instance: Instance, command: string, timeoutMs: number): Promise<void> {
  const reply = await tell(instance, command, timeoutMs);
  if (reply === '') return;
  const facts = { instance: instance.name, command, why: firstLine(reply) };
  throw new ProblemError(problem('HAPROXY_REFUSED', facts));
}

export function firstLine(reply: string): string {
  return (reply.split('\n')[0] ?? '').trim().slice(0, 200);
}
