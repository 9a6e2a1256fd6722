import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Runbooks } from '../bot/bot-parts.ts';
import { hintOf, runbookFor } from '../core/runbook/match.ts';
import { parseRunbook } from '../core/runbook/parse.ts';
import { type Runbook, type RunbookFault, sayFault } from '../core/runbook/runbook.ts';

/** Where the package ships its runbooks. */
const shipped = fileURLToPath(new URL('../../runbooks', import.meta.url));

export interface ReadRunbooks {
  readonly runbooks: readonly Runbook[];
  readonly faults: readonly string[];
}

/** Every page below a folder but its README. A page with a fault is left out, and each fault is said. */
export function readRunbooks(verbs: readonly string[], folder: string = shipped): ReadRunbooks {
  const files = readdirSync(folder).filter((name) => name.endsWith('.md'));
  const pages = files.filter((name) => name !== 'README.md').sort();
  const runbooks: Runbook[] = [];
  const faults: RunbookFault[] = [];
  for (const name of pages) {
    const text = readFileSync(join(folder, name), 'utf8');
    const parsed = parseRunbook(
      { path: `runbooks/${name}`, text },
      { verbs: new Set(verbs), pages: new Set(files) },
    );
    if (parsed.ok) runbooks.push(parsed.runbook);
    else faults.push(...parsed.faults);
  }
  return { runbooks, faults: faults.map(sayFault) };
}

/** What a card and the command `runbook` show of the page that claims an incident's alert. */
export function runbooksOf(runbooks: readonly Runbook[]): Runbooks {
  return {
    hint(incident) {
      const found = runbookFor(runbooks, incident);
      return found && hintOf(found, '');
    },
    page(incident) {
      const found = runbookFor(runbooks, incident);
      return found && { name: found.name, title: found.name, text: found.text };
    },
  };
}
