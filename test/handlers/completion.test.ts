import { beforeEach, describe, expect, it } from 'vitest';
import { complete, completeArgument } from '../../src/handlers/completion.ts';
import { type Counter, openCounter } from './desk.ts';

let counter: Counter;
beforeEach(async () => {
  counter = await openCounter();
});

const inserts = (line: string) =>
  complete(counter.bot.desk, line, undefined).map(({ insert }) => insert);
const values = (command: string, argument: string, typed: string, service?: string) =>
  completeArgument(command, argument, typed, { ...desk(), service }).map(({ value }) => value);
const desk = () => {
  const { settings, openIncidents, liveOperations } = counter.bot.desk;
  return { settings, openIncidents, liveOperations };
};

describe('a line being typed', () => {
  it('is completed by the verb, the service, the environment and the names', () => {
    expect(inserts('roll')).toEqual(['rollback ']);
    expect(inserts('scale w')).toEqual(['worker ']);
    expect(inserts('scale checkout 6 env=p')).toEqual(['env=production ']);
    expect(inserts('scale checkout 6 r')).toEqual(['reason=']);
    expect(inserts('nosuch x')).toEqual([]);
  });
});

describe('one argument', () => {
  it('is completed by bare values of its kind', () => {
    expect(values('scale', 'service', '')).toEqual(['checkout', 'worker']);
    expect(values('scale', 'env', 'PRO')).toEqual(['production']);
    expect(values('scale', 'env', '', 'worker')).toEqual(['production']);
    expect(values('severity', 'severity', 'cr')).toEqual(['critical']);
    expect(values('help', 'command', 'roll')).toEqual(['rollback']);
    expect(values('scale', 'replicas', '')).toEqual([]);
    expect(values('nosuch', 'service', '')).toEqual([]);
  });

  it('is found by the name of a person, what begins so before what only holds it', () => {
    expect(completeArgument('assign', 'person', 'B', desk())).toEqual([
      { value: 'ben', label: 'Ben' },
    ]);
    expect(values('assign', 'person', 'e')).toEqual(['ben', 'cleo']);
    expect(values('assign', 'person', 'n')).toEqual(['ana', 'ben']);
  });

  it('offers what is open and what lives', async () => {
    const incident = await counter.incident();
    await counter.says('ana', 'restart worker env=production');
    expect(completeArgument('ack', 'incident', '', desk())).toEqual([
      { value: incident, label: 'WARNING · it is slow' },
    ]);
    expect(completeArgument('stop', 'operation', 'op-', desk())).toEqual([
      { value: counter.operation(), label: 'restart worker env=production · waiting' },
    ]);
  });
});
