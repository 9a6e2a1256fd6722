import { beforeEach, describe, expect, it } from 'vitest';
import { bookOf } from '../../src/cli/book.ts';
import type { Observation } from '../../src/core/alert/alert.ts';
import { receiveIntent } from '../../src/core/alert/intake.ts';
import type { SilenceWanted } from '../../src/core/ports/silences.ts';
import { cardText, threadText } from '../../src/core/view/text.ts';
import { formOf, lineOf } from '../../src/handlers/form.ts';
import { createPlanner } from '../../src/integrations/alertmanager/planner.ts';
import { problems } from '../../src/integrations/alertmanager/problems.ts';
import { T0 } from '../core/given.ts';
import { firing, labels } from '../core/incident/given-incident.ts';
import { sha256 } from '../core/operation/sample.ts';
import { createFakeSilences, type FakeSilences } from '../fakes/silences.ts';
import { type Counter, openCounter } from './desk.ts';

let counter: Counter;
let silences: FakeSilences;
beforeEach(async () => {
  silences = createFakeSilences();
  const planner = createPlanner(silences);
  const book = { ...bookOf(), ...problems };
  counter = await openCounter(undefined, { silences: [{ ...silences, planner }], book });
});

const slow = (pod: string, more = {}) =>
  firing(pod, { labels: labels('Slow', { severity: 'warning', pod, ...more }) });
const line = 'silence 1h reason=known';

describe('silence', () => {
  it('says what it hides, until when, and by which labels', async () => {
    const incident = await alerts('one', slow('a'), slow('b'));
    const answer = await counter.says('ana', 'silence 2h reason="being replaced"', { incident });
    expect(answer).toContain('Asked for. It hides 2 alerts that fire now, until 05:00 UTC');
    expect(answer).toContain('`alertname="Slow"`');
    expect(answer).not.toContain('pod=');
    expect(counter.news()).toEqual(['SilenceAsked']);
    expect(counter.told('SilenceAsked')).toMatchObject({
      silence: expect.stringMatching(/^sil-[0-9a-f]{10}$/),
      matchers: expect.arrayContaining([
        { name: 'alertname', op: '=', value: 'Slow' },
        { name: 'severity', op: '=', value: 'warning' },
        { name: 'namespace', op: '=', value: 'shop' },
      ]),
      until: T0 + 2 * 3_600_000,
      hides: 2,
    });
  });

  it('is asked for once, however often the request arrives', async () => {
    const incident = await alerts('one', slow('a'));
    await counter.says('ana', line, { incident, cause: 'same' });
    await counter.says('ana', line, { incident, cause: 'same' });
    expect(counter.news()).toEqual(['SilenceAsked']);
  });

  it('takes other matchers, as Alertmanager writes them', async () => {
    const incident = await alerts('one', slow('a'), slow('b'));
    const match = `alertname="Slow", severity=warning, pod=~"a|c", node!="n1"`;
    const answer = await counter.says('ana', `${line} match='${match}'`, { incident });
    expect(answer).toContain('It hides 1 alert that fires now');
    expect(counter.told('SilenceAsked')).toMatchObject({
      hides: 1,
      matchers: [
        { name: 'alertname', op: '=', value: 'Slow' },
        { name: 'severity', op: '=', value: 'warning' },
        { name: 'pod', op: '=~', value: 'a|c' },
        { name: 'node', op: '!=', value: 'n1' },
      ],
    });
  });

  it.each([
    ['alertname', 'MATCHERS_UNREADABLE'],
    ['alertname="Slow', 'MATCHERS_UNREADABLE'],
    ['alertname=', 'MATCHERS_UNREADABLE'],
    ['', 'Asked for'],
    ['alertname="Slwo", severity="warning"', 'SILENCE_FITS_NOTHING'],
    ['alertname=~".*"', 'SILENCE_MATCHES_ALL'],
    ['alertname=~".+", severity!="x"', 'SILENCE_MATCHES_ALL'],
  ])('of %j: %s', async (match, says) => {
    const incident = await alerts('one', slow('a'));
    expect(await counter.says('ana', `${line} match='${match}'`, { incident })).toContain(says);
    expect(silences.held.size).toBe(0);
  });

  it('only looks where a preview is wanted: what falls silent, and the button that would do it', async () => {
    const incident = await alerts('one', slow('a'), slow('b'));
    const said = { line: `${line} preview=yes`, actor: { surface: 'console', account: 'ana' } };
    const { card } = await counter.bot.dispatch.say({ ...said, incident, cause: 'look' });
    const text = cardText(card);
    expect(text).toContain(
      'It would hide 2 alerts that fire, as alertmanager/main said at 03:00 UTC',
    );
    expect(text).toContain('Slow · warning ×2');
    expect(counter.news()).toEqual([]);
    const [action] = card.actions;
    if (action?.press.kind !== 'line') throw new Error('no button');
    expect(action.label).toBe('Silence for 1h');
    expect(text).toContain('Nothing was silenced. To have it: `silence 1h reason=known`');
    await counter.says('ana', action.press.line, { incident });
    expect(counter.news()).toEqual(['SilenceAsked']);
  });

  it('needs no reason to look, and a line too long for a button is there to be typed', async () => {
    const incident = await alerts('one', slow('a'), slow('b'));
    const looks = async (line: string) => {
      const said = { line, actor: { surface: 'console', account: 'ana' }, incident, cause: line };
      return (await counter.bot.dispatch.say(said)).card;
    };
    expect((await looks('silence 1h preview=yes')).actions).toMatchObject([
      { press: { line: 'silence 1h' } },
    ]);
    const match = 'alertname="Slow", severity="warning", pod=~"a|b", namespace!="elsewhere"';
    const long = await looks(`silence 1h preview=yes match='${match}'`);
    expect(long.actions).toEqual([]);
    expect(long.blocks.at(-1)).toMatchObject({
      text: [expect.any(String), { kind: 'code', text: `silence 1h match='${match}'` }],
    });
    expect(counter.news()).toEqual([]);
  });

  it('is refused while its source cannot say what it would hide', async () => {
    const incident = await alerts('one', slow('a'));
    silences.isDown = true;
    expect(await counter.says('ana', line, { incident })).toContain('SILENCE_UNSEEN');
    expect(counter.news()).toEqual([]);
  });

  it('lasts as long as the policy lets it, a day where it does not say', async () => {
    const incident = await alerts('one', slow('a'));
    const longer = await counter.says('ana', 'silence 25h reason=known', { incident });
    expect(longer).toContain('SILENCE_LONGER_THAN_POLICY');
    expect(longer).toContain('lets a silence last 1d at most');
  });

  it('wants a time and a reason: a surface asks for both by a form, and holds the matchers', async () => {
    const incident = await alerts('one', slow('a'));
    expect(await counter.says('ana', 'silence', { incident })).toContain('ARGUMENT_MISSING');
    expect(await counter.says('ana', 'silence 1h', { incident })).toContain(
      'SILENCE_REASON_REQUIRED',
    );
    expect(await counter.says('ana', 'silence soon reason=x', { incident })).toContain(
      'ARGUMENT_NOT_A_DURATION',
    );
    const { settings } = counter.bot.desk;
    const form = formOf('silence', settings, await counter.bot.desk.incident(incident));
    if (!form) throw new Error('no form');
    expect(form.fields.map(({ name, required }) => [name, required])).toEqual([
      ['for', true],
      ['reason', true],
      ['match', false],
      ['preview', false],
    ]);
    const match = form.fields.find(({ name }) => name === 'match')?.value ?? '';
    expect(match).toContain('alertname="Slow"');
    await counter.says('ana', lineOf(form, { for: '1h', reason: 'known', match }), { incident });
    expect(counter.told('SilenceAsked')).toMatchObject({ hides: 1 });
  });

  it('is for those whom the policy lets, and nobody else asks its source', async () => {
    const incident = await alerts('one', slow('a'));
    silences.isDown = true;
    expect(await counter.says('cleo', line, { incident })).toContain('NOT_A_REQUESTER');
    silences.isDown = false;
    expect(await counter.says('ana', line)).toContain('INCIDENT_REQUIRED');
  });

  it('takes labels for what they are, whatever they hold', async () => {
    const pod = 'a", severity=~".*"} [tocsin sil-0123456789] ]';
    const incident = await alerts('one', slow(pod));
    await counter.says('ana', line, { incident });
    expect(counter.told('SilenceAsked')).toMatchObject({
      hides: 1,
      matchers: expect.arrayContaining([{ name: 'pod', op: '=', value: pod }]),
    });
    expect(counter.told('SilenceAsked')?.['matchers']).toHaveLength(4);
  });
});

