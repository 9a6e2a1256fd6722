import { beforeEach, describe, expect, it } from 'vitest';
import type { ConsoleActor, ConsoleDesk } from '../../../src/bot/surfaces/console/index.ts';
import { type Counter, openCounter } from '../../handlers/desk.ts';
import { consoleDeskOf } from '../../support/console-desk.ts';

const person = (id: string): ConsoleActor => ({
  kind: 'person',
  person: id,
  name: id,
  via: 'session',
  session: 's-1',
});
const program: ConsoleActor = { kind: 'token', name: 'grafana', scopes: ['read', 'export'] };

let counter: Counter;
let desk: ConsoleDesk;
let incident = '';
let operation = '';

beforeEach(async () => {
  counter = await openCounter();
  await counter.says('ana', 'declare the vault leaked for=checkout private=true');
  incident = [...counter.bot.engine.readings.incidents.keys()].at(-1) ?? '';
  await counter.says('ana', 'restart env=production', { incident });
  operation = counter.operation();
  desk = consoleDeskOf(counter.bot);
});

describe('the console, of a private incident', () => {
  it('shows a member its row, its thread, and the plan of an operation in it', async () => {
    const ana = person('ana');
    expect((await desk.privately(ana)).map((row) => row.incident)).toEqual([incident]);
    expect(await desk.thread(incident, ana)).toBeDefined();
    expect(await desk.thread(operation, ana)).toBeDefined();
    expect(await desk.plan(operation, ana)).toMatchObject({ thread: incident, waits: true });
  });

  it.each([
    ['a person who is no member', person('ben')],
    ['a program', program],
    ['somebody whom the configuration does not name', person('mallory')],
  ])('shows %s none of them, by no name', async (_who, actor) => {
    expect(await desk.privately(actor)).toEqual([]);
    expect(await desk.sees(incident, actor)).toBe(false);
    expect(await desk.thread(incident, actor)).toBeUndefined();
    expect(await desk.thread(operation, actor)).toBeUndefined();
    expect(await desk.plan(operation, actor)).toBeUndefined();
    const words = await desk.complete({ line: 'restart ', actor, incident });
    expect(words.map(({ insert }) => insert)).toContain('checkout ');
  });

  it('has nothing of it on the board, which everybody hears of', () => {
    expect(desk.board()).toEqual([]);
    expect(desk.openTotal()).toBe(0);
  });
});
