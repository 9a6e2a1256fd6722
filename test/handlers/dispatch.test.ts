import { beforeEach, describe, expect, it } from 'vitest';
import type { OperationIntent } from '../../src/core/operation/decide.ts';
import { cardText } from '../../src/core/view/text.ts';
import { T0 } from '../core/given.ts';
import { type Counter, openCounter } from './desk.ts';

const telling = { cause: 'begun', by: 'tocsin' };

/** What the loop says when it begins an operation that ben approved. */
async function begin({ bot, clock }: Counter): Promise<OperationIntent> {
  const { settings, evidenceOf } = bot.desk;
  const standing = [await evidenceOf('ben', 'console', 'ben')];
  return { type: 'Begin', at: clock.now, standing, policy: settings.policy.digest };
}

let counter: Counter;
beforeEach(async () => {
  counter = await openCounter();
});

describe('what the policy refuses a known person', () => {
  it('is on the record of the incident it was asked in', async () => {
    const incident = await counter.incident();
    expect(await counter.says('cleo', 'ack', { incident })).toContain('NOT_A_REQUESTER');
    expect(counter.news()).toEqual(['RequestRefused']);
    expect(counter.told('RequestRefused')).toMatchObject({
      person: 'cleo',
      surface: 'console',
      what: 'ack',
      problem: { code: 'NOT_A_REQUESTER' },
    });
  });

  it('is on the record of the person where there is no incident', async () => {
    expect(await counter.says('cleo', 'declare it is slow')).toContain('NOT_A_REQUESTER');
    expect(await counter.says('cleo', 'logs worker env=production')).toContain('NOT_A_REQUESTER');
    expect(counter.news()).toEqual(['RequestTurnedDown', 'RequestTurnedDown']);
    expect(counter.told('RequestTurnedDown')).toMatchObject({
      line: 'logs worker env=production',
      problem: { code: 'NOT_A_REQUESTER' },
    });
  });

  it('looks at no target', async () => {
    expect(await counter.says('cleo', 'restart worker env=production')).toContain(
      'NOT_A_REQUESTER',
    );
    expect(counter.news()).toEqual(['OperationAsked', 'OperationRefused']);
    expect(counter.drafts).toEqual([]);
  });
});

describe('a plan', () => {
  it('is asked and planned once, however often the request arrives', async () => {
    const line = 'restart worker env=production';
    const first = await counter.says('ana', line, { cause: 'same' });
    expect(counter.news()).toEqual(['OperationAsked', 'OperationPlanned', 'PlanCounted']);
    expect(await counter.says('ana', line, { cause: 'same' })).toBe(first);
    expect(counter.news()).toEqual([]);
  });

  it('takes service and environment from the incident it is asked in', async () => {
    await counter.says('ana', 'declare it is slow for=worker');
    const [incident = ''] = [...counter.bot.engine.readings.incidents.keys()];
    await counter.says('ana', 'restart', { incident });
    expect(counter.told('OperationAsked')).toMatchObject({
      service: 'worker',
      environment: 'production',
      incident,
    });
  });

  it('is judged again by the risk of its steps', async () => {
    expect(await counter.says('ana', 'scale worker 0 env=production')).toContain('REASON_REQUIRED');
    expect(await counter.says('ana', 'scale worker 0 env=production reason=maintenance')).toContain(
      'The plan is ready',
    );
    expect(counter.told('OperationPlanned')).toMatchObject({ plan: { risk: 'danger' } });
  });
});

