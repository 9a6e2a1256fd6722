import { ProblemError, problem } from '../../core/problem.ts';
import { digestOf, readText } from './files.ts';
import type { NodeConfig, RepointConfig } from './schema.ts';

/** Where a file points to now. */
export interface Pointed {
  readonly digest: string;
  /** The line as it stands, without the blanks around it. */
  readonly line: string;
}

/** `{host}` and `{port}` are those by which clients reach the node. */
export function lineFor({ line }: RepointConfig, node: NodeConfig): string {
  const { host, port } = node.clients ?? node.address;
  return line
    .replaceAll('{host}', host)
    .replaceAll('{port}', String(port))
    .replaceAll('{node}', node.name)
    .trim();
}

/** Throws PG_FILE_OTHERWISE where the file does not have exactly one line for this node. */
export async function pointedTo(config: RepointConfig, node: NodeConfig): Promise<Pointed> {
  const text = await readText(config.file);
  const line = lineFor(config, node);
  const count = text.split('\n').filter((each) => each.trim() === line).length;
  if (count === 1) return { digest: digestOf(text), line };
  throw new ProblemError(
    problem('PG_FILE_OTHERWISE', { file: config.file, line, count, node: node.name }),
  );
}

/** The same text with that one line for another node; blanks around it stay. */
export function turned(
  config: RepointConfig,
  text: string,
  { from, to }: { readonly from: NodeConfig; readonly to: NodeConfig },
): string {
  const old = lineFor(config, from);
  return text
    .split('\n')
    .map((each) => (each.trim() === old ? each.replace(old, () => lineFor(config, to)) : each))
    .join('\n');
}
