import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { planHash } from '../../src/core/operation/hash.ts';
import { commands } from '../../src/handlers/commands/index.ts';
import { formOf } from '../../src/handlers/form.ts';
import { openCounter } from './desk.ts';

const policies = `
  - { match: { risk: incident }, requesters: [sre], approvals: [] }
  - { match: { risk: change }, requesters: [sre], ticket: [OPS-*, INC-*], approvals: [ { count: 1, from: sre } ] }
`;
const line = 'restart worker env=production';

describe('a rule that wants a ticket', () => {
  it('refuses a plan without one, and one with another, before any target is looked at', async () => {
    const counter = await openCounter(policies);
    const said = await counter.says('ana', line);
    expect(said).toContain('TICKET_REQUIRED');
    expect(said).toContain('a ticket like OPS-* or INC-* for this, and none was named');
    expect(await counter.says('ana', `${line} ticket=DEV-1`)).toContain('and DEV-1 is none');
    expect(counter.drafts).toEqual([]);
  });

  it('lets one through that fits, keeps it on the record and in what is approved, and shows it', async () => {
    const counter = await openCounter(policies);
    await counter.says('ana', `${line} ticket=INC-7`);
    const operation = await counter.bot.engine.operation(counter.operation());
    expect(operation).toMatchObject({ status: 'waiting', asked: { ticket: 'INC-7' } });
    const { plan } = operation ?? {};
    if (!plan) throw new Error('nothing is planned');
    expect(plan.ticket).toBe('INC-7');
    const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
    expect(planHash(plan, sha256)).toBe(operation?.hash);
    expect(planHash({ ...plan, ticket: 'INC-8' }, sha256)).not.toBe(operation?.hash);
    const thread = await counter.bot.threads.desired(plan.operation);
    expect(JSON.stringify(thread)).toContain('INC-7');
  });

  it('is asked for by a form', async () => {
    const counter = await openCounter(policies);
    const form = formOf(line, counter.bot.desk.settings, undefined);
    const field = form?.fields.find(({ name }) => name === 'ticket');
    expect(field).toMatchObject({ required: true, value: '' });
    const open = await openCounter();
    expect(formOf(line, open.bot.desk.settings, undefined)).toBeUndefined();
  });

  it('is told by policy, without a ticket being named', async () => {
    const counter = await openCounter(policies);
    const said = await counter.says('ana', 'policy restart worker env=production');
    expect(said).toContain('ticket    like OPS-* or INC-*');
  });
});

describe('a ticket', () => {
  it('is kept where none is wanted', async () => {
    const counter = await openCounter();
    await counter.says('ana', `${line} ticket=OPS-1`);
    const operation = await counter.bot.engine.operation(counter.operation());
    expect(operation?.plan?.ticket).toBe('OPS-1');
  });

  it('that is no word is refused, and nothing is on the record', async () => {
    const counter = await openCounter();
    counter.news();
    expect(await counter.says('ana', `${line} ticket="a b"`)).toContain('TICKET_UNREADABLE');
    expect(counter.news()).not.toContain('OperationAsked');
  });

  it('can be named with every command that makes a plan', () => {
    const planning = commands.filter(
      (command) => command.does === 'operation' || (command.does === 'halt' && command.subject),
    );
    expect(planning.length).toBeGreaterThan(4);
    for (const { name, args } of planning) {
      const takes = args.map((argument) => argument.name);
      expect({ name, takes: takes.filter((each) => ['reason', 'ticket'].includes(each)) }).toEqual({
        name,
        takes: ['reason', 'ticket'],
      });
    }
  });
});