describe('a gate', () => {
  async function planned(): Promise<{ operation: string; hash: string }> {
    await counter.says('ana', 'restart worker env=production');
    const operation = counter.operation();
    counter.news();
    return { operation, hash: String(counter.told('OperationPlanned')?.['hash']) };
  }

  it('takes ten characters of the hash, typed by somebody else', async () => {
    const { operation, hash } = await planned();
    const short = hash.slice(0, 10);
    expect(await counter.says('ana', `approve ${operation} ${short}`)).toContain(
      'APPROVE_OWN_REQUEST',
    );
    expect(await counter.says('cleo', `approve ${operation} ${short}`)).toContain(
      'NOT_AN_APPROVER',
    );
    expect(await counter.says('ben', `approve ${operation} ${hash.slice(0, 9)}`)).toContain(
      'PLAN_HASH_DIFFERS',
    );
    expect(counter.news()).toEqual(['RequestRefused', 'RequestRefused', 'RequestRefused']);
    await counter.says('ben', `approve ${operation} ${short}`);
    expect(counter.news()).toEqual(['ApprovalGiven', 'OperationApproved']);
    await counter.says('ben', `approve ${operation} ${short}`);
    expect(counter.news()).toEqual([]);
  });

  it.each([
    ['decline', 'ben', 'OperationDeclined', 'cleo'],
    ['cancel', 'ana', 'OperationCancelled', 'ben'],
    ['stop', 'ben', 'OperationCancelled', 'cleo'],
  ])('%s is for %s: %s, and not for everybody', async (verb, person, event, other) => {
    const { operation, hash } = await planned();
    const line =
      verb === 'decline' ? `decline ${operation} ${hash.slice(0, 10)}` : `${verb} ${operation}`;
    await counter.says(other, line);
    expect(counter.news()).toEqual(['RequestRefused']);
    await counter.says(person, line);
    expect(counter.news()).toEqual([event]);
    await counter.says(person, line);
    expect(counter.news()).toEqual([]);
  });

  it('takes back an approval before the first step, and settles only what is unknown', async () => {
    const { operation } = await planned();
    await counter.presses('ben', 'approve', operation);
    await counter.says('ben', `withdraw ${operation}`);
    expect(counter.news()).toEqual(['ApprovalGiven', 'OperationApproved', 'ApprovalWithdrawn']);
    expect(await counter.says('ben', `withdraw ${operation}`)).toContain('NOTHING_TO_WITHDRAW');
    expect(await counter.says('ben', `settle ${operation} done`)).toContain(
      'OPERATION_NOT_UNKNOWN',
    );
    expect(await counter.says('ana', `undo ${operation}`)).toContain('NOTHING_TO_UNDO');
  });

  it('is closed where a deny rule names it, typed or pressed, and only there', async () => {
    counter = await openCounter(`
  - { deny: { verb: approve, service: worker } }
  - { deny: { environment: production, surface: slack } }
  - { match: { risk: change }, requesters: [sre], approvals: [ { count: 1, from: sre } ], expires: 30m }
`);
    const { operation, hash } = await planned();
    expect(await counter.says('ben', `approve ${operation} ${hash.slice(0, 10)}`)).toContain(
      'POLICY_DENIED',
    );
    expect(await counter.presses('ben', 'approve', operation)).toContain('POLICY_DENIED');
    expect(counter.news()).toEqual(['RequestTurnedDown', 'RequestTurnedDown']);
    await counter.says('ben', `stop ${operation}`);
    expect(counter.news()).toEqual(['OperationCancelled']);
  });
});

describe('a press that looks at a plan', () => {
  it('is answered with the whole card, to nobody else, and nothing is on the record', async () => {
    await counter.says('ana', 'restart worker env=production');
    const operation = counter.operation();
    counter.news();
    const card = await counter.presses('ben', 'view', operation, { surface: 'slack/main' });
    expect(card).toContain('WAITING · restart worker · production');
    expect(card).toContain('[Approve] [Decline]');
    expect(await counter.presses('cleo', 'view', 'op-0123456789')).toContain('OPERATION_NOT_FOUND');
    expect(counter.news()).toEqual([]);
  });

  it('says who holds its target, and whether the alert of its incident fires', async () => {
    const incident = await counter.incident();
    await counter.says('ana', 'restart worker env=production', { incident });
    const first = counter.operation();
    await counter.presses('ben', 'approve', first);
    await counter.bot.engine.tellOperation(first, await begin(counter), telling);
    await counter.says('ana', 'restart worker env=production', { incident });
    const second = counter.operation();
    await counter.presses('ben', 'approve', second);
    expect(await counter.presses('ben', 'view', second)).toContain(
      `Waits for \`${first}\` on the same target.`,
    );
  });
});

