import { eventually } from '../support/eventually.ts';
import type { Attack, Scene } from './attack.ts';
import type { Planned } from './hands.ts';

const form = (fields: Readonly<Record<string, string>>) => new URLSearchParams(fields).toString();
const formType = {
  'content-type': 'application/x-www-form-urlencoded',
  accept: 'application/json',
};

const approval = (plan: Planned, more: Readonly<Record<string, string>> = {}) =>
  form({
    kind: 'approve',
    operation: plan.operation,
    hash: plan.hash,
    shown: 'a'.repeat(64),
    cause: '',
    ...more,
  });

/** A press of ben's on the console that would count, sent in a way that must not. */
function posted(
  name: string,
  refusal: string | readonly string[],
  how: (scene: Scene) => Promise<Readonly<Record<string, string>>>,
): Attack {
  return {
    name: `Console: ${name}`,
    refusal,
    async attempt(scene) {
      const { hands, world, begin } = scene;
      const plan = await hands.plan();
      const cookie = await world.signIn('ben');
      const headers = { ...formType, cookie, origin: world.console, ...(await how(scene)) };
      begin();
      return hands.http(`${world.console}/incidents/${plan.operation}`, {
        method: 'POST',
        headers,
        body: approval(plan),
      });
    },
  };
}

/** A form that is sent as the console sends it, by whoever may not, or with a field that was changed. */
function pressed(
  name: string,
  refusal: string,
  {
    by = 'ben',
    fields = {},
  }: { readonly by?: string; readonly fields?: Readonly<Record<string, string>> },
): Attack {
  return {
    name: `Console: ${name}`,
    refusal,
    async attempt({ hands, world, begin }) {
      const plan = await hands.plan();
      const headers = { ...formType, origin: world.console, cookie: await world.signIn(by) };
      begin();
      return hands.http(`${world.console}/incidents/${plan.operation}`, {
        method: 'POST',
        headers,
        body: approval(plan, fields),
      });
    },
  };
}

