import type { Attack } from './attack.ts';
import type { Planned } from './hands.ts';

const approve = ({ operation, hash }: Pick<Planned, 'operation' | 'hash'>) =>
  ({ kind: 'approve', operation, hash }) as const;

const pressed = (who: string, refusal: string): Attack => ({
  name: `Slack: ${who} presses Approve`,
  refusal,
  async attempt({ hands, begin }) {
    const plan = await hands.plan();
    begin();
    await hands.slack.press(who, approve(plan), { ref: plan.slackRef, thread: plan.operation });
    return undefined;
  },
});

/** A press of ben's that would count, sent in a way that must not. */
function sealed(
  name: string,
  refusal: string,
  how: (at: number) => { at?: number; secret?: string; signature?: string },
): Attack {
  return {
    name: `Slack: ${name}`,
    refusal,
    called: true,
    async attempt({ hands, world, begin }) {
      const plan = await hands.plan();
      begin();
      const body = hands.slack.pressBody(
        'ben',
        { p: approve(plan), k: 'root', t: plan.operation },
        { ref: plan.slackRef },
      );
      return hands.slack.send(body, how(world.clock.now()));
    },
  };
}

const minute = 60_000;

/** Who is none of ours, and what was not sent by Slack, or not now. */
export const slackDoorAttacks: readonly Attack[] = [
  sealed('a press signed by another secret', 'SLACK_SIGNATURE_WRONG', () => ({ secret: 'guess' })),
  sealed('a press without a signature', 'SLACK_SIGNATURE_WRONG', () => ({ signature: '' })),
  sealed('a press with a signature of zeros', 'SLACK_SIGNATURE_WRONG', () => ({
    signature: `v0=${'0'.repeat(64)}`,
  })),
  sealed('a press from six minutes ago', 'SLACK_REQUEST_STALE', (now) => ({
    at: now - 6 * minute,
  })),
  sealed('a press from the future', 'SLACK_REQUEST_STALE', (now) => ({ at: now + 6 * minute })),
  {
    name: 'Slack: the bytes of a press that was taken, once more',
    refusal: 'SLACK_REQUEST_REPLAYED',
    called: true,
    async attempt({ hands, world, begin }) {
      const plan = await hands.plan();
      const at = world.clock.now();
      const body = hands.slack.pressBody(
        'ben',
        { p: { kind: 'line', line: 'locks', incident: '' }, k: 'root', t: plan.operation },
        { ref: plan.slackRef },
      );
      await hands.slack.send(body, { at });
      begin();
      return hands.slack.send(body, { at });
    },
  },
  {
    name: 'Slack: the signature of one body under another',
    refusal: 'SLACK_SIGNATURE_WRONG',
    called: true,
    async attempt({ hands, begin }) {
      const plan = await hands.plan();
      begin();
      const { createHmac } = await import('node:crypto');
      const signature = `v0=${createHmac('sha256', 'of another').update('body').digest('hex')}`;
      const value = { p: approve(plan), k: 'root', t: plan.operation };
      return hands.slack.send(hands.slack.pressBody('ben', value, { ref: plan.slackRef }), {
        signature,
      });
    },
  },
  pressed('guest', 'SLACK_STRANGER'),
  pressed('visitor', 'SLACK_STRANGER'),
  pressed('partner', 'SLACK_STRANGER'),
  pressed('bot', 'SLACK_STRANGER'),
  pressed('U0NOBODY', 'SLACK_STRANGER'),
  pressed('colleague', 'PERSON_NOT_BOUND'),
  pressed('ana', 'APPROVE_OWN_REQUEST'),
  pressed('cleo', 'NOT_AN_APPROVER'),
  {
    name: 'Slack: a press from another workspace',
    refusal: 'SLACK_STRANGER',
    async attempt({ hands, begin }) {
      const plan = await hands.plan();
      begin();
      const on = { ref: plan.slackRef, thread: plan.operation, team: 'T0EVIL' };
      return hands.slack.press('ben', approve(plan), on);
    },
  },
  {
    name: 'Slack: a slash command from another workspace',
    refusal: 'SLACK_STRANGER',
    async attempt({ hands, begin }) {
      begin();
      return hands.slack.command('ben', 'scale checkout 6 env=production', { team_id: 'T0EVIL' });
    },
  },
];