describe('an incident', () => {
  it('is declared once, and its answer names it', async () => {
    const answer = await counter.says('ana', 'declare it is slow severity=critical', {
      cause: 'same',
    });
    const [incident = ''] = [...counter.bot.engine.readings.incidents.keys()];
    expect(answer).toContain(incident);
    expect(counter.news()).toEqual(['IncidentOpened']);
    await counter.says('ana', 'declare it is slow severity=critical', { cause: 'same' });
    expect(counter.news()).toEqual([]);
  });

  it.each([
    ['ack', 'IncidentAcknowledged'],
    ['severity critical', 'SeveritySet'],
    ['assign ben', 'IncidentAssigned'],
    ['note looks like the cache', 'NoteAdded'],
    ['pin it began at ten', 'MessagePinned'],
    ['resolve', 'IncidentResolved'],
  ])('%s is on its record, once', async (line, event) => {
    const incident = await counter.incident();
    await counter.says('ana', line, { incident });
    expect(counter.news()).toEqual([event]);
    await counter.says('ana', line, { incident });
    expect(counter.news()).toEqual([]);
  });

  it('tells in its timeline what was asked, approved and became of it', async () => {
    const incident = await counter.incident();
    await counter.says('ana', 'restart worker env=production', { incident });
    const operation = counter.operation();
    await counter.presses('ben', 'approve', operation);
    await counter.says('ben', `stop ${operation}`);
    await counter.says('cleo', 'restart worker env=production', { incident });
    const timeline = await counter.says('ana', 'timeline', { incident });
    expect(timeline).toContain('Ana asked for restart worker env=production');
    expect(timeline).toContain('Ben approved');
    expect(timeline).toContain('is cancelled, Ben');
    expect(timeline).toContain('is refused');
    expect(timeline).toContain('NOT_A_REQUESTER');
  });
});

describe('a message of a chat platform', () => {
  const pin = {
    author: 'T01/U02',
    authorName: 'ben the great',
    at: T0 - 600_000,
    text: 'the disk is full',
    link: 'https://chat.example/p1',
    images: [],
  };
  const pins = async (account: string, incident: string, more: Partial<typeof pin> = {}) => {
    const actor = { surface: 'slack/main', account };
    const pinned = {
      pin: { ...pin, ...more },
      actor,
      incident,
      cause: `pin/${account}/${more.text}`,
    };
    return cardText((await counter.bot.dispatch.pin(pinned)).card);
  };

  it('is pinned with its author, who is recognised by the account, and its time', async () => {
    const incident = await counter.incident();
    expect(await pins('T01/U01', incident)).toContain('Done.');
    expect(counter.news()).toEqual(['MessagePinned']);
    expect(counter.told('MessagePinned')).toMatchObject({
      person: 'ana',
      surface: 'slack/main',
      author: { person: 'ben', account: 'T01/U02', name: 'ben the great' },
      writtenAt: T0 - 600_000,
    });
    expect(await pins('T01/U02', incident)).toContain('It was so already.');
    expect(counter.news()).toEqual([]);
    await pins('T01/U01', incident, { author: 'T01/U77', text: 'me too' });
    expect(counter.told('MessagePinned')).toMatchObject({ author: { person: '' } });
  });

  it('is not, by strangers, outside an incident, or where the policy is against it', async () => {
    const incident = await counter.incident();
    expect(await pins('T01/U77', incident)).toContain('PERSON_NOT_BOUND');
    expect(await pins('T01/U01', '')).toContain('INCIDENT_REQUIRED');
    expect(await pins('T01/U01', 'inc-nope')).toContain('INCIDENT_NOT_FOUND');
    expect(counter.news()).toEqual([]);
    counter = await openCounter(`
  - { deny: { verb: pin, surface: slack } }
  - { match: { risk: incident }, requesters: [sre], approvals: [] }
`);
    expect(await pins('T01/U01', await counter.incident())).toContain('POLICY_DENIED');
    expect(counter.news()).toEqual(['RequestRefused']);
  });
});

