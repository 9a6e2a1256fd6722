import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { cardText } from '../../src/core/view/text.ts';
import { openWebhookDoor, type WebhookDoor } from './webhook-door.ts';

const folder = join(import.meta.dirname, '../fixtures/alertmanager');
const bodies = readdirSync(folder)
  .filter((file) => file.endsWith('.json') && !file.startsWith('api-'))
  .map((file) => readFileSync(join(folder, file), 'utf8'));

/** What a sender may put in any place of a body. */
const odd = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom('', '0001-01-01T00:00:00Z', '\u0000', '\ud800', '__proto__', 'x'.repeat(5000)),
  fc.constantFrom(-1, 1e308, Number.MAX_SAFE_INTEGER),
);

let door: WebhookDoor;

beforeEach(async () => {
  door = await openWebhookDoor();
});
afterEach(() => door.close());

it('whatever is sent to the webhook is taken or refused, never a failure, and can be shown', async () => {
  const body = fc.oneof(
    fc.string({ maxLength: 400 }),
    odd.map((value) => JSON.stringify(value)),
    fc.tuple(fc.constantFrom(...bodies), fc.infiniteStream(fc.tuple(fc.nat(99), odd))).map(twisted),
  );
  await fc.assert(
    fc.asyncProperty(body, async (text) => {
      expect([200, 413, 422]).toContain((await door.post(text)).status);
    }),
    { numRuns: 400 },
  );
  expect(door.failures).toEqual([]);
  const { engine, threads } = door.small.bot;
  const { incidents } = engine.readings;
  expect(incidents.size).toBeGreaterThan(1);
  for (const id of incidents.keys()) {
    const thread = await threads.desired(id);
    expect(thread && cardText(thread.root)).toContain(id);
  }
});

/** A real body in which some of the values, keys kept, are something else. */
function twisted([body, oddities]: [string, Iterable<[number, unknown]>]): string {
  const next = oddities[Symbol.iterator]();
  const value = JSON.parse(body, (_key, each: unknown) => {
    const { value: drawn } = next.next();
    const [chance, instead] = drawn ?? [99, undefined];
    return chance < 4 ? instead : each;
  });
  return JSON.stringify(value) ?? '';
}
