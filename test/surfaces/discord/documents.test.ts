import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { invitedRights } from '../../../src/bot/surfaces/discord/rights.ts';

describe('the page on Discord', () => {
  it('invites the bot with exactly the rights that the doctor looks for', () => {
    const page = readFileSync(
      new URL('../../../docs/surfaces/discord.md', import.meta.url),
      'utf8',
    );
    expect(/permissions=(\d+)/.exec(page)?.[1]).toBe(String(invitedRights));
  });
});

describe('the SDK', () => {
  it('is named by types alone until the first call', () => {
    const folder = new URL('../../../src/bot/surfaces/discord/', import.meta.url);
    const eager = readdirSync(folder)
      .filter((file) => file.endsWith('.ts'))
      .filter((file) =>
        /^import (?!type\b)[^;]*from 'discord\.js'/m.test(
          readFileSync(new URL(file, folder), 'utf8'),
        ),
      );
    expect(eager).toEqual([]);
  });
});
