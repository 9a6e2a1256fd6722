import { describe, expect, it } from 'vitest';
import { configurationPage } from '../../src/config/page.ts';
import { judge } from '../../src/core/operation/policy.ts';
import { tellingDue } from '../../src/core/operation/tell.ts';
import { T0 } from '../core/given.ts';
import { type Counter, openCounter } from './desk.ts';

/*
 * Each field of a rule that can be written has effect: with it and without it (or with another value), something else
 * happens to what people ask for. The fields are those of the page of the configuration, which is made from the schema: a
 * field that is added has no row here, and this fails until it has one.
 */

interface Row {
  /** Rules, one a line, with the field; and without it, or with another value. */
  readonly one: string;
  readonly other: string;
  readonly sees: (counter: Counter) => Promise<unknown>;
  /** Further sections, and what the service says. */
  readonly world?: { readonly groups?: string; readonly checkout?: string };
}

const restart = 'restart worker env=production';
const talk = '{ match: { risk: [incident, read] }, requesters: [sre], approvals: [] }';
const two = '[ { count: 1, from: sre }, { count: 1, from: guests } ]';

function fieldsWritten(): readonly string[] {
  const found = configurationPage().matchAll(/^\| `policies\[\]\.([^`]+)` \|/gm);
  return [...found].map(([, key = '']) => key);
}

/** What became of a line: planned, or the code of what was in the way. */
function asking(line: string, before: readonly string[] = []) {
  return async (counter: Counter) => {
    for (const each of before) await counter.says('ben', each);
    const said = await counter.says('ana', line);
    return said.includes('The plan') ? 'planned' : (/\b[A-Z]+(_[A-Z]+)+\b/.exec(said)?.[0] ?? said);
  };
}

/** The newest operation after a line, once somebody pressed Approve. */
function planned(line = restart, approver = '') {
  return async (counter: Counter) => {
    await counter.says('ana', line);
    const operation = counter.operation();
    const pressed = approver ? await counter.presses(approver, 'approve', operation) : '';
    return { pressed, state: await counter.bot.engine.operation(operation) };
  };
}

/** A rule about changes with a field of `match`, and without. */
function matching(field: string, sees = asking(restart)): Row {
  const rule = (more: string) =>
    `{ match: { risk: change${more} }, requesters: [sre], approvals: [ { count: 1, from: sre } ] }`;
  return { one: rule(`, ${field}`), other: rule(''), sees };
}

function denying(field: string, sees = asking(restart)): Row {
  const rules = (more: string) =>
    `{ deny: { risk: change${more} } }\n{ match: {}, requesters: [sre], approvals: ${two} }`;
  return { one: rules(`, ${field}`), other: rules(''), sees };
}

const scaled = asking('scale worker 3 env=production');
const lifted = asking('unfreeze all', ['freeze all for=2h reason=audit']);

/** Fields of `match` and `deny`, by values that do not hold for what is asked. */
const conditions: Readonly<Record<string, (row: typeof matching) => Row>> = {
  verb: (row) => row('verb: scale'),
  family: (row) => row('family: ops'),
  environment: (row) => row('environment: staging'),
  service: (row) => row('service: checkout'),
  surface: (row) => row('surface: slack'),
  target: (row) => row('target: eu-1', lifted),
  group: (row) => row('group: guests'),
  on_call: (row) => ({ ...row('on_call: true'), world: { checkout: 'on_call: guests' } }),
  severity: (row) => row('severity: critical'),
  'args.NAME.above': (row) => row('args: { replicas: { above: 20 } }', scaled),
  'args.NAME.below': (row) => row('args: { replicas: { below: 3 } }', scaled),
  'args.NAME.is': (row) => row('args: { replicas: { is: [4, 5] } }', scaled),
  'when.days': (row) => row(`when: { days: ${dayAfter()}, time_zone: UTC }`),
  'when.between': (row) => row(`when: { between: "${hours(2)}", time_zone: UTC }`),
  'when.time_zone': (row) => {
    const now = hours(0);
    const there = row(`when: { between: "${now}", time_zone: Asia/Tokyo }`);
    return { ...there, other: row(`when: { between: "${now}", time_zone: UTC }`).one };
  },
};

const t0 = new Date(T0);

function dayAfter(): string {
  return ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'][(t0.getUTCDay() + 1) % 7] ?? '';
}

/** The hour that begins so many hours after the one of now. */
function hours(later: number): string {
  const two = (hour: number) => `${String(hour % 24).padStart(2, '0')}:00`;
  return `${two(t0.getUTCHours() + later)}-${two(t0.getUTCHours() + later + 1)}`;
}

/** A rule about changes with a field beside `match`, and with another value or none. */
function rule(one: string, other: string, sees: Row['sees'], match = 'risk: change'): Row {
  const text = (more: string) => `{ match: { ${match} }, requesters: [sre]${more && `, ${more}`} }`;
  return { one: text(one), other: text(other), sees };
}

const none = 'approvals: []';
const oneSre = 'approvals: [ { count: 1, from: sre } ]';

/** Two that are approved by being asked: the first is under way when the second is asked for. */
async function begun(counter: Counter): Promise<unknown> {
  const statuses: unknown[] = [];
  for (let count = 0; count < 2; count += 1) {
    await counter.says('ana', restart);
    const operation = counter.operation();
    const { policy } = counter.bot.desk.settings;
    const begin = {
      type: 'Begin',
      at: counter.clock.now,
      standing: [],
      policy: policy.digest,
    } as const;
    await counter.bot.engine.tellOperation(operation, begin, { cause: operation, by: 'tocsin' });
    const state = await counter.bot.engine.operation(operation);
    statuses.push(state?.problem?.code ?? state?.status);
  }
  return statuses;
}

/** What became of a plan that ben approves, and what he was told. */
async function approved(counter: Counter): Promise<unknown> {
  const { pressed, state } = await planned(restart, 'ben')(counter);
  return [/\b[A-Z]+(_[A-Z]+)+\b/.exec(pressed)?.[0] ?? 'counted', state?.status];
}

/** What the policy says of a dangerous silence of such a length. */
function silenced(lasts: string) {
  return async ({ bot, clock }: Counter) => {
    const requester = await bot.desk.evidenceOf('ana', 'console', 'ana');
    const asked = { verb: 'silence', family: 'incident', risk: 'danger', reason: 'known' } as const;
    const about = { service: 'checkout', environment: 'production', targets: [], severities: [] };
    const question = { ...asked, ...about, requester, args: { for: lasts }, at: clock.now };
    const verdict = judge(bot.desk.settings.policy, question);
    return verdict.allowed ? 'let through' : verdict.problem.code;
  };
}

async function glass(counter: Counter, person = 'ana'): Promise<string> {
  await counter.says('ana', restart);
  const operation = counter.operation();
  const hash = (await counter.bot.engine.operation(operation))?.hash ?? '';
  const why = 'reason="checkout is down, nobody answers"';
  const said = await counter.says(person, `break-glass ${operation} ${hash.slice(0, 10)} ${why}`);
  return /\b[A-Z]+(_[A-Z]+)+\b/.exec(said)?.[0] ?? 'broken';
}

const three = '\n  sre: { members: [ana, ben, cleo] }\n  guests: { members: [cleo] }\n';
const usual = '\n  sre: { members: [ana, ben] }\n  guests: { members: [cleo] }\n';
const keyring =
  'console: { public_url: https://ops.example.com }\njournal: { path: ./t.db, keyring_key: ${env:KEYRING} }';

const terms: Readonly<Record<string, Row>> = {
  requesters: {
    one: `{ match: { risk: change }, requesters: [guests], ${none} }`,
    other: `{ match: { risk: change }, requesters: [sre], ${none} }`,
    sees: asking(restart),
  },
  surfaces: rule(`${oneSre}, surfaces: [slack]`, oneSre, approved),
  reason: rule(`${none}, reason: required`, none, asking(restart)),
  ticket: rule(`${none}, ticket: OPS-*`, none, asking(restart)),
  step_up: {
    ...rule(`${oneSre}, step_up: required`, oneSre, approved),
    world: { groups: `${usual}${keyring}\n` },
  },
  expires: rule(`${none}, expires: 5m`, `${none}, expires: 1h`, async (counter) => {
    const { state } = await planned()(counter);
    return (state?.plan?.expiresAt ?? 0) - counter.clock.now;
  }),
  'approvals[].count': {
    ...rule('approvals: [ { count: 2, from: sre } ]', oneSre, approved),
    world: { groups: three },
  },
  'approvals[].from': rule('approvals: [ { count: 1, from: guests } ]', oneSre, approved),
  'undo.within': rule(
    `${none}, undo: { within: 30m }`,
    `${none}, undo: { within: 1h }`,
    promised(),
  ),
  'undo.danger': rule(
    `approvals: ${two}, undo: { within: 30m, danger: true }`,
    `approvals: ${two}, undo: { within: 30m }`,
    promised('scale worker 0 env=production'),
    'risk: [change, danger]',
  ),
  tell: rule(`${oneSre}, tell: [guests]`, oneSre, async (counter) => {
    const { state } = await planned()(counter);
    return (state && tellingDue(state)) ?? 'nobody is told';
  }),
  'quotas.per_hour': rule(`${none}, quotas: { per_hour: 1 }`, none, begun),
  'quotas.concurrent': rule(`${none}, quotas: { concurrent: 1 }`, none, begun),
  longest_silence: rule(
    `approvals: ${two}, longest_silence: 30m`,
    `approvals: ${two}`,
    silenced('1h'),
    'verb: silence, risk: danger',
  ),
  'break_glass.from': rule(
    `${oneSre}, break_glass: { from: [sre] }`,
    `${oneSre}, break_glass: { from: [guests] }`,
    glass,
  ),
  'break_glass.per_day': rule(
    `${oneSre}, break_glass: { from: [sre], per_day: 2 }`,
    `${oneSre}, break_glass: { from: [sre], per_day: 1 }`,
    async (counter) => [await glass(counter), await glass(counter)],
  ),
};

function promised(line = restart) {
  return async (counter: Counter) => {
    const { state } = await planned(line)(counter);
    return state?.plan?.undoWithinMs ?? state?.problem?.code ?? 'nothing is promised';
  };
}

const rows: Readonly<Record<string, Row>> = {
  ...Object.fromEntries(
    Object.entries(conditions).flatMap(([field, row]) => [
      [`match.${field}`, row(matching)],
      [`deny.${field}`, row(denying)],
    ]),
  ),
  'match.risk': {
    one: `{ match: { verb: restart, risk: danger }, requesters: [sre], approvals: ${two} }`,
    other: `{ match: { verb: restart }, requesters: [sre], approvals: ${two} }`,
    sees: asking(restart),
  },
  'deny.risk': {
    one: `{ deny: { verb: restart, risk: danger } }\n{ match: {}, requesters: [sre], approvals: ${two} }`,
    other: `{ deny: { verb: restart } }\n{ match: {}, requesters: [sre], approvals: ${two} }`,
    sees: asking(restart),
  },
  ...terms,
};

describe('a field of a rule', () => {
  it('is one of those that are proved here to have effect, and each of these is one', () => {
    expect(Object.keys(rows).sort()).toEqual([...fieldsWritten()].sort());
  });

  it.each(Object.entries(rows))('%s', async (_field, { one, other, sees, world = {} }) => {
    const seen = async (rules: string) => {
      const text = [talk, ...rules.split('\n')].map((each) => `  - ${each}`).join('\n');
      return JSON.stringify(await sees(await openCounter(`\n${text}\n`, {}, world)));
    };
    expect(await seen(one)).not.toBe(await seen(other));
  });
});