describe('the way into the console', () => {
  const surface = 'slack/main';

  it('is handed to the asker alone, and its link is nowhere on the record', async () => {
    const asked: unknown[] = [];
    counter = await openCounter(undefined, {
      consoleLink: async (person, via) => {
        asked.push([person, via]);
        return { url: 'https://ops.example.com/sign-in#token', expiresAt: T0 + 60_000 };
      },
    });
    const actor = { surface, account: 'T01/U01' };
    const said = { line: 'console', actor, incident: '', cause: 'c/1' };
    const answer = await counter.bot.dispatch.say(said);
    expect(answer.to).toBe('asker');
    expect(cardText(answer.card)).toContain('https://ops.example.com/sign-in#token');
    expect(asked).toEqual([['ana', actor]]);
    expect(counter.news()).toEqual(['ReadingGiven']);
    expect(JSON.stringify(counter.told('ReadingGiven'))).not.toContain('token');
  });

  it('is refused where no address of it is known, in the console itself, and by the policy', async () => {
    expect(await counter.says('ana', 'console', { surface })).toContain('CONSOLE_NOT_REACHABLE');
    expect(await counter.says('ana', 'console')).toContain('CONSOLE_ALREADY_THERE');
    expect(await counter.says('cleo', 'console')).toContain('NOT_A_REQUESTER');
  });
});

describe('what is only read', () => {
  it('is on the record, with a digest, where it shows what a system said', async () => {
    const incident = await counter.incident();
    await counter.says('ana', 'health worker env=production', { incident });
    expect(counter.news()).toEqual(['ReadingGiven']);
    expect(counter.told('ReadingGiven')).toMatchObject({
      line: 'health worker env=production',
      service: 'worker',
      incident,
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it('is not, where it shows what is on the record or in the configuration', async () => {
    const incident = await counter.incident();
    for (const line of [
      'help',
      'help scale',
      'status',
      'who',
      'timeline',
      'locks',
      'policy restart worker env=production',
      'runbook',
    ])
      await counter.says('cleo', line, { incident });
    expect(counter.news()).toEqual([]);
  });

  it('names for a service only those who have a say there', async () => {
    expect(await counter.says('cleo', 'who')).toContain('Cleo');
    counter = await openCounter(`
  - { match: { risk: change }, requesters: [sre], approvals: [ { count: 1, from: sre } ] }
`);
    const who = await counter.says('cleo', 'who worker');
    expect(who).toContain('Ben');
    expect(who).not.toContain('Cleo');
  });

  it('waits for nobody: a rule that wants an approval for it refuses it', async () => {
    counter = await openCounter(`
  - { match: { risk: read }, requesters: [sre], approvals: [ { count: 1, from: sre } ] }
`);
    expect(await counter.says('ana', 'health worker env=production')).toContain(
      'POLICY_WANTS_APPROVAL',
    );
  });
});

describe('what is said', () => {
  it('is counted: each line that was understood by its verb, and how long every answer took', async () => {
    const verbs: string[] = [];
    const took: number[] = [];
    const counts = {
      understood: (verb: string) => void verbs.push(verb),
      answered: (ms: number) => void took.push(ms),
    };
    const counted = await openCounter(undefined, { counts });
    await counted.says('ana', 'status');
    await counted.says('ana', 'help');
    await counted.says('ana', 'rolback checkout');
    await counted.says('nobody', 'status');
    expect(verbs).toEqual(['status', 'help']);
    expect(took).toEqual([0, 0, 0, 0]);
  });
});
