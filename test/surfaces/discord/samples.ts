import type { Setting } from '../../../src/bot/surfaces/discord/spans.ts';

const users = new Map([
  ['ana', '123456789012345678'],
  ['ben', '223456789012345678'],
]);
const names = new Map([
  ['ana', 'Ana'],
  ['ben', 'Ben'],
]);

/** A thread in which Ana and Ben are known. */
export function settingOf(changes: Partial<Setting> = {}): Setting {
  return {
    thread: 'inc-1',
    first: true,
    userOf: (person) => users.get(person),
    nameOf: (person) => names.get(person) ?? person,
    ...changes,
  };
}
