import { existsSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { matchersOf } from '../../../src/core/alert/matcher.ts';
import { connect, type Integration } from '../../../src/integrations/alertmanager/index.ts';
import { ALERTMANAGER, type AlertmanagerServer, startAlertmanager } from './alertmanager-server.ts';

let server: AlertmanagerServer | undefined;
let integration: Integration | undefined;

afterEach(async () => {
  integration?.close();
  await server?.close();
  server = undefined;
});

const labels = { alertname: 'Slow', severity: 'warning', note: 'a "b" \\ {x="y"} ü' };
const wanted = (silence: string) => ({
  silence,
  matchers: matchersOf(labels),
  startsAt: Date.now(),
  endsAt: Date.now() + 600_000,
  createdBy: 'ana (tocsin)',
  comment: 'being replaced · ana in inc-1',
});

describe.skipIf(!existsSync(ALERTMANAGER))('a silence at a real Alertmanager', () => {
  it('mutes exactly what it names, is found by its comment, and is taken away', async () => {
    server = await startAlertmanager();
    const { source, silences } = asked(server.url);
    await server.post([{ labels }, { labels: { ...labels, note: 'another' } }]);
    expect(await refs(silences, 'sil-1')).toEqual([]);

    const made = await silences.create(wanted('sil-1'));
    if (!made.ok) throw new Error(made.problem.code);
    await silences.create(wanted('sil-2'));
    expect(await refs(silences, 'sil-1')).toEqual([made.ref]);
    const muted = (await source.current()).filter(({ state }) => state === 'silenced');
    expect(muted).toMatchObject([{ labels: { note: labels.note } }]);

    expect(await silences.remove(made.ref)).toEqual({ ok: true, ref: made.ref });
    expect(await refs(silences, 'sil-1')).toEqual([]);
  });

  it('of alerts without a severity leaves one that has one alone', async () => {
    server = await startAlertmanager();
    const { source, silences } = asked(server.url);
    await server.post([
      { labels: { alertname: 'Slow' } },
      { labels: { alertname: 'Slow', severity: 'critical' } },
    ]);
    const matchers = matchersOf({ alertname: 'Slow', severity: '' });
    expect(await silences.create({ ...wanted('sil-4'), matchers })).toMatchObject({ ok: true });
    const states = (await source.current()).map(({ labels: { severity = '' }, state }) => {
      return [severity, state] as const;
    });
    expect(new Map(states)).toEqual(
      new Map([
        ['', 'silenced'],
        ['critical', 'firing'],
      ]),
    );
  });

  it('that makes no sense is refused, and what it never had is not among what is found', async () => {
    server = await startAlertmanager();
    const { silences } = asked(server.url);
    // Older ones answer 500 to that: not known, so that it is looked for again, and then it is not there.
    const removed = await silences.remove('5b4d2a5e-0000-4000-8000-000000000000');
    expect(removed.ok || removed.why === 'unknown').toBe(true);
    expect(await refs(silences, 'sil-3')).toEqual([]);
    expect(await silences.create({ ...wanted('sil-3'), matchers: [] })).toMatchObject({
      ok: false,
      why: 'refused',
      problem: { code: 'ALERTMANAGER_SILENCE_REFUSED' },
    });
  });
});

async function refs(silences: Integration['silences'], silence: string) {
  const found = await silences.find({ silence });
  if (!found.ok) throw new Error(found.problem.code);
  return found.held.map(({ ref }) => ref);
}

function asked(url: string): Integration {
  const clock = { now: Date.now, after: () => () => undefined };
  integration = connect({ source: 'alertmanager/main', url, timeoutMs: 5000 }, { clock });
  return integration;
}
