import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openJournal, tailJournal } from '../../src/journal/index.ts';
import { tempFolder } from '../journal/temp.ts';
import { eventually } from '../support/eventually.ts';
import { follow, startLivingBot } from '../support/living-bot.ts';
import { run, tocsin } from '../support/tocsin-process.ts';

const canary = 'the-password-is-hunter2';
const people = `people: [ { id: ana, name: Ana } ]
groups: { sre: { members: [ana] } }
console: { listen: 127.0.0.1:0 }
default_route: { notify: sre }
policies: [ { match: { risk: [incident, read] }, requesters: [sre], approvals: [] } ]
`;

it('a note erased on the host leaves the running bot, every open page and the file; the chain holds', async () => {
  const { bot, host, person, journal } = await startLivingBot(people);
  const ana = await person('ana');
  const [incident = ''] = /inc-[0-9a-f]+/.exec(await ana.console.says('', 'declare slow')) ?? [];
  await ana.console.says(incident, `note "${canary}"`);
  expect(await ana.console.page(`/incidents/${incident}`)).toContain(canary);
  const page = await follow(`${bot.urls.console}/events?incident=${incident}`, ana.cookie);
  await eventually('the page is told', () => page.heard().includes(canary));
  const before = page.heard().length;

  const note = tailJournal(journal, { limit: 1000 }).recorded.find(
    ({ event }) => event.type === 'NoteAdded',
  );
  const version = String(note?.version);
  const why = ['--reason', 'a password was pasted'];
  const tried = await host('journal', 'erase', incident, '--event', version, '--dry-run', ...why);
  expect(tried.stdout).toContain(
    `would erase event ${version} of incident/${incident} (NoteAdded)`,
  );
  expect(await ana.console.page(`/incidents/${incident}`)).toContain(canary);

  const erased = await host('journal', 'erase', incident, '--event', version, ...why);
  expect(erased.stderr).not.toContain('Why:');
  expect(erased.code).toBe(0);
  // An order that does not only arrange: what it does not name leaves the page.
  const told = await eventually('the page drops the line', () =>
    page
      .heard()
      .slice(before)
      .split('\n')
      .find(
        (line) =>
          line.includes('"list":"thread"') && !line.includes('"keep"') && line.includes('"order"'),
      ),
  );
  expect(told).not.toContain(canary);
  expect(told).not.toContain(`line/${note?.position}`);
  await page.close();
  expect(await ana.console.page(`/incidents/${incident}`)).not.toContain(canary);

  const verified = await host('journal', 'verify');
  expect(verified.stdout).toContain('the chain holds');
  expect(verified.stdout).toContain('1 payloads erased');
  const { recorded } = tailJournal(journal, { limit: 1000 });
  expect(JSON.stringify(recorded)).not.toContain(canary);
  expect(recorded.find(({ event }) => event.type === 'PayloadErased')?.event).toMatchObject({
    by: expect.stringMatching(/^host:/),
    reason: 'a password was pasted',
    version: note?.version,
  });
}, 60_000);

it('all that one person wrote goes where no bot runs, and nothing of what was decided', async () => {
  const folder = tempFolder();
  const path = join(folder, 'tocsin.db');
  const config = join(folder, 'tocsin.yaml');
  writeFileSync(config, `version: 1\njournal: { path: ${path} }\ndefault_route: {}\n`);
  const journal = await openJournal({ path });
  const wrote = (person: string, text: string) => ({
    stream: `incident/inc-${person}`,
    expectedVersion: 0,
    events: [
      { type: 'IncidentAcknowledged', v: 1, person, surface: 'console' },
      { type: 'NoteAdded', v: 1, person, surface: 'console', text },
    ],
  });
  await journal.append([wrote('ana', canary)], { cause: 'a', by: 'ana' });
  await journal.append([wrote('ben', 'the cache is cold')], { cause: 'b', by: 'ben' });
  await journal.close();

  const erase = (...more: readonly string[]) =>
    run({
      argv: [tocsin, 'journal', 'erase', '--config', config, '--reason', 'she left', ...more],
    });
  const all = await erase('--person', 'ana');
  expect(all.stdout.trim()).toBe('erased event 2 of incident/inc-ana (NoteAdded)');
  expect(readFileSync(path).includes(canary)).toBe(false);
  const { recorded } = tailJournal(path, { limit: 1000 });
  expect(recorded.map(({ event }) => event.type)).toEqual(
    expect.arrayContaining(['IncidentAcknowledged', 'Erased', 'NoteAdded', 'PayloadErased']),
  );

  const decided = await erase('inc-ana', '--event', '1');
  expect(decided.stderr).toContain('ERASE_NOT_A_WRITING');
  expect(decided.code).toBe(1);
  expect((await erase('inc-ana', '--event', '9')).stderr).toContain('EVENT_NOT_FOUND');
  const verified = await run({ argv: [tocsin, 'journal', 'verify', '--journal', path] });
  expect(verified.stdout).toContain('the chain holds');
}, 60_000);
