import { eventually } from '../support/eventually.ts';
import type { Attack, Scene } from './attack.ts';
import type { HttpTold, Planned } from './hands.ts';

type Fields = Readonly<Record<string, string>>;

/** The button of a plan in the console, as the browser of a person sends it. */
async function press({ hands, world }: Scene, cookie: string, plan: Planned, more: Fields = {}) {
  return hands.http(`${world.console}/incidents/${plan.operation}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'application/json',
      origin: world.console,
      cookie,
    },
    body: new URLSearchParams({
      kind: 'approve',
      operation: plan.operation,
      hash: plan.hash,
      shown: 'a'.repeat(64),
      cause: '',
      ...more,
    }).toString(),
  });
}

const danger = 'scale checkout 0 env=production';

/** Ben before a plan that waits, which is pressed when something has changed. */
function pressed(
  name: string,
  refusal: string | readonly string[],
  attempt: (scene: Scene, at: { plan: Planned; ben: string }) => Promise<HttpTold>,
  line?: string,
): Attack {
  return {
    name: `Console: ${name}`,
    refusal,
    async attempt(scene) {
      const plan = await scene.hands.plan(line);
      return attempt(scene, { plan, ben: await scene.world.signIn('ben') });
    },
  };
}

const rollback = 'rollback checkout env=production';

/** A plan that asks for a second factor, on every platform that cannot take one. */
export const stepUpChatAttacks: readonly Attack[] = [
  {
    name: 'Slack: a button approves where a second factor is asked for',
    refusal: 'STEP_UP_REQUIRED',
    async attempt({ hands, begin }) {
      const { operation, hash, slackRef } = await hands.plan(rollback);
      begin();
      const button = { kind: 'approve', operation, hash } as const;
      return hands.slack.press('ben', button, { ref: slackRef, thread: operation });
    },
  },
  {
    name: 'Slack: a typed hash approves where a second factor is asked for',
    refusal: 'STEP_UP_REQUIRED',
    async attempt({ hands, begin }) {
      const { operation, hash } = await hands.plan(rollback);
      begin();
      return hands.slack.command('ben', `approve ${operation} ${hash.slice(0, 10)}`);
    },
  },
  {
    name: 'Discord: a button approves where a second factor is asked for',
    refusal: 'STEP_UP_REQUIRED',
    async attempt({ hands, begin }) {
      const { operation, hash, discordRef } = await hands.plan(rollback);
      begin();
      return hands.discord.press('ben', `approve:${operation}:${hash}`, { ref: discordRef });
    },
  },
  {
    name: 'Discord: a typed hash approves where a second factor is asked for',
    refusal: 'STEP_UP_REQUIRED',
    async attempt({ hands, begin }) {
      const { operation, hash } = await hands.plan(rollback);
      begin();
      return hands.discord.line('ben', `approve ${operation} ${hash.slice(0, 10)}`);
    },
  },
  {
    name: 'Slack: an identity admin confirms an account by a line',
    refusal: ['LINK_CONFIRM_FACTOR', 'LINK_CONFIRM_IN_CONSOLE'],
    async attempt({ hands, world, begin }) {
      const { identity } = world.bot.desk;
      const account = `${world.ids.team}/${world.ids.slack['colleague']}`;
      const offer = identity?.offer({ surface: 'slack/main', account });
      if (!offer || !('until' in offer)) throw new Error('no code');
      await hands.slack.command('cleo', `link ${offer.code}`);
      const link = await eventually('it is proposed', () => identity?.links('cleo')[0]?.link);
      begin();
      return hands.slack.command('dora', `link confirm=${link}`);
    },
  },
];

/** What becomes of an approval that comes twice, too late, from too many, or from somebody who has left. */
export const approvalAttacks: readonly Attack[] = [
  pressed(
    'Approve is pressed twice',
    'HTTP 200',
    async (scene, { plan, ben }) => {
      await press(scene, ben, plan);
      scene.begin();
      return press(scene, ben, plan);
    },
    danger,
  ),
  pressed(
    'the form that approved is sent again from another session',
    'HTTP 200',
    async (scene, { plan, ben }) => {
      await press(scene, ben, plan);
      const elsewhere = await scene.world.signIn('ben');
      scene.begin();
      return press(scene, elsewhere, plan);
    },
    danger,
  ),
  {
    ...pressed('two people at once for one place', 'OPERATION_NOT_WAITING', async (scene, at) => {
      const { plan, ben } = at;
      const dora = await scene.world.signIn('dora');
      scene.begin();
      const [one, two] = await Promise.all([press(scene, ben, plan), press(scene, dora, plan)]);
      return { status: 200, text: one.text + two.text };
    }),
    // One of them completes it and it runs, once; the other is told.
    allows: {
      ApprovalGiven: 1,
      OperationApproved: 1,
      OperationStarted: 1,
      StepIntended: 1,
      StepApplied: 1,
      OperationSettled: 1,
    },
  },
  pressed(
    'Approve after the expiry',
    ['PLAN_EXPIRED', 'OPERATION_NOT_WAITING'],
    async (scene, { plan, ben }) => {
      scene.world.clock.passes(11 * 60_000);
      scene.begin();
      return press(scene, ben, plan);
    },
  ),
  pressed(
    'the card of a plan that was called off is pressed',
    'OPERATION_NOT_WAITING',
    async (scene, at) => {
      const { hands, world } = scene;
      await hands.slack.command('ana', `cancel ${at.plan.operation}`);
      await eventually('it is called off', () => {
        const { operations } = world.bot.engine.readings;
        return operations.get(at.plan.operation)?.state.status === 'cancelled';
      });
      scene.begin();
      return press(scene, at.ben, at.plan);
    },
  ),
  pressed(
    'the card of one plan, edited to approve another',
    'PLAN_HASH_DIFFERS',
    async (scene, at) => {
      const other = await scene.hands.plan();
      scene.begin();
      return press(scene, at.ben, { ...other, hash: at.plan.hash });
    },
  ),
  pressed(
    'the hash in the form is cut to the ten characters of a typed one',
    ['PLAN_HASH_DIFFERS', 'CONSOLE_PLAN_UNSEEN'],
    async (scene, at) => {
      scene.begin();
      return press(scene, at.ben, { ...at.plan, hash: at.plan.hash.slice(0, 10) });
    },
  ),
  pressed('the plan in the form is none', 'OPERATION_NOT_FOUND', async (scene, at) => {
    scene.begin();
    return press(scene, at.ben, at.plan, { operation: 'op-0000000000' });
  }),
  pressed(
    'somebody who has left the group since the card was shown',
    'NOT_AN_APPROVER',
    async (scene, at) => {
      const { world } = scene;
      let before: Parameters<Parameters<typeof world.reload>[0]>[0] | undefined;
      world.reload((settings) => {
        before = settings;
        const groups = settings.groups.map((group) => ({
          ...group,
          members: group.members.filter((member) => member !== 'ben'),
        }));
        return { ...settings, groups };
      });
      scene.begin();
      const told = await press(scene, at.ben, at.plan);
      world.reload((settings) => before ?? settings);
      return told;
    },
  ),
];