/** A line of a program, in the thread of a plan. */
function spoken(
  name: string,
  refusal: string | readonly string[],
  line: (plan: Planned) => string,
  token?: string,
): Attack {
  return {
    name: `API: ${name}`,
    refusal,
    async attempt({ hands, world, begin }) {
      const plan = await hands.plan();
      begin();
      return hands.http(`${world.console}/api/v1/incidents/${plan.operation}/lines`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${token ?? world.keys.api}`,
        },
        body: JSON.stringify({ line: line(plan) }),
      });
    },
  };
}

const firing = (labels: Readonly<Record<string, string>>) => ({
  version: '4',
  groupKey: JSON.stringify(labels),
  status: 'firing',
  groupLabels: {},
  commonLabels: {},
  alerts: [{ status: 'firing', labels, annotations: {}, startsAt: '2026-11-26T00:00:00Z' }],
});

/** A body that would open an incident, with credentials that are none. */
function knocked(name: string, headers: Readonly<Record<string, string>>): Attack {
  return {
    name: `Webhook: ${name}`,
    refusal: 'WEBHOOK_UNAUTHENTICATED',
    async attempt({ hands, begin }) {
      begin();
      return hands.webhook(firing({ alertname: 'Made up', severity: 'critical' }), headers);
    },
  };
}

export const webAttacks: readonly Attack[] = [
  posted('a page of another site posts with the cookie', 'CONSOLE_WRONG_ORIGIN', async () => ({
    origin: 'https://evil.example',
  })),
  posted('a page without an origin, from across sites', 'CONSOLE_WRONG_ORIGIN', async () => ({
    origin: 'null',
    'sec-fetch-site': 'cross-site',
  })),
  posted('a page of a neighbour under the same domain', 'CONSOLE_WRONG_ORIGIN', async () => ({
    'sec-fetch-site': 'same-site',
  })),
  posted('a name that leads here by DNS', 'CONSOLE_WRONG_HOST', async () => ({
    host: 'evil.example',
    origin: 'http://evil.example',
  })),
  posted('nobody is signed in', 'CONSOLE_SIGNED_OUT', async () => ({ cookie: '' })),
  posted('a cookie that was made up', 'CONSOLE_SIGNED_OUT', async () => ({
    cookie: `__Host-tocsin=${'a'.repeat(32)}.${'b'.repeat(43)}`,
  })),
  posted('two cookies of one name', 'CONSOLE_SIGNED_OUT', async ({ world }) => {
    const cookie = await world.signIn('ben');
    return { cookie: `${cookie}; ${cookie}` };
  }),
  posted('the person pretends to be another by a header', 'CONSOLE_SIGNED_OUT', async () => ({
    cookie: '',
    'tocsin-as': 'ben',
  })),
  posted('a form that a simple request can send', 'CONSOLE_BODY_TYPE', async () => ({
    'content-type': 'text/plain',
  })),
  {
    name: 'Console: a session that was ended everywhere',
    refusal: 'CONSOLE_SIGNED_OUT',
    async attempt({ hands, world, begin }) {
      const plan = await hands.plan();
      const stolen = await world.signIn('ben');
      const headers = { ...formType, origin: world.console, cookie: await world.signIn('ben') };
      await hands.http(`${world.console}/sign-out/everywhere`, {
        method: 'POST',
        headers,
        body: '',
      });
      begin();
      return hands.http(`${world.console}/incidents/${plan.operation}`, {
        method: 'POST',
        headers: { ...headers, cookie: stolen },
        body: approval(plan),
      });
    },
  },
  pressed('who asked on Slack approves', 'APPROVE_OWN_REQUEST', { by: 'ana' }),
  pressed('the hash in the form is another', 'PLAN_HASH_DIFFERS', {
    fields: { hash: '0'.repeat(64) },
  }),
  pressed('a plan that nobody has looked at', 'CONSOLE_PLAN_UNSEEN', { fields: { shown: '' } }),
  {
    name: 'Console: a one-time link, once more',
    refusal: 'CONSOLE_LINK_USED',
    async attempt({ hands, world, begin }) {
      const token = await world.linkFor('ben');
      const sent = {
        method: 'POST',
        headers: { ...formType, origin: world.console },
        body: form({ token }),
      };
      await hands.http(`${world.console}/sign-in`, sent);
      begin();
      return hands.http(`${world.console}/sign-in`, sent);
    },
  },
  {
    name: 'Console: a link after its time',
    refusal: 'CONSOLE_LINK_EXPIRED',
    async attempt({ hands, world, begin }) {
      const token = await world.linkFor('ben');
      world.clock.passes(60 * 60_000);
      begin();
      return hands.http(`${world.console}/sign-in`, {
        method: 'POST',
        headers: { ...formType, origin: world.console },
        body: form({ token }),
      });
    },
  },
  {
    name: 'Console: links are guessed, from addresses that are made up',
    refusal: 'CONSOLE_TOO_MANY',
    async attempt({ hands, world, begin }) {
      begin();
      let told = { status: 0, text: '' };
      for (let turn = 0; turn < 15; turn += 1) {
        told = await hands.http(`${world.console}/sign-in`, {
          method: 'POST',
          headers: { ...formType, origin: world.console, 'x-forwarded-for': `10.0.0.${turn}` },
          body: form({ token: 'x'.repeat(42) + String(turn % 10) }),
        });
      }
      return told;
    },
  },
  {
    name: 'Console: a body of more than it takes',
    refusal: ['CONSOLE_BODY_TOO_LARGE', 'HTTP 413'],
    async attempt({ hands, world, begin }) {
      const headers = { ...formType, origin: world.console, cookie: await world.signIn('ben') };
      begin();
      return hands.http(`${world.console}/incidents/`, {
        method: 'POST',
        headers,
        body: form({ line: 'x'.repeat(20_000) }),
      });
    },
  },
  spoken(
    'a token approves',
    'CONSOLE_TOKEN_APPROVES',
    ({ operation, hash }) => `approve ${operation} ${hash.slice(0, 10)}`,
  ),
  spoken(
    'a token approves, in capitals and with a slash',
    'CONSOLE_TOKEN_APPROVES',
    (plan) => `  /OPS   APPROVE ${plan.operation} ${plan.hash.slice(0, 10)}`,
  ),
  spoken(
    'a token approves behind a character that nobody sees',
    ['CONSOLE_TOKEN_APPROVES', 'PERSON_NOT_BOUND', 'VERB_UNKNOWN_NEAR'],
    ({ operation, hash }) => `\u200bapprove ${operation} ${hash.slice(0, 10)}`,
  ),
  spoken(
    'a token settles',
    'CONSOLE_TOKEN_APPROVES',
    ({ operation }) => `settle ${operation} done`,
  ),
  spoken(
    'a token asks for a change in nobody’s name',
    'PERSON_NOT_BOUND',
    () => 'scale checkout 4 env=production',
  ),
  spoken('a token that is none', 'CONSOLE_TOKEN_REFUSED', () => 'status', 'guessed'),
  {
    name: 'API: keys of the prototype in a line',
    refusal: ['PERSON_NOT_BOUND', 'CONSOLE_BODY_UNREADABLE'],
    async attempt({ hands, world, begin }) {
      const plan = await hands.plan();
      begin();
      return hands.http(`${world.console}/api/v1/incidents/${plan.operation}/lines`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${world.keys.api}`,
        },
        body: '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"line":"status"}',
      });
    },
  },
  knocked('no credential', {}),
  knocked('a wrong bearer', { authorization: 'Bearer webhook-bearer-0124' }),
  knocked('the right one cut', { authorization: 'Bearer webhook-bearer-012' }),
  knocked('the right one as a password', {
    authorization: `Basic ${Buffer.from('webhook-bearer-0123:').toString('base64')}`,
  }),
  knocked('the right one in another header', { 'x-authorization': 'Bearer webhook-bearer-0123' }),
  {
    name: 'Webhook: a body of more than it takes',
    refusal: ['WEBHOOK_TOO_LARGE', 'HTTP 413', 'HTTP 0'],
    async attempt({ hands, begin }) {
      begin();
      return hands.webhook(firing({ alertname: 'x'.repeat(70_000) }));
    },
  },
  {
    name: 'Webhook: keys of the prototype among the labels',
    refusal: 'HTTP 200',
    allows: { AlertsFired: 1 },
    async attempt({ hands, begin }) {
      begin();
      const body = JSON.stringify(firing({ alertname: 'Proto', polluted: '1' }));
      return hands.webhook(body.replace('"polluted":"1"', '"__proto__":"x","constructor":"y"'));
    },
  },
  {
    name: 'Webhook: an alert is about a service whose name only looks like ours',
    refusal: 'HTTP 200',
    allows: { AlertsFired: 2 },
    holds: ({ world }) => alike(world).every(({ service }) => service === ''),
    async attempt({ hands, world, begin }) {
      begin();
      // A Cyrillic letter; a letter that nobody sees.
      await hands.webhook(firing({ alertname: 'Alike', app: '\u0441heckout' }));
      const told = await hands.webhook(firing({ alertname: 'Alike', app: 'checkout\u200b' }));
      await eventually('both are open', () => alike(world).length === 2);
      return told;
    },
  },
  {
    name: 'Webhook: an alert turns the text of its card around and pings everybody',
    refusal: 'HTTP 200',
    allows: { AlertsFired: 1 },
    holds: ({ world }) => !/[\u202a-\u202e\u2066-\u2069]/.test(shown(world)) && !pings(world),
    async attempt({ hands, world, begin }) {
      begin();
      const told = await hands.webhook(
        firing({ alertname: 'Turned\u202eDEVLOSER<!channel>', severity: 'critical' }),
      );
      await eventually('it is shown', () => shown(world).includes('Turned'));
      return told;
    },
  },
];

function alike({ bot }: Scene['world']) {
  return bot.desk
    .openIncidents()
    .map(({ opened }) => opened)
    .filter(({ title }) => title === 'Alike');
}

/** What stands on Slack, as its server was sent it. */
function shown({ slack }: Scene['world']): string {
  return slack.calls.map(({ args }) => JSON.stringify(args)).join('\n');
}

/** What Slack reads marks in; text within a block is shown as it is. */
function pings({ slack }: Scene['world']): boolean {
  return slack.calls.some(({ args }) => String(args['text'] ?? '').includes('<!channel>'));
}
