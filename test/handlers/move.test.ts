import { beforeEach, describe, expect, it } from 'vitest';
import type { Labels } from '../../src/core/alert/alert.ts';
import { type Incident, severity } from '../../src/core/incident/incident.ts';
import type { ReceiveAlerts } from '../../src/core/incident/intent.ts';
import { news, page, receivePage } from '../core/incident/given-page.ts';
import { rule } from '../core/operation/sample.ts';
import { type SmallBot, startSmallBot } from '../fakes/small-bot.ts';
import { deliveryOf } from './given-delivery.ts';

let small: SmallBot;

beforeEach(async () => {
  small = await startSmallBot();
  small.bot.start([]);
});

describe('merge', () => {
  it('makes one incident of two: its alerts, what they say next, and its end', async () => {
    const one = await fires('one', 'a');
    const two = await fires('two', 'b');
    expect(await says(two, `merge ${one} reason="same switch"`)).toContain('goes on for both');
    expect(state(one)).toMatchObject({ status: 'open', firing: 2 });
    expect(state(two)).toMatchObject({ status: 'resolved', firing: 0, merged: { into: one } });
    await fires('two', 'b', 'c');
    expect(state(one).firing).toBe(3);
    await stops('two', 'b', 'c');
    expect(state(one).status).toBe('open');
    await stops('one', 'a');
    expect(state(one).status).toBe('resolved');
    await fires('two', 'c');
    expect(state(one)).toMatchObject({ status: 'open', firing: 1 });
  });

  it('is said in both threads, each with the way to the other', async () => {
    const one = await fires('one', 'a');
    const two = await fires('two', 'b');
    await says(two, `merge ${one} reason="same switch"`);
    const there = JSON.stringify(await small.bot.threads.desired(one));
    expect(there).toContain('merged in');
    expect(there).toContain(two);
    const here = JSON.stringify(await small.bot.threads.desired(two));
    expect(here).toContain('MERGED');
    expect(here).toContain(one);
    expect(here).not.toContain('"label":"Acknowledge"');
  });

  it('lets nothing be said in what was merged but what stays there', async () => {
    const one = await fires('one', 'a');
    const two = await fires('two', 'b');
    await says(two, `merge ${one}`);
    for (const line of ['ack', 'resolve', 'note hello', 'restart checkout env=production']) {
      expect(await says(two, line), line).toContain('INCIDENT_MERGED');
    }
    expect(await says(two, 'status')).not.toContain('INCIDENT_MERGED');
    expect(await says(two, 'unsilence')).toContain('NOT_SILENCED');
    expect(await says(two, 'declare something else')).toContain('is open');
    expect(state(one).acknowledged).toBeUndefined();
  });

  it('is refused with itself, with what is over, and with what nobody knows', async () => {
    const one = await fires('one', 'a');
    const two = await fires('two', 'b');
    expect(await says(one, `merge ${one}`)).toContain('MERGE_WITH_ITSELF');
    expect(await says(one, 'merge inc-000000000000')).toContain('INCIDENT_NOT_FOUND');
    await stops('two', 'b');
    expect(await says(one, `merge ${two}`)).toContain('MERGE_NOT_OPEN');
    expect(await says(two, `merge ${one}`)).toContain('MERGE_NOT_OPEN');
    expect(state(one).firing).toBe(1);
  });

  it('moves nothing a second time, however often it is pressed or delivered', async () => {
    const one = await fires('one', 'a');
    const two = await fires('two', 'b');
    const twice = { incident: two, cause: 'once' };
    await Promise.all([
      small.says('ana', `merge ${one}`, twice),
      small.says('ana', `merge ${one}`, twice),
      small.says('ben', `merge ${one}`, { incident: two }),
    ]);
    expect(small.types().filter((type) => type === 'IncidentTook')).toHaveLength(1);
    expect(state(one).firing).toBe(2);
  });

  it('of each into the other at the same moment leaves one of them', async () => {
    const one = await fires('one', 'a');
    const two = await fires('two', 'b');
    await Promise.all([says(two, `merge ${one}`), says(one, `merge ${two}`)]);
    const open = [state(one), state(two)].filter(({ status }) => status === 'open');
    expect(open.map(({ firing: many }) => many)).toEqual([2]);
  });

  it('counts as bad as the worse of both, though somebody called one of them mild', async () => {
    const one = await fires('one', 'a');
    await says(one, 'severity info');
    const two = await firesWith('two', { severity: 'critical' }, 'b');
    await says(two, `merge ${one}`);
    expect(severity(state(one))).toBe('critical');
  });

  it('keeps open what holds something that a person declared', async () => {
    const one = await fires('one', 'a');
    const declared = await small.declares();
    await says(declared, 'severity critical');
    await says(declared, `merge ${one}`);
    expect(severity(state(one))).toBe('critical');
    await stops('one', 'a');
    expect(state(one).status).toBe('open');
    expect(JSON.stringify(await small.bot.threads.desired(one))).toContain('stays open');
    await says(one, 'resolve');
    expect(state(one).status).toBe('resolved');
  });

  it('is asked of the policy for both', async () => {
    const only = { risk: ['incident' as const], service: ['checkout'] };
    small = await startSmallBot({ rules: [rule({ match: only, places: [] })] });
    small.bot.start([]);
    const one = await firesWith('one', { app: 'checkout' }, 'a');
    const two = await fires('two', 'b');
    expect(await says(one, `merge ${two}`)).toContain('POLICY');
    expect(state(one).firing + state(two).firing).toBe(2);
    expect(state(one).status).toBe('open');
  });
});

