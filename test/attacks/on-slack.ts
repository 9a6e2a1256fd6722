import { eventually } from '../support/eventually.ts';
import type { Attack } from './attack.ts';
import type { Planned } from './hands.ts';

const approve = ({ operation, hash }: Pick<Planned, 'operation' | 'hash'>) =>
  ({ kind: 'approve', operation, hash }) as const;

const minute = 60_000;

export const slackAttacks: readonly Attack[] = [
  {
    name: 'Slack: the hash in the button is another',
    refusal: 'PLAN_HASH_DIFFERS',
    async attempt({ hands, begin }) {
      const plan = await hands.plan();
      begin();
      const edited = approve({ ...plan, hash: 'f'.repeat(64) });
      return hands.slack.press('ben', edited, { ref: plan.slackRef, thread: plan.operation });
    },
  },
  {
    name: 'Slack: the hash in the button is cut to the ten characters of a typed one',
    refusal: 'PLAN_HASH_DIFFERS',
    async attempt({ hands, begin }) {
      const plan = await hands.plan();
      begin();
      const edited = approve({ ...plan, hash: plan.hash.slice(0, 10) });
      return hands.slack.press('ben', edited, { ref: plan.slackRef, thread: plan.operation });
    },
  },
  {
    name: 'Slack: the card of one plan, edited by its bot token, approves another',
    refusal: 'BUTTON_NOT_OURS',
    async attempt({ hands, begin }) {
      const shown = await hands.plan();
      const meant = await hands.plan('scale checkout 7 env=production');
      begin();
      return hands.slack.press('ben', approve(meant), {
        ref: shown.slackRef,
        thread: shown.operation,
      });
    },
  },
  {
    name: 'Slack: a message that the bot token posted approves a plan',
    refusal: 'BUTTON_NOT_OURS',
    async attempt({ hands, world, begin }) {
      const plan = await hands.plan();
      begin();
      const ref = `${world.ids.slackOps}:1795143600.000001`;
      return hands.slack.press('ben', approve(plan), { ref, thread: plan.operation });
    },
  },
  {
    name: 'Slack: a message that the bot token whispered approves a plan',
    refusal: 'HTTP 200',
    async attempt({ hands, world, begin }) {
      const plan = await hands.plan();
      begin();
      const ref = `${world.ids.slackOps}:1795143600.000002`;
      const on = { ref, thread: plan.operation, ephemeral: true };
      return hands.slack.press('ben', approve(plan), on);
    },
  },
  {
    name: 'Slack: a message that the bot token posted asks for a change in the name of who presses',
    refusal: 'BUTTON_NOT_OURS',
    async attempt({ hands, world, begin }) {
      begin();
      const line = 'scale checkout 2 env=production';
      const ref = `${world.ids.slackOps}:1795143600.000003`;
      return hands.slack.press('ben', { kind: 'line', line, incident: '' }, { ref });
    },
  },
  {
    name: 'Slack: a view that was not opened here is submitted',
    refusal: 'BUTTON_NOT_OURS',
    async attempt({ hands, begin }) {
      const plan = await hands.plan();
      begin();
      const value = JSON.stringify({ p: approve(plan), k: 'root', t: plan.operation });
      return hands.slack.submission('ben', {
        c: '',
        r: '',
        n: false,
        u: '',
        t: plan.operation,
        p: { value, digest: 'a'.repeat(64) },
      });
    },
  },
  {
    name: 'Slack: what is dangerous is approved by a button that was made to look harmless',
    refusal: 'APPROVE_NEEDS_FRESH',
    async attempt({ hands, begin }) {
      const plan = await hands.plan('scale checkout 0 env=production');
      begin();
      return hands.slack.press('dora', approve(plan), {
        ref: plan.slackRef,
        thread: plan.operation,
      });
    },
  },
  {
    name: 'Slack: the verb in the button is one that there is not',
    refusal: 'HTTP 200',
    async attempt({ hands, begin }) {
      const { operation, hash, slackRef } = await hands.plan();
      begin();
      const value = { p: { kind: 'apply', operation, hash }, k: 'root', t: operation };
      return hands.slack.send(hands.slack.pressBody('ben', value, { ref: slackRef }));
    },
  },
  {
    name: 'Slack: keys of the prototype in the button and around it',
    refusal: 'HTTP 200',
    async attempt({ hands, begin }) {
      const { operation, hash, slackRef } = await hands.plan();
      begin();
      const evil =
        '"__proto__":{"kind":"approve","polluted":1},"constructor":{"prototype":{"polluted":1}}';
      const value = `{"p":{${evil},"kind":"settle","operation":"${operation}","hash":"${hash}"},"k":"root","t":""}`;
      const body = hands.slack.pressBody('ben', value, { ref: slackRef });
      return hands.slack.send(`{${evil},${body.slice(1)}`);
    },
  },
  {
    name: 'Slack: a surface that may not approve approves',
    refusal: 'SURFACE_MAY_NOT_APPROVE',
    async attempt({ hands, begin }) {
      const plan = await hands.plan('restart checkout env=production');
      begin();
      return hands.slack.press('ben', approve(plan), {
        ref: plan.slackRef,
        thread: plan.operation,
      });
    },
  },
  {
    name: 'Slack: the card of a plan that was declined is pressed',
    refusal: 'OPERATION_NOT_WAITING',
    async attempt({ hands, world, begin }) {
      const plan = await hands.plan();
      const decline = { ...approve(plan), kind: 'decline' } as const;
      const on = { ref: plan.slackRef, thread: plan.operation };
      await hands.slack.press('dora', decline, on);
      await over(world, plan);
      begin();
      return hands.slack.press('ben', approve(plan), on);
    },
  },
  {
    name: 'Slack: Approve after the expiry',
    refusal: ['PLAN_EXPIRED', 'OPERATION_NOT_WAITING'],
    async attempt({ hands, world, begin }) {
      const plan = await hands.plan();
      world.clock.passes(11 * minute);
      begin();
      return hands.slack.press('ben', approve(plan), {
        ref: plan.slackRef,
        thread: plan.operation,
      });
    },
  },
  {
    name: 'Slack: one person approves twice',
    refusal: 'ANSWERED',
    async attempt({ hands, world, begin }) {
      const plan = await hands.plan('scale checkout 0 env=production');
      const line = `approve ${plan.operation} ${plan.hash.slice(0, 10)}`;
      await hands.slack.command('ben', line);
      await approved(world, plan);
      begin();
      return hands.slack.command('ben', line);
    },
  },
  {
    name: 'Slack and Discord: the two accounts of one person fill two places',
    refusal: 'ANSWERED',
    async attempt({ hands, world, begin }) {
      const plan = await hands.plan('scale checkout 0 env=production');
      const line = `approve ${plan.operation} ${plan.hash.slice(0, 10)}`;
      await hands.slack.command('dora', line);
      await approved(world, plan);
      begin();
      return hands.discord.line('dora', line);
    },
  },
  {
    name: 'Slack: two people at once for one place',
    refusal: 'ANSWERED',
    allows: {
      ApprovalGiven: 1,
      OperationApproved: 1,
      OperationStarted: 1,
      StepIntended: 1,
      StepApplied: 1,
    },
    async attempt({ hands, begin }) {
      const plan = await hands.plan();
      begin();
      const on = { ref: plan.slackRef, thread: plan.operation };
      await Promise.all(['ben', 'dora'].map((who) => hands.slack.press(who, approve(plan), on)));
      return undefined;
    },
  },
  {
    name: 'Slack: somebody who has left the group since the card was shown',
    refusal: 'NOT_AN_APPROVER',
    async attempt({ hands, world, begin }) {
      const plan = await hands.plan();
      begin();
      const left = world.bot.desk.settings;
      world.reload((settings) => ({
        ...settings,
        groups: settings.groups.map((group) => ({
          ...group,
          members: group.members.filter((member) => member !== 'ben'),
        })),
      }));
      const on = { ref: plan.slackRef, thread: plan.operation };
      const told = await hands.slack.press('ben', approve(plan), on);
      await taken(world, plan);
      world.reload(() => left);
      return told;
    },
  },
  {
    name: 'Slack: somebody who was taken out of the configuration',
    refusal: 'PERSON_NOT_BOUND',
    async attempt({ hands, world, begin }) {
      const plan = await hands.plan();
      begin();
      const before = world.bot.desk.settings;
      world.reload((settings) => ({
        ...settings,
        people: settings.people.filter(({ id }) => id !== 'ben'),
      }));
      const on = { ref: plan.slackRef, thread: plan.operation };
      const told = await hands.slack.press('ben', approve(plan), on);
      await taken(world, plan);
      world.reload(() => before);
      return told;
    },
  },
  {
    name: 'Slack: a typed approval names another hash',
    refusal: 'PLAN_HASH_DIFFERS',
    async attempt({ hands, begin }) {
      const { operation } = await hands.plan();
      begin();
      return hands.slack.command('ben', `approve ${operation} ffffffffff`);
    },
  },
  {
    name: 'Slack: a typed approval names too little of the hash',
    refusal: ['PLAN_HASH_DIFFERS', 'ARGUMENT_MISSING'],
    async attempt({ hands, begin }) {
      const { operation, hash } = await hands.plan();
      begin();
      return hands.slack.command('ben', `approve ${operation} ${hash.slice(0, 9)}`);
    },
  },
  {
    name: 'Slack: a typed approval of a plan whose name only looks like it',
    refusal: ['NOT_AN_OPERATION', 'OPERATION_NOT_FOUND'],
    async attempt({ hands, begin }) {
      const { operation, hash } = await hands.plan();
      begin();
      // A Cyrillic letter, and one that nobody sees.
      const alike = `${operation.replace('o', '\u043e')}\u200b`;
      return hands.slack.command('ben', `approve ${alike} ${hash.slice(0, 10)}`);
    },
  },
  {
    name: 'Slack: a body of more than a megabyte',
    refusal: ['SLACK_REQUEST_UNREADABLE', 'HTTP 413', 'HTTP 0'],
    called: true,
    async attempt({ hands, begin }) {
      begin();
      return hands.slack.send(JSON.stringify({ type: 'block_actions', x: 'x'.repeat(1_100_000) }));
    },
  },
];

type Around = Parameters<Attack['attempt']>[0]['world'];

async function over({ bot }: Around, { operation }: Planned): Promise<void> {
  await until(() => bot.engine.readings.operations.get(operation)?.state.status !== 'waiting');
}

async function approved({ bot }: Around, { operation }: Planned): Promise<void> {
  await until(
    () => (bot.engine.readings.operations.get(operation)?.state.approvals.length ?? 0) > 0,
  );
}

/** Whatever was pressed has been judged by what held then. */
async function taken({ bot }: Around, _plan: Planned): Promise<void> {
  await until(() => bot.readings().asksWorking === 0);
}

async function until(so: () => boolean): Promise<void> {
  await eventually('it is so', so);
}
