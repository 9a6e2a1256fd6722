import { generateKeyPairSync } from 'node:crypto';
import { confirmId } from '../../src/bot/surfaces/discord/press.ts';
import type { Attack } from './attack.ts';
import type { Planned } from './hands.ts';

const approve = ({ operation, hash }: Pick<Planned, 'operation' | 'hash'>) =>
  `approve:${operation}:${hash}`;

function pressed(name: string, refusal: string, who: string, more: object = {}): Attack {
  return {
    name: `Discord: ${name} presses Approve`,
    refusal,
    async attempt({ hands, begin }) {
      const plan = await hands.plan();
      begin();
      return hands.discord.press(who, approve(plan), { ref: plan.discordRef, ...more });
    },
  };
}

/** A press of ben's that would count, sent in a way that must not. */
function sealed(
  name: string,
  refusal: string | readonly string[],
  how: (now: number) => Parameters<Parameters<Attack['attempt']>[0]['hands']['discord']['send']>[1],
): Attack {
  return {
    name: `Discord: ${name}`,
    refusal,
    called: true,
    async attempt({ hands, world, begin }) {
      const plan = await hands.plan();
      begin();
      const [channel = '', message = ''] = plan.discordRef.split('/');
      const body = hands.discord.body('ben', {
        channel: { id: channel, type: 0 },
        message: { id: message },
        data: { custom_id: approve(plan) },
      });
      return hands.discord.send(body, how(world.clock.now()));
    },
  };
}

const other = generateKeyPairSync('ed25519').privateKey;
const minute = 60_000;

export const discordAttacks: readonly Attack[] = [
  sealed('a press signed by another key', 'DISCORD_SIGNATURE', () => ({ key: other })),
  sealed('a press without a signature', 'DISCORD_SIGNATURE', () => ({ signature: '' })),
  sealed('a press with a signature of zeros', 'DISCORD_SIGNATURE', () => ({
    signature: '0'.repeat(128),
  })),
  sealed('a press from twenty minutes ago', 'DISCORD_REQUEST_OLD', (now) => ({
    at: now - 20 * minute,
  })),
  pressed('somebody in direct messages', 'DISCORD_DIRECT', 'ben', { guild_id: undefined }),
  pressed('somebody of another guild', 'DISCORD_GUILD_OTHER', 'ben', { guild_id: '666' }),
  pressed('another application', 'DISCORD_APPLICATION_OTHER', 'ben', { application_id: '666' }),
  pressed('a bot', 'DISCORD_BOT', 'ben', {
    member: { user: { id: '1', username: 'ben', bot: true } },
  }),
  pressed('somebody named like ben', 'PERSON_NOT_BOUND', 'ben', {
    member: { user: { id: '1234567', username: 'ben' } },
  }),
  pressed('a colleague whom the configuration does not name', 'PERSON_NOT_BOUND', 'colleague'),
  pressed('who asked on Slack', 'APPROVE_OWN_REQUEST', 'ana'),
  pressed('somebody in no group', 'NOT_AN_APPROVER', 'cleo'),
  {
    name: 'Discord: the same interaction, once more',
    refusal: 'ANSWERED',
    async attempt({ hands, world, begin }) {
      const plan = await hands.plan('scale checkout 0 env=production');
      const line = `approve ${plan.operation} ${plan.hash.slice(0, 10)}`;
      const body = hands.discord.body('ben', {
        type: 2,
        data: {
          name: 'ops',
          options: [{ name: 'line', options: [{ name: 'line', value: line }] }],
        },
      });
      await hands.discord.send(body);
      const { eventually } = await import('../support/eventually.ts');
      await eventually(
        'the approval',
        () =>
          (world.bot.engine.readings.operations.get(plan.operation)?.state.approvals.length ?? 0) >
          0,
      );
      begin();
      return hands.discord.send(body);
    },
  },
  {
    name: 'Discord: the hash in the button is another',
    refusal: 'PLAN_HASH_DIFFERS',
    async attempt({ hands, begin }) {
      const plan = await hands.plan();
      begin();
      const edited = approve({ ...plan, hash: 'f'.repeat(64) });
      return hands.discord.press('ben', edited, { ref: plan.discordRef });
    },
  },
  {
    name: 'Discord: the card of one plan, edited by its bot token, approves another',
    refusal: 'BUTTON_NOT_OURS',
    async attempt({ hands, begin }) {
      const shown = await hands.plan();
      const meant = await hands.plan('scale checkout 7 env=production');
      begin();
      return hands.discord.press('ben', approve(meant), { ref: shown.discordRef });
    },
  },
  {
    name: 'Discord: a message that the bot token posted approves a plan',
    refusal: 'BUTTON_NOT_OURS',
    async attempt({ hands, world, begin }) {
      const plan = await hands.plan();
      begin();
      return hands.discord.press('ben', approve(plan), { ref: `${world.ids.discordOps}/4242` });
    },
  },
  {
    name: 'Discord: a confirmation of a rendering that nobody opened',
    refusal: 'BUTTON_NOT_OURS',
    async attempt({ hands, begin }) {
      const plan = await hands.plan('scale checkout 0 env=production');
      begin();
      const id = confirmId(plan.operation, plan.hash, 'a'.repeat(64)) ?? '';
      return hands.discord.press('dora', id, { ref: plan.discordRef });
    },
  },
  {
    name: 'Discord: a message that the bot token posted asks for a change in the name of who presses',
    refusal: 'BUTTON_NOT_OURS',
    async attempt({ hands, world, begin }) {
      begin();
      const id = 'line::scale checkout 2 env=production';
      return hands.discord.press('ben', id, { ref: `${world.ids.discordOps}/4243` });
    },
  },
  {
    name: 'Discord: what is dangerous is approved by a button that was made to look harmless',
    refusal: 'APPROVE_NEEDS_FRESH',
    async attempt({ hands, begin }) {
      const plan = await hands.plan('scale checkout 0 env=production');
      begin();
      return hands.discord.press('dora', approve(plan), { ref: plan.discordRef });
    },
  },
  {
    name: 'Discord: keys of the prototype in an interaction',
    refusal: ['DISCORD_UNREADABLE', 'HTTP 200'],
    async attempt({ hands, begin }) {
      begin();
      const body = hands.discord.body('ben', { data: { custom_id: 'settle:op:x' } });
      const evil = '"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}';
      return hands.discord.send(`{${evil},${body.slice(1)}`);
    },
  },
  {
    name: 'Discord: a body of more than half a megabyte',
    refusal: ['HTTP 413', 'HTTP 0'],
    called: true,
    async attempt({ hands, begin }) {
      begin();
      return hands.discord.send(hands.discord.body('ben', { data: 'x'.repeat(600_000) }));
    },
  },
];