describe('what is private', () => {
  it('is merged with nothing that others see, either way round', async () => {
    const one = await fires('one', 'a');
    const hidden = await declares('the vault leaked private=true');
    expect(await says(hidden, `merge ${one}`)).toContain('MERGE_CIRCLES_DIFFER');
    expect(await says(one, `merge ${hidden}`)).toContain('MERGE_CIRCLES_DIFFER');
    expect(state(hidden)).toMatchObject({ status: 'open' });
  });

  it('is not there for a stranger who would merge with it', async () => {
    const one = await fires('one', 'a');
    const hidden = await declares('the vault leaked private=true');
    const answer = await small.says('ben', `merge ${hidden}`, { incident: one });
    expect(answer).toContain('INCIDENT_NOT_FOUND');
    expect(answer).not.toContain('vault');
  });

  it('is not shown to whoever was let into the other one alone', async () => {
    const first = await declares('one leak private=true');
    const second = await declares('another leak private=true');
    await says(second, 'assign ben');
    expect(await says(first, `merge ${second}`)).toContain('MERGE_CIRCLES_DIFFER');
    expect(await says(second, `merge ${first}`)).toContain('goes on for both');
  });
});

describe('a plan of what was merged', () => {
  it('is approved by nobody until the merge is taken back', async () => {
    const one = await fires('one', 'a');
    const two = await firesWith('two', { app: 'checkout' }, 'b');
    await says(two, 'restart checkout env=production');
    const [operation = ''] = small.bot.engine.readings.operations.keys();
    const { hash = '' } = (await small.bot.engine.operation(operation)) ?? {};
    await says(two, `merge ${one}`);
    const typed = `approve ${operation} ${hash.slice(0, 10)}`;
    expect(await small.says('ben', typed)).toContain('PLAN_INCIDENT_MERGED');
    expect(await small.says('ben', typed, { incident: one })).toContain('PLAN_INCIDENT_MERGED');
    const pressed = await small.bot.dispatch.press({
      press: { kind: 'approve', operation, hash },
      actor: { surface: 'console', account: 'ben' },
      incident: two,
      cause: 'press/1',
      shown: { digest: 'd', fresh: true },
    });
    expect(JSON.stringify(pressed.card)).toContain('PLAN_INCIDENT_MERGED');
    expect((await small.bot.engine.operation(operation))?.status).toBe('waiting');
    await says(one, `split ${two}`);
    expect(await small.says('ben', typed)).toContain('on the record');
  });

  it('is judged by what its alerts say, wherever they are', async () => {
    const one = await fires('one', 'a');
    const two = await firesWith('two', { app: 'checkout', severity: 'critical' }, 'b');
    await says(two, `merge ${one}`);
    expect(state(one).parts).toMatchObject([{ service: 'checkout', environment: 'production' }]);
  });
});