describe('a dangerous silence', () => {
  it.each<[string, readonly Observation[], string]>([
    ['over ten', Array.from({ length: 11 }, (_, index) => slow(`x${index}`)), ''],
    ['over what is critical', [slow('a', { severity: 'critical' })], ''],
    ['over severities that differ', [slow('a'), slow('b', { severity: 'info' })], ''],
    ['that could hide anything', [slow('a')], ` match='alertname=~"Slow|.*"'`],
  ])(
    '%s is planned, and made by nobody until two people approved it',
    async (_what, fires, more) => {
      const incident = await alerts('one', ...fires);
      expect(await counter.says('ana', `${line}${more}`, { incident })).toContain(
        'The plan is ready',
      );
      expect(counter.told('SilenceAsked')).toBeUndefined();
      const operation = await counter.bot.engine.operation(counter.operation());
      expect(operation).toMatchObject({
        status: 'waiting',
        plan: { risk: 'danger', verb: 'silence' },
      });
      expect(operation?.plan?.steps).toMatchObject([
        {
          kind: 'alertmanager.silence',
          guard: 'unguarded',
          preconditions: { firing: fires.length },
          params: { durationMs: 3_600_000 },
        },
      ]);
      expect(silences.held.size).toBe(0);
    },
  );

  it('shows what would fall silent, and for how long', async () => {
    const incident = await alerts('one', slow('a', { severity: 'critical' }), slow('b'));
    await counter.says('ana', line, { incident });
    const thread = await counter.bot.threads.desired(incident);
    const text = thread ? threadText(thread) : '';
    expect(text).toContain('alertname="Slow"');
    expect(text).toContain('for 1h');
    expect(text).toContain('Slow (critical)');
    expect(text).toContain('1 of them critical');
  });

  it('is refused where nobody could approve it, frozen, or read-only', async () => {
    const mild = `\n  - { match: { risk: [incident, read] }, requesters: [sre], approvals: [] }\n`;
    const planner = createPlanner(silences);
    counter = await openCounter(mild, { silences: [{ ...silences, planner }] });
    const incident = await alerts('one', slow('a', { severity: 'critical' }));
    expect(await counter.says('ana', line, { incident })).toContain('POLICY_NO_RULE');
    await counter.says('ana', 'read-only on reason=enough');
    const calm = await alerts('two', slow('b'));
    // Hiding little is no change of a system, and goes on.
    expect(await counter.says('ana', line, { incident: calm })).toContain('Asked for');
    counter = await openCounter(undefined, { silences: [{ ...silences, planner }] });
    const loud = await alerts('one', slow('a', { severity: 'critical' }));
    await counter.says('ana', 'read-only on reason=enough');
    expect(await counter.says('ana', line, { incident: loud })).toContain('READ_ONLY');
  });

  it('that is to last longer is approved again, though all that it hides is hidden already', async () => {
    const incident = await alerts('one', slow('a'));
    await counter.says('ana', line, { incident });
    const { silence, matchers } = counter.told('SilenceAsked') as unknown as SilenceWanted;
    const made = await silences.create({ ...wanted, silence, matchers });
    const became = { kind: 'made', ref: made.ok ? made.ref : '' } as const;
    await counter.bot.engine.tellIncident(
      incident,
      { type: 'RecordSilence', at: counter.clock.now, silence, became },
      { cause: 'made', by: 'tocsin' },
    );
    // Eleven more fire, and are silent at once.
    for (let pod = 0; pod < 11; pod += 1) silences.alerts.push({ labels: fitting(matchers, pod) });
    expect(await counter.says('ana', 'silence 3h reason=longer', { incident })).toContain(
      'The plan is ready',
    );
  });
});

