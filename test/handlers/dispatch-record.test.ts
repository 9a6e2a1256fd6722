import { describe, expect, it } from 'vitest';
import { rule } from '../core/operation/sample.ts';
import { drafted, startSmallBot } from '../fakes/small-bot.ts';

describe('a refusal of a known person in an incident', () => {
  it('is on its record with its code and what was asked', async () => {
    const { declares, says, journal } = await startSmallBot();
    const incident = await declares();
    expect(await says('cleo', 'ack', { incident })).toContain('NOT_A_REQUESTER');
    expect(await says('cleo', 'logs', { incident })).toContain('NOT_A_REQUESTER');
    const refusals = journal.all.filter(({ event }) => event.type === 'RequestRefused');
    expect(refusals).toMatchObject([
      { by: 'cleo', event: { person: 'cleo', what: 'ack', problem: { code: 'NOT_A_REQUESTER' } } },
      { by: 'cleo', event: { person: 'cleo', what: 'logs', problem: { code: 'NOT_A_REQUESTER' } } },
    ]);
  });

  it('is there once, however often the request is repeated', async () => {
    const { declares, says, types } = await startSmallBot();
    const incident = await declares();
    const said = { incident, cause: 'cleo/1' };
    const first = await says('cleo', 'ack', said);
    expect(await says('cleo', 'ack', said)).toBe(first);
    expect(types().filter((type) => type === 'RequestRefused')).toHaveLength(1);
  });

  it('of a stranger leaves nothing', async () => {
    const { declares, says, journal } = await startSmallBot();
    const incident = await declares();
    const before = journal.all.length;
    expect(await says('mallory', 'ack', { incident })).toContain('PERSON_NOT_BOUND');
    expect(await says('', 'ack', { incident })).toContain('PERSON_NOT_BOUND');
    expect(journal.all).toHaveLength(before);
  });
});

describe('a plan', () => {
  it('that was cancelled while the target was looked at is not said to be ready', async () => {
    let looks: () => void = () => undefined;
    const looked = new Promise<void>((resolve) => {
      looks = resolve;
    });
    const small = await startSmallBot({
      draft: async () => {
        await looked;
        return drafted;
      },
    });
    const incident = await small.declares();
    const answer = small.says('ana', 'restart', { incident });
    while (!small.types().includes('OperationAsked')) await Promise.resolve();
    const [id] = small.bot.engine.readings.operations.keys();
    expect(await small.says('ana', `cancel ${id}`, { incident })).toContain('on the record');
    looks();
    expect(await answer).toContain('OPERATION_NOT_WAITING');
  });

  it('asked for twice by one request is one plan with one answer', async () => {
    const small = await startSmallBot();
    const incident = await small.declares();
    const said = { incident, cause: 'ana/1' };
    const answers = await Promise.all([
      small.says('ana', 'restart', said),
      small.says('ana', 'restart', said),
    ]);
    expect(answers[0]).toContain('The plan is ready');
    expect(answers[1]).toBe(answers[0]);
    expect(small.types().filter((type) => type === 'OperationPlanned')).toHaveLength(1);
  });

  it('under a cause that was another request is not made, and not said to be', async () => {
    const small = await startSmallBot();
    const incident = await small.declares();
    await small.says('ana', 'ack', { incident, cause: 'ana/1' });
    const answer = await small.says('ana', 'restart', { incident, cause: 'ana/1' });
    expect(answer).not.toContain('The plan is ready');
    expect(small.types()).not.toContain('OperationPlanned');
  });
});

describe('a declaration', () => {
  it('is judged by the service it is about, not by the thread it is typed in', async () => {
    const closed = rule({ match: { service: ['checkout'] }, requesters: ['nobody'] });
    const open = rule({ match: {}, places: [] });
    const { says, types } = await startSmallBot({ rules: [closed, open] });
    expect(await says('ana', 'declare "it is slow" for=checkout')).toContain('NOT_A_REQUESTER');
    expect(await says('ana', 'declare "something is slow"')).toContain('The incident is open');
    expect(types()).toEqual(['RequestTurnedDown', 'IncidentOpened']);
  });
});