describe('split', () => {
  it('takes alerts out by their labels, and their next word finds them', async () => {
    const one = await fires('one', 'a', 'b', 'c');
    expect(await says(one, 'split instance=b reason="its own disk"')).toContain('of its own');
    const other = newest();
    expect(state(one).firing).toBe(2);
    expect(state(other)).toMatchObject({ firing: 1, opened: { splitFrom: one } });
    await fires('one', 'a', 'b', 'c', 'd');
    expect([state(one).firing, state(other).firing]).toEqual([3, 1]);
    await stops('one', 'b');
    expect([state(one).status, state(other).status]).toEqual(['open', 'resolved']);
    await fires('one', 'b');
    expect([state(one).firing, state(other).firing]).toEqual([3, 1]);
  });

  it.each([
    ['split', 'SPLIT_NOTHING'],
    ['split instance=z', 'SPLIT_NOTHING'],
    ['split alertname=Down', 'SPLIT_EVERYTHING'],
    ['split b', 'SPLIT_UNCLEAR'],
    ['split inc-000000000000', 'SPLIT_NOT_PART'],
  ])('%s is refused: %s', async (line, code) => {
    const one = await fires('one', 'a', 'b');
    expect(await says(one, line)).toContain(code);
    expect(state(one).firing).toBe(2);
  });

  it('ends what nothing is left firing of', async () => {
    const one = await fires('one', 'a', 'b');
    await stops('one', 'a');
    await says(one, 'split instance=b');
    expect([state(one).status, state(newest()).status]).toEqual(['resolved', 'open']);
  });

  it('takes a merge back: its thread goes on, with what its groups said meanwhile', async () => {
    const one = await fires('one', 'a');
    const two = await fires('two', 'b');
    await says(two, `merge ${one}`);
    await fires('two', 'b', 'c');
    expect(await says(one, `split ${two}`)).toContain('of its own');
    expect(state(one).firing).toBe(1);
    expect(state(two)).toMatchObject({ status: 'open', firing: 2 });
    expect(state(two).merged).toBeUndefined();
    await fires('two', 'd');
    expect(state(two).firing).toBe(3);
    expect(await says(two, 'ack')).not.toContain('INCIDENT_MERGED');
  });

  it('takes back a merge of a merge, one after the other', async () => {
    const [one, two, three] = [await fires('1', 'a'), await fires('2', 'b'), await fires('3', 'c')];
    await says(three, `merge ${two}`);
    await says(two, `merge ${one}`);
    expect(state(one).firing).toBe(3);
    await says(one, `split ${two}`);
    expect([state(one).firing, state(two).firing]).toEqual([1, 2]);
    await says(two, `split ${three}`);
    expect([state(two).firing, state(three).firing]).toEqual([1, 1]);
  });
});

describe('what is on its way while people move things', () => {
  it('is told to the one that goes on', async () => {
    const one = await fires('one', 'a');
    const two = await fires('two', 'b');
    const before = addressed('two', {}, ['b', 'c']);
    await says(two, `merge ${one}`);
    await arrives(before);
    expect(state(two)).toMatchObject({ status: 'resolved', firing: 0 });
    expect(state(one).firing).toBe(3);
  });

  it('is told where its alerts are by now, and the rest where it was meant', async () => {
    const one = await fires('one', 'a', 'b');
    const before = addressed('one', {}, ['a', 'b', 'c']);
    await says(one, 'split instance=b');
    await arrives(before);
    expect([state(one).firing, state(newest()).firing]).toEqual([2, 1]);
    expect([...state(one).alerts.keys()]).toEqual(['a', 'c']);
  });

  it('is the same after a restart on the record', async () => {
    const one = await fires('one', 'a');
    const two = await fires('two', 'b');
    await says(two, `merge ${one}`);
    await small.bot.close();
    small = await startSmallBot({ from: small });
    await fires('two', 'b', 'c');
    expect(state(one).firing).toBe(3);
    expect(await says(one, `split ${two}`)).toContain('of its own');
    expect([state(one).firing, state(two).firing]).toEqual([1, 2]);
  });
});

