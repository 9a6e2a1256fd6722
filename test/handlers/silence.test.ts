import { beforeEach, describe, expect, it } from 'vitest';
import type { Observation } from '../../src/core/alert/alert.ts';
import { receiveIntent } from '../../src/core/alert/intake.ts';
import { formOf } from '../../src/handlers/form.ts';
import { T0 } from '../core/given.ts';
import { firing, labels } from '../core/incident/given-incident.ts';
import { sha256 } from '../core/operation/sample.ts';
import { type Counter, openCounter } from './desk.ts';

let counter: Counter;
beforeEach(async () => {
  counter = await openCounter();
});

const slow = (pod: string, more = {}) =>
  firing(pod, { labels: labels('Slow', { severity: 'warning', pod, ...more }) });

describe('silence', () => {
  it('says what it hides, until when, and by which labels', async () => {
    const incident = await alerts('one', slow('a'), slow('b'));
    const answer = await counter.says('ana', 'silence 2h reason="being replaced"', { incident });
    expect(answer).toContain('Asked for. It hides 2 alerts that fire now, until 05:00 UTC');
    expect(answer).toContain('`alertname=Slow`');
    expect(answer).not.toContain('pod=');
    expect(counter.news()).toEqual(['SilenceAsked']);
    expect(counter.told('SilenceAsked')).toMatchObject({
      silence: expect.stringMatching(/^sil-[0-9a-f]{10}$/),
      matchers: { alertname: 'Slow', severity: 'warning', namespace: 'shop' },
      until: T0 + 2 * 3_600_000,
      hides: 2,
    });
  });

  it('is asked for once, however often the request arrives', async () => {
    const incident = await alerts('one', slow('a'));
    const line = 'silence 1h reason=known';
    await counter.says('ana', line, { incident, cause: 'same' });
    await counter.says('ana', line, { incident, cause: 'same' });
    expect(counter.news()).toEqual(['SilenceAsked']);
  });

  it('looks at all that its source has told: what it would hide elsewhere counts', async () => {
    await alerts('two', ...Array.from({ length: 10 }, (_, index) => slow(`x${index}`)));
    const incident = await alerts('one', slow('a'), slow('b'));
    const line = 'silence 1h reason=known';
    expect(await counter.says('ana', line, { incident })).toContain('SILENCE_HIDES_MANY');
    const mixed = await alerts('four', slow('a'), slow('b', { severity: 'info' }));
    expect(await counter.says('ana', line, { incident: mixed })).toContain('SILENCE_TOO_VAGUE');
    expect(counter.news()).toEqual(['RequestRefused']);
  });

  it('wants a time and a reason: a surface asks for both by a form', async () => {
    const incident = await alerts('one', slow('a'));
    expect(await counter.says('ana', 'silence', { incident })).toContain('ARGUMENT_MISSING');
    expect(await counter.says('ana', 'silence 1h', { incident })).toContain('ARGUMENT_MISSING');
    expect(await counter.says('ana', 'silence soon reason=x', { incident })).toContain(
      'ARGUMENT_NOT_A_DURATION',
    );
    const form = formOf(
      'silence',
      counter.bot.desk.settings,
      await counter.bot.desk.incident(incident),
    );
    expect(form?.fields.map(({ name, required }) => [name, required])).toEqual([
      ['for', true],
      ['reason', true],
    ]);
    expect(counter.news()).toEqual([]);
  });

  it('is for those whom the policy lets', async () => {
    const incident = await alerts('one', slow('a'));
    expect(await counter.says('cleo', 'silence 1h reason=known', { incident })).toContain(
      'NOT_A_REQUESTER',
    );
    expect(await counter.says('ana', 'silence 1h reason=known')).toContain('INCIDENT_REQUIRED');
  });
});

describe('unsilence', () => {
  it('ends what was asked for here, and nothing else', async () => {
    const incident = await alerts('one', slow('a'));
    expect(await counter.says('ben', 'unsilence', { incident })).toContain('NOT_SILENCED');
    await counter.says('ana', 'silence 1h reason=known', { incident });
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
  counter.news();
  return intent.incident;
}
