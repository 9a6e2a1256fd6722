import { type Pointing, saidOf } from '../../core/ports/traffic.ts';
import { type Problem, ProblemError, problem } from '../../core/problem.ts';
import { digestOf, readText } from './files.ts';
import {
  type FileRepoint,
  isFile,
  type NodeConfig,
  type RepointConfig,
  type TrafficRepoint,
} from './schema.ts';

/** Where clients are sent now, by one entry of `repoint`. */
export interface Pointed {
  /** Of a file its digest, of the others which servers they name: what a plan is made for. */
  readonly shown: string;
  /** The same as a plan shows it: the beginning of a digest is enough. */
  readonly brief: string;
  /** Of a file the line as it stands, without the blanks around it; of the others which servers they name. */
  readonly from: string;
  /** Those that were asked and answered; none of a file. */
  readonly places: readonly string[];
  readonly warnings: readonly Problem[];
}

/** How an entry is called in plans and on cards. */
export function nameOf(config: RepointConfig): string {
  return isFile(config) ? config.file : config.traffic.name;
}

/** Throws where one does not send its clients to this node alone. `look`: past whatever keeps questions back. */
export async function pointedTo(
  config: RepointConfig,
  node: NodeConfig,
  look: 'plan' | 'look' = 'look',
): Promise<Pointed> {
  if (isFile(config)) return fileTo(config, node);
  const pointing = await config.traffic[look]();
  onlyTo(config, node, pointing);
  const shown = saidOf(pointing);
  const places = Object.keys(pointing.at).sort();
  return { shown, brief: shown, from: shown, places, warnings: pointing.warnings };
}

function onlyTo({ traffic }: TrafficRepoint, node: NodeConfig, { at }: Pointing): void {
  for (const [place, servers] of Object.entries(at)) {
    if (servers.length === 1 && servers[0] === node.name) continue;
    const now = servers.join(' and ') || 'nobody';
    const facts = { traffic: traffic.name, place, now, node: node.name };
    throw new ProblemError(problem('PG_TRAFFIC_OTHERWISE', facts));
  }
}

/** Throws PG_FILE_OTHERWISE where the file does not have exactly one line for this node. */
async function fileTo(config: FileRepoint, node: NodeConfig): Promise<Pointed> {
  const text = await readText(config.file);
  const line = lineFor(config, node);
  const count = text.split('\n').filter((each) => each.trim() === line).length;
  const digest = digestOf(text);
  if (count === 1) {
    return { shown: digest, brief: digest.slice(0, 12), from: line, places: [], warnings: [] };
  }
  throw new ProblemError(
    problem('PG_FILE_OTHERWISE', { file: config.file, line, count, node: node.name }),
  );
}

/** `{host}` and `{port}` are those by which clients reach the node. */
export function lineFor({ line }: FileRepoint, node: NodeConfig): string {
  const { host, port } = node.clients ?? node.address;
  return line
    .replaceAll('{host}', host)
    .replaceAll('{port}', String(port))
    .replaceAll('{node}', node.name)
    .trim();
}

/** The same text with that one line for another node; blanks around it stay. */
export function turned(
  config: FileRepoint,
  text: string,
  { from, to }: { readonly from: NodeConfig; readonly to: NodeConfig },
): string {
  const old = lineFor(config, from);
  return text
    .split('\n')
    .map((each) => (each.trim() === old ? each.replace(old, () => lineFor(config, to)) : each))
    .join('\n');
}