describe('names that every object has', () => {
  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    '%s is neither a verb, a service, an argument, an incident nor an operation',
    async (name) => {
      const { says, bot, types } = await startSmallBot();
      expect(await says('ana', name)).toContain('VERB_UNKNOWN');
      expect(await says('ana', `restart ${name} env=production`)).toContain('SERVICE_UNKNOWN');
      expect(await says('ana', `status ${name}=1`)).toMatch(/ARGUMENT_(UNKNOWN|EXTRA)/);
      expect(await says('ana', `status incident=${name}`)).toContain('INCIDENT_NOT_FOUND');
      expect(await says('ana', 'status', { incident: name })).toContain('INCIDENT_NOT_FOUND');
      expect(await says(name, 'status')).toContain('PERSON_NOT_BOUND');
      const press = { kind: 'approve', operation: name, hash: name } as const;
      const actor = { surface: 'console', account: 'ana' };
      const pressed = {
        press,
        actor,
        incident: name,
        cause: 'press/1',
        shown: { digest: '', fresh: true },
      };
      expect(JSON.stringify(await bot.dispatch.press(pressed))).toContain('OPERATION_NOT_FOUND');
      const strange = { ...actor, surface: name };
      expect(JSON.stringify(await bot.dispatch.press({ ...pressed, actor: strange }))).toContain(
        'PERSON_NOT_BOUND',
      );
      expect(types()).toEqual([]);
    },
  );
});

describe('a person whom the configuration no longer names', () => {
  it('stands in no group, though a group still names them', async () => {
    const { bot } = await startSmallBot();
    const { evidenceOf } = bot.desk;
    expect(await evidenceOf('gone', 'console', 'gone')).toMatchObject({ memberships: [] });
    expect((await evidenceOf('ben', 'console', 'gone')).memberships).toHaveLength(1);
  });
});

describe('what a person does in the console', () => {
  it('is on the record with the session and the address that it came from', async () => {
    const small = await startSmallBot();
    const incident = await small.declares();
    await small.says('ana', 'restart', { incident });
    const [id] = small.bot.engine.readings.operations.keys();
    const actor = { surface: 'console', account: 'ben', session: 'session-7', ip: '192.0.2.7' };
    const hash = (await small.bot.engine.operation(id ?? ''))?.hash ?? '';
    const decline = `decline ${id} ${hash.slice(0, 10)} reason="not now"`;
    const deeds = ['ack', decline, 'freeze all for=1h reason=audit'];
    for (const [turn, line] of deeds.entries()) {
      await small.bot.dispatch.say({ line, actor, incident, cause: `ben/${turn}` });
    }
    const where = { surface: 'console', account: 'ben', session: 'session-7', ip: '192.0.2.7' };
    const done = small.journal.all.filter(({ by }) => by === 'ben').map(({ event }) => event);
    expect(done.map(({ type }) => type)).toEqual([
      'IncidentAcknowledged',
      'OperationDeclined',
      'FreezeBegun',
    ]);
    for (const event of done) expect(event).toMatchObject({ where });
  });

  it('is said of a request for a change, and of what was turned down', async () => {
    const small = await startSmallBot();
    const actor = { surface: 'console', account: 'ana', session: 'session-8', ip: '192.0.2.8' };
    await small.bot.dispatch.say({
      line: 'restart checkout env=production',
      actor,
      incident: '',
      cause: 'ana/1',
    });
    const nobody = { ...actor, account: 'cleo' };
    await small.bot.dispatch.say({ line: 'declare x', actor: nobody, incident: '', cause: 'c/1' });
    const of = (type: string) => small.journal.all.find(({ event }) => event.type === type)?.event;
    expect(of('OperationAsked')).toMatchObject({
      requester: { session: 'session-8', ip: '192.0.2.8' },
    });
    expect(of('RequestTurnedDown')).toMatchObject({ where: { ip: '192.0.2.8' } });
  });
});
