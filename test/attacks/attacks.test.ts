import { expect, it } from 'vitest';
import type { Attack } from './attack.ts';
import { runAttacks, runThese } from './suite.ts';

it('nothing is decided by any of the attacks, and each is met by the refusal that is meant', async () => {
  const { attacks, accepted, outcomes } = await runAttacks();
  expect(outcomes.filter((outcome) => outcome.accepted)).toEqual([]);
  expect(outcomes.filter(({ refused }) => !refused)).toEqual([]);
  expect(accepted).toBe(0);
  expect(attacks).toBeGreaterThan(120);
}, 240_000);

/** What the attacks imitate, done by somebody who may: the suite would see it. */
const fair: readonly Attack[] = [
  {
    name: 'Slack: ben approves',
    refusal: 'ANSWERED',
    async attempt({ hands, begin }) {
      const { operation, hash, slackRef } = await hands.plan();
      begin();
      const press = { kind: 'approve', operation, hash } as const;
      return hands.slack.press('ben', press, { ref: slackRef, thread: operation });
    },
  },
  {
    name: 'Discord: ben approves',
    refusal: 'ANSWERED',
    async attempt({ hands, begin }) {
      const { operation, hash, discordRef } = await hands.plan();
      begin();
      return hands.discord.press('ben', `approve:${operation}:${hash}`, { ref: discordRef });
    },
  },
  {
    name: 'Console: ben approves',
    refusal: 'HTTP 200',
    async attempt({ hands, world, begin }) {
      const { operation, hash } = await hands.plan();
      const cookie = await world.signIn('ben');
      begin();
      const shown = 'a'.repeat(64);
      return hands.http(`${world.console}/incidents/${operation}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          accept: 'application/json',
          origin: world.console,
          cookie,
        },
        body: new URLSearchParams({
          kind: 'approve',
          operation,
          hash,
          shown,
          cause: '',
        }).toString(),
      });
    },
  },
  {
    name: 'Webhook: an alert arrives',
    refusal: 'HTTP 200',
    async attempt({ hands, begin }) {
      begin();
      const alert = { status: 'firing', labels: { alertname: 'Fair' }, annotations: {} };
      return hands.webhook({ version: '4', status: 'firing', alerts: [alert] });
    },
  },
];

it.each(['called', 'connected'] as const)(
  'what people may do is decided, by the same doors (%s)',
  async (way) => {
    const { outcomes } = await runThese(fair, way);
    expect(outcomes.filter(({ accepted, refused }) => !accepted || !refused)).toEqual([]);
  },
  60_000,
);