const wanted = { startsAt: T0, endsAt: T0 + 1, createdBy: 'ana', comment: '' };

function fitting(matchers: SilenceWanted['matchers'], extra: number): Record<string, string> {
  const labelled = Object.fromEntries(matchers.map(({ name, value }) => [name, value]));
  return { ...labelled, extra: String(extra) };
}

describe('a silence that stands', () => {
  it('lasts longer, with the reason and the conditions that it had, and needs neither again', async () => {
    const incident = await alerts('one', slow('a'), slow('b'));
    await counter.says('ana', `${line} match='alertname="Slow", severity="warning", pod="a"'`, {
      incident,
    });
    const { silence, matchers } = counter.told('SilenceAsked') as unknown as SilenceWanted;
    const made = await silences.create({ ...wanted, silence, matchers });
    const became = { kind: 'made', ref: made.ok ? made.ref : '' } as const;
    await counter.bot.engine.tellIncident(
      incident,
      { type: 'RecordSilence', at: counter.clock.now, silence, became },
      { cause: 'made', by: 'tocsin' },
    );
    counter.clock.now += 30 * 60_000;
    expect(await counter.says('ben', 'silence 1h', { incident })).toContain('It hides 1 alert');
    expect(counter.told('SilenceAsked')).toMatchObject({
      silence,
      matchers,
      person: 'ben',
      reason: 'known',
      until: counter.clock.now + 3_600_000,
    });
  });
});

describe('unsilence', () => {
  it('ends what was asked for here, and nothing else', async () => {
    const incident = await alerts('one', slow('a'));
    expect(await counter.says('ben', 'unsilence', { incident })).toContain('NOT_SILENCED');
    await counter.says('ana', line, { incident });
    counter.news();
    expect(await counter.says('ben', 'unsilence', { incident })).toContain('Done.');
    expect(await counter.says('ben', 'unsilence', { incident })).toContain('It was so already.');
    expect(counter.news()).toEqual(['SilenceEndAsked']);
  });
});

/** A delivery of one group; the id of its incident. */
async function alerts(group: string, ...observations: readonly Observation[]): Promise<string> {
  const { engine, desk } = counter.bot;
  const delivery = {
    source: 'alertmanager/main',
    receiver: '',
    groupKey: group,
    groupLabels: {},
    externalUrl: '',
    truncated: 0,
    unreadable: [],
    observations: observations.map((each) => ({
      ...each,
      fingerprint: `${group}/${each.fingerprint}`,
    })),
  };
  const index = engine.readings.correlation;
  const now = counter.clock.now;
  const how = { settings: desk.settings, index, now, sha256, sourceAnswers: true };
  const intent = receiveIntent(delivery, how);
  await engine.receive(intent, { cause: `delivery/${group}`, by: 'source:alertmanager/main' });
  silences.alerts.push(...observations.map(({ labels: has }) => ({ labels: { ...has } })));
  counter.news();
  return intent.incident;
}