describe('pages', () => {
  const asked = (incident: string) =>
    small.journal.all
      .filter(({ stream }) => stream === `incident/${incident}`)
      .flatMap(({ event }) => (event.type === 'PageDeedAsked' ? [event] : []));

  it('of what was merged are acknowledged and ended with the one that goes on', async () => {
    const one = await fires('one', 'a');
    const two = await fires('two', 'b');
    await paged(two, 'Q2PAGE');
    await says(one, 'ack');
    await says(two, `merge ${one}`);
    expect(asked(one)).toMatchObject([{ page: 'Q2PAGE', does: { kind: 'acknowledge' } }]);
    expect(state(two).pages).toEqual([]);
    await says(one, 'resolve reason="known"');
    expect(asked(one).at(-1)).toMatchObject({ page: 'Q2PAGE', does: { kind: 'resolve' } });
  });

  it('are heard of in the one that goes on, and become one where that is asked', async () => {
    const one = await fires('one', 'a');
    const two = await fires('two', 'b');
    await paged(one, 'Q1PAGE');
    await paged(two, 'Q2PAGE');
    await says(two, `merge ${one} pages=yes`);
    const [deed] = asked(one);
    expect(deed).toMatchObject({ page: 'Q1PAGE', does: { kind: 'merge', other: 'Q2PAGE' } });
    await paged(two, 'Q2PAGE', 'acknowledged');
    expect(state(one).pages.map(({ status }) => status)).toEqual(['triggered', 'acknowledged']);
    expect(state(two).pages).toEqual([]);
  });

  it('go back with a merge that is taken back', async () => {
    const one = await fires('one', 'a');
    const two = await fires('two', 'b');
    await paged(two, 'Q2PAGE');
    await says(two, `merge ${one}`);
    await paged(one, 'Q2PAGE', 'acknowledged');
    await says(one, `split ${two}`);
    expect(state(one).pages).toEqual([]);
    expect(state(two).pages).toMatchObject([{ page: 'Q2PAGE', status: 'acknowledged' }]);
    const again = small.types(`incident/${two}`).filter((type) => type === 'PageDeedAsked');
    expect(again).toEqual([]);
  });
});

function state(incident: string): Incident {
  const found = small.bot.engine.readings.incidents.get(incident)?.state;
  if (!found || found.status === 'none') throw new Error(`no ${incident}`);
  return found;
}

function newest(): string {
  return [...small.bot.engine.readings.incidents.keys()].at(-1) ?? '';
}

function says(incident: string, line: string): Promise<string> {
  return small.says('ana', line, { incident });
}

async function declares(what: string): Promise<string> {
  await small.says('ana', `declare ${what}`);
  return newest();
}

/** The incident that holds the first of them. */
async function firesWith(group: string, labels: Labels, ...names: string[]): Promise<string> {
  const intent = addressed(group, labels, names);
  await arrives(intent);
  return intent.map(({ incident }) => incident).at(0) ?? '';
}

function fires(group: string, ...names: string[]): Promise<string> {
  return firesWith(group, {}, ...names);
}

async function stops(group: string, ...names: string[]): Promise<void> {
  await arrives(addressed(group, {}, names, 'resolved'));
}

let deliveries = 0;

async function arrives(intents: readonly ReceiveAlerts[]): Promise<void> {
  await small.clock.passes(6 * 60_000);
  for (const intent of intents) {
    deliveries += 1;
    const at = small.clock.now();
    const context = { cause: `webhook/${deliveries}`, by: 'source:alertmanager/main' };
    await small.bot.engine.receive({ ...intent, at }, context);
  }
}

function addressed(
  group: string,
  labels: Labels,
  names: readonly string[],
  status: 'firing' | 'resolved' = 'firing',
): readonly ReceiveAlerts[] {
  return deliveryOf(small, group, { labels, names, status });
}

let pages = 0;

async function paged(
  incident: string,
  name: string,
  status: 'triggered' | 'acknowledged' = 'triggered',
): Promise<void> {
  pages += 1;
  const stands = page({ page: name, status, key: '' });
  const intent = { ...receivePage(news(status, pages, { page: name, stands })), incident };
  await small.bot.engine.tellIncident(incident, intent, {
    cause: `paged/${pages}`,
    by: 'source:pagerduty/main',
  });
}
