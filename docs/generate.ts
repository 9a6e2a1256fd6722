import { writeFileSync } from 'node:fs';
import { slackManifest } from '../src/bot/surfaces/slack/manifest.ts';
import { configurationPage } from '../src/config/page.ts';
import { commands } from '../src/handlers/commands/index.ts';
import { commandsMarkdown } from '../src/handlers/reference.ts';
import { problemsPage } from './problems-page.ts';

/** Pages that are made from the code they speak of. Tests compare each with what stands in the tree. */
export const pages: Readonly<Record<string, () => string>> = {
  'deploy/slack/manifest.json': () => {
    const asked = { command: '/ops', mode: 'socket', commands } as const;
    return `${JSON.stringify(slackManifest(asked), null, 2)}\n`;
  },
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
