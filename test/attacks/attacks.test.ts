import { expect, it } from 'vitest';
import { fieldsOf } from '../support/console-browser.ts';
import type { Attack } from './attack.ts';
import { type FactorAttack, given, send } from './factor-attack.ts';
import { proposed } from './on-accounts.ts';
import { alert, page, pageDoor, sealed, sendAlert } from './on-webhooks.ts';
import { runAttacks, runOnPersons, runThese } from './suite.ts';

it('nothing is decided by any of the attacks, and each is met by the refusal that is meant', async () => {
  const { attacks, accepted, outcomes } = await runAttacks();
  expect(outcomes.filter((outcome) => outcome.accepted)).toEqual([]);
  expect(outcomes.filter(({ refused }) => !refused)).toEqual([]);
  expect(accepted).toBe(0);
  expect(attacks).toBeGreaterThan(230);
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
  {
    name: 'PagerDuty: an event arrives',
    refusal: 'HTTP 200',
    async attempt(scene) {
      const door = pageDoor(scene);
      const body = page('incident.triggered');
      scene.begin();
      return door.send(body, `v1=${'0'.repeat(64)},${door.right(body)}`);
    },
  },
  {
    name: 'Grafana: an alert arrives',
    refusal: 'HTTP 200',
    async attempt(scene) {
      const body = alert();
      scene.begin();
      return sendAlert(scene, body, sealed(scene, body));
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

/** That a factor was spent does not show yet that something was decided with it. */
const justTheFactor = { FactorSpent: 1 };

/** The same of what persons have: each is decided, by the pages that the attacks are sent to. */
const fairOnPersons: readonly FactorAttack[] = [
  {
    ...given('ana approves with a code', 'HTTP 303', async (scene, { ana, form, own }) => {
      scene.begin();
      return send(ana, form, scene.code(own.secret));
    }),
    allows: justTheFactor,
  },
  {
    ...given('ana approves with a passkey', 'HTTP 303', async (scene, { ana, form, own }) => {
      scene.begin();
      const assertion = own.passkey.sign(form.fields.challenge);
      return ana.post(form.path, { ...form.fields, assertion });
    }),
    allows: justTheFactor,
  },
  {
    name: 'Enrolment: ana opens her factors with a code from the host',
    refusal: 'HTTP 303',
    async attempt(scene) {
      const ana = await scene.browser('ana');
      const operator = (await scene.stage.stepUps.makeCode('ana'))?.code ?? '';
      scene.begin();
      return ana.post('/factors/unlock', { operator });
    },
  },
  {
    ...proposed('ben confirms what cleo says is hers', 'HTTP 303', async (scene, { path }) => {
      const own = await scene.counting('ben');
      const ben = await scene.browser('ben');
      const { challenge } = fieldsOf(await ben.get(path));
      scene.begin();
      return ben.post(path, { challenge, code: scene.code(own.secret) });
    }),
    allows: justTheFactor,
  },
];

it('what people may do with their factors is decided, by the same pages', async () => {
  const { outcomes } = await runOnPersons(fairOnPersons);
  expect(outcomes.filter(({ accepted, refused }) => !accepted || !refused)).toEqual([]);
}, 60_000);
