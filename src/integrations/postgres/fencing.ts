import type { Said } from '../../core/ports/fence.ts';
import { type Facts, ProblemError, problem } from '../../core/problem.ts';
import type { Command } from './command.ts';
import { meetWrite } from './proof.ts';
import {
  type CommandFence,
  type FenceConfig,
  type FenceMeans,
  isTrue,
  type NodeConfig,
  textOf,
} from './schema.ts';
import { nodeNamed, type Reach } from './topology.ts';

/** What is done to one node. */
export type FenceVerb = 'command' | 'undo' | 'status';

/** What a verb does to a node, for plans; undefined where there is no such verb. */
export function wordsOf(reach: Reach, verb: FenceVerb, node: NodeConfig): string | undefined {
  const { fence } = reach.config;
  if (fence === undefined || isCommand(fence)) return argvOf(fence, verb, node)?.join(' ');
  const means = fence.means[node.name];
  return verb === 'undo' ? means?.lifts : means?.raises;
}

/** The words as they are run: `{node}`, `{host}` and `{port}` are the node's. */
function argvOf(
  fence: CommandFence | undefined,
  verb: FenceVerb,
  { name, address }: NodeConfig,
): readonly string[] | undefined {
  return fence?.[verb]?.map((word) =>
    word.replace(/\{(node|host|port)\}/g, (_, key) =>
      key === 'node' ? name : String(key === 'host' ? address.host : address.port),
    ),
  );
}

interface Fencing {
  readonly node: NodeConfig;
  readonly operation: string;
  /** What the plan keeps for taking it back. */
  readonly note?: string;
}

export function runFence(reach: Reach, verb: FenceVerb, fencing: Fencing): Promise<Said> {
  const { fence } = reach.config;
  const { node, operation, note = '' } = fencing;
  if (fence && !isCommand(fence)) return useMeans(reach, verb, { fence, node, note });
  const argv = argvOf(fence, verb, node);
  if (!fence || !argv) throw noFence(reach);
  const command: Command = {
    argv,
    timeoutMs: fence.timeoutMs,
    env: {
      ...fence.env,
      TOCSIN_NODE: node.name,
      TOCSIN_HOST: node.address.host,
      TOCSIN_PORT: String(node.address.port),
      TOCSIN_OPERATION: operation,
    },
  };
  return reach.run(command);
}

function useMeans(
  reach: Reach,
  verb: FenceVerb,
  {
    fence,
    node,
    note,
  }: { readonly fence: FenceMeans; readonly node: NodeConfig; readonly note: string },
): Promise<Said> {
  const means = fence.means[node.name];
  if (!means) throw noFence(reach);
  if (verb === 'status') return means.holds();
  return verb === 'command' ? means.raise() : means.lift(note);
}

/** What taking it back needs, kept in the plan. Throws where the fence could not be raised. */
export async function fenceNote(
  { config: { fence } }: Reach,
  { name }: NodeConfig,
): Promise<string> {
  return fence && !isCommand(fence) ? ((await fence.means[name]?.plan()) ?? '') : '';
}

function isCommand(fence: FenceConfig): fence is CommandFence {
  return 'command' in fence;
}

function noFence({ config: { target } }: Reach): ProblemError {
  return new ProblemError(problem('PG_NO_FENCE', { target }));
}

export interface Held {
  readonly holds: boolean;
  readonly why: string;
}

/**
 * A fence holds when the application's write is refused, and where the fence can be asked, when it says so too. A server
 * that does not answer us is fenced only by the word of the configured `status`: others may reach it.
 */
export async function fenceOf(
  reach: Reach,
  { node, operation }: { readonly node: NodeConfig; readonly operation: string },
): Promise<Held> {
  const status = wordsOf(reach, 'status', node);
  // Side by side: clients have no writer meanwhile.
  const [told, met, open] = await Promise.all([
    status && runFence(reach, 'status', { node, operation }),
    meetWrite(reach.connections, node.address),
    openSessions(reach, node),
  ]);
  if (told && told.exit !== '0') {
    return { holds: false, why: `its status ended with ${told.exit}: ${told.said}` };
  }
  if (met.how === 'taken') return { holds: false, why: `${node.name} still takes writes` };
  if (met.how === 'silent' && !told) {
    return { holds: false, why: `${node.name} does not answer, which proves nothing: ${met.why}` };
  }
  return open > 0
    ? { holds: false, why: `${open} connections of the application are still open` }
    : { holds: true, why: met.why };
}

/** A connection that was open before outlives many a fence. Nobody can be asked where the server is gone. */
async function openSessions({ config, connections }: Reach, node: NodeConfig): Promise<number> {
  try {
    const [row] = await connections.admin(node.address, (session) =>
      session.query(
        `SELECT count(*)::text AS open, pg_is_in_recovery() AS standby
         FROM pg_stat_activity
         WHERE usename = $1 AND backend_type = 'client backend' AND pid <> pg_backend_pid()`,
        config.application.user,
      ),
    );
    return isTrue(row, 'standby') ? 0 : Number(textOf(row, 'open'));
  } catch (error) {
    if (error instanceof ProblemError) return 0;
    throw error;
  }
}

export function oldOf(reach: Reach, params: Facts): NodeConfig {
  return nodeNamed(reach, params['primary']);
}
