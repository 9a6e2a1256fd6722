import { writeFileSync } from 'node:fs';
import { configurationPage } from '../src/config/page.ts';
import { commandsMarkdown } from '../src/handlers/reference.ts';
import { problemsPage } from './problems-page.ts';

/** Pages that are made from the code they speak of. Tests compare each with what stands in the tree. */
export const pages: Readonly<Record<string, () => string>> = {
  'docs/commands.md': () => `${commandsMarkdown().trimEnd()}\n`,
  'docs/configuration.md': configurationPage,
  'docs/problems.md': problemsPage,
};

if (import.meta.main) {
  for (const [path, page] of Object.entries(pages)) {
    writeFileSync(new URL(`../${path}`, import.meta.url), page());
    console.log(`${path} written`);
  }
}
