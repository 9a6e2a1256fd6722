import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openJournal, tailJournal, verifyExport } from '../../src/journal/index.ts';
import { tempFolder } from '../journal/temp.ts';
import { type LivingBot, startLivingBot } from '../support/living-bot.ts';

const DAY = 24 * 60 * 60_000;
const people = `people: [ { id: ana, name: Ana } ]
groups: { sre: { members: [ana] } }
console: { listen: 127.0.0.1:0 }
default_route: { notify: sre }
record: { export: [sre] }
policies: [ { match: { risk: [incident, read] }, requesters: [sre], approvals: [] } ]
`;

/** What the program itself wrote of two incidents that are over and one that is open, by their titles. */
async function story() {
  const { journal, person } = await startLivingBot(people);
  const { console } = await person('ana');
  const ids = new Map<string, string>();
  for (const title of ['slow', 'hidden', 'open']) {
    const isPrivate = title === 'hidden' ? ' private=true' : '';
    const said = await console.says('', `declare ${title}${isPrivate}`);
    const [id = ''] = /inc-[0-9a-f]+/.exec(said) ?? [];
    await console.says(id, `note "what was said of ${title}"`);
    if (title !== 'open') await console.says(id, 'resolve reason="it is over"');
    ids.set(title, id);
  }
  const { recorded } = tailJournal(journal, { limit: 1000 });
  const events = recorded.filter(({ stream }) => stream.startsWith('incident/'));
  return { ids: { slow: '', hidden: '', open: '', ...Object.fromEntries(ids) }, events };
}

/** The same, as it was written a hundred days ago. */
async function living({ events }: Awaited<ReturnType<typeof story>>): Promise<LivingBot> {
  const archive = join(tempFolder(), 'archive');
  return startLivingBot(
    people,
    {},
    {
      journal: `, archive: ${archive}, retain: 30d`,
      async before(path) {
        const journal = await openJournal({ path, archive, clock: () => Date.now() - 100 * DAY });
        for (const { stream, version, event, by } of events) {
          const write = { stream, expectedVersion: version - 1, events: [event] };
          await journal.append([write], { cause: `${stream}/${version}`, by });
        }
        await journal.close();
      },
    },
  );
}

it('what is over is archived at the door of a bot that runs; it says where, and the export has it whole', async () => {
  const told = await story();
  const { slow, hidden, open } = told.ids;
  const { bot, host, person, journal, folder } = await living(told);
  const { console, cookie } = await person('ana');
  expect(await console.page(`/incidents/${slow}`)).toContain('what was said of slow');

  const tried = await host('journal', 'archive', '--dry-run');
  expect([tried.code, tried.stdout]).toEqual([
    0,
    expect.stringMatching(/would archive \d+ events of 2 streams/),
  ]);
  const ran = await host('journal', 'archive');
  expect([ran.code, ran.stdout]).toEqual([
    0,
    expect.stringMatching(/archived \d+ events of 2 streams into 1 files/),
  ]);
  const [, file = ''] = /^ {2}(.+\.archive)$/m.exec(ran.stdout) ?? [];
  expect(existsSync(file)).toBe(true);

  const page = await fetch(`${bot.urls.console}/incidents/${slow}`, { headers: { cookie } });
  const shown = await page.text();
  expect(page.status).toBe(410);
  expect(shown).toContain('THREAD_ARCHIVED');
  expect(shown).not.toContain('what was said of slow');
  const none = await fetch(`${bot.urls.console}/incidents/${hidden}`, { headers: { cookie } });
  expect(none.status).toBe(404);
  const answer = await console.says('', `timeline incident=${slow}`);
  expect(answer).toContain('THREAD_ARCHIVED');
  expect(answer).toContain(file.slice(file.lastIndexOf('/') + 1));
  expect(await console.page(`/incidents/${open}`)).toContain('what was said of open');
  const secret = await console.says('', `timeline incident=${hidden}`);
  expect(secret).not.toContain('THREAD_ARCHIVED');

  const verified = await host('journal', 'verify');
  expect(verified.stdout).toContain('the chain holds');
  const out = join(folder, 'slow.json');
  const exported = await host('journal', 'export', slow, '--format', 'json', '--out', out);
  expect(exported.code).toBe(0);
  const document: unknown = JSON.parse(readFileSync(out, 'utf8'));
  expect(JSON.stringify(document)).toContain('what was said of slow');
  expect(verifyExport(document, {}).ok).toBe(true);
  expect(JSON.stringify(tailJournal(journal, { limit: 1000 }).recorded)).not.toContain(
    'what was said of slow',
  );

  const again = await host('journal', 'archive');
  expect(again.stdout).toContain('Nothing is old enough');
  expect(
    readdirSync(file.slice(0, file.lastIndexOf('/'))).filter((name) => name.endsWith('.archive')),
  ).toHaveLength(1);
}, 120_000);
