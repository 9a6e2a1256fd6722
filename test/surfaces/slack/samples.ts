import type { Setting } from '../../../src/bot/surfaces/slack/spans.ts';

const users = new Map([
  ['ana', 'U01'],
  ['ben', 'U02'],
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
