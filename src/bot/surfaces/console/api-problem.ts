import type { Problem } from '../../../core/problem.ts';
import type { ConsoleProblem } from './problems.ts';
import { problemBlock } from './problems.ts';
import { sendJson } from './requests.ts';
import type { Call, DeskSite } from './site.ts';

/** A problem of the console's own, for a program. */
export function sendApiProblem(
  site: DeskSite,
  { response }: Call,
  ...[status, code, facts]: readonly [number, ConsoleProblem, Readonly<Record<string, string>>?]
): void {
  if (status !== 404) site.metrics.refused(code);
  if (status === 401) response.setHeader('WWW-Authenticate', 'Bearer');
  if (status === 413) response.setHeader('Connection', 'close');
  const { kind: _, ...problem } = problemBlock(code, facts);
  sendJson(response, { problem }, status);
}

/** What the bot itself refused, in the same five parts. */
export function sendDeskProblem(
  { desk }: DeskSite,
  { response }: Call,
  { status, because }: { readonly status: number; readonly because: Problem },
): void {
  const { seconds } = because.facts;
  if (seconds !== undefined) response.setHeader('Retry-After', String(seconds));
  const { title, blocks } = desk.refusal(because);
  const what = title.map((span) => (typeof span === 'string' ? span : textOf(span))).join('');
  const [block] = blocks;
  const { kind: _, ...rest } = block?.kind === 'problem' ? block : { kind: '', code: because.code };
  sendJson(response, { problem: { ...rest, what } }, status);
}

function textOf(span: object): string {
  return 'text' in span ? String(span.text) : '';
}
