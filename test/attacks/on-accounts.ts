import { type Browser, fieldsOf } from '../support/console-browser.ts';
import { type FactorAttack, type FactorScene, programSays, send } from './factor-attack.ts';

const account = { surface: 'slack/main', account: 'T01/U09' };

/** Cleo has said that an account is hers; it counts once an identity admin has confirmed it with a factor. */
export function proposed(
  name: string,
  refusal: string,
  attempt: (scene: FactorScene, link: Link) => ReturnType<FactorAttack['attempt']>,
): FactorAttack {
  return {
    name: `Accounts: ${name}`,
    refusal,
    async attempt(scene) {
      const { code, link } = await propose(scene, 'cleo');
      return attempt(scene, { code, link, path: `/accounts/${link}/confirm` });
    },
  };
}

export interface Link {
  readonly code: string;
  readonly link: string;
  readonly path: string;
}

function offered({ stage }: FactorScene): string {
  const offer = stage.small.bot.desk.identity?.offer(account);
  if (!offer || !('until' in offer)) throw new Error('no code');
  return offer.code;
}

async function propose(scene: FactorScene, person: string) {
  const code = offered(scene);
  const { stage } = scene;
  await stage.small.says(person, `link ${code}`);
  const link = stage.small.bot.desk.identity?.links(person)[0]?.link;
  if (link === undefined) throw new Error(`no account of ${person} is proposed`);
  return { code, link };
}

/** The factor is used up by it, and nothing else comes of it. */
function confirmedByOneself(name: string, person: string): FactorAttack {
  return {
    name: `Accounts: ${name}`,
    refusal: 'LINK_CONFIRM_OWN',
    allows: { FactorSpent: 1 },
    async attempt(scene) {
      const own = await scene.counting(person);
      const { link } = await propose(scene, person);
      const path = `/accounts/${link}/confirm`;
      const browser = await scene.browser(person);
      const { challenge } = fieldsOf(await browser.get(path));
      scene.begin();
      return browser.post(path, { challenge, code: scene.code(own.secret) });
    },
  };
}

const says = (of: Browser, line: string) => of.post('/incidents/', { line });

const guesses = Array.from({ length: 12 }, (_, n) => `${'ABCDEFGHJKLM'[n]}`.repeat(8));

/** How an account becomes somebody's that is not. */
export const accountAttacks: readonly FactorAttack[] = [
  confirmedByOneself('the person confirms it, with a factor', 'cleo'),
  confirmedByOneself('an identity admin confirms one of their own, with a factor', 'ben'),
  proposed('a typed line confirms it', 'LINK_CONFIRM_FACTOR', async (scene, { link }) => {
    await scene.counting('ben');
    const ben = await scene.browser('ben');
    scene.begin();
    return says(ben, `link confirm=${link}`);
  }),
  proposed(
    'a session out of a chat confirms it',
    'STEP_UP_CHAT_SESSION',
    async (scene, { path }) => {
      const own = await scene.counting('ben');
      const { challenge } = fieldsOf(await (await scene.browser('ben')).get(path));
      const chat = await scene.browser('ben', 'T01/ben');
      scene.begin();
      return chat.post(path, { challenge, code: scene.code(own.secret) });
    },
  ),
  proposed(
    'a token of the API confirms it',
    'PERSON_NOT_BOUND',
    async ({ stage, begin }, { link }) => {
      const { operation } = await stage.asks();
      begin();
      return programSays(stage, `link confirm=${link}`, operation);
    },
  ),
  proposed('a code that has approved confirms it', 'STEP_UP_USED', async (scene, { path }) => {
    const own = await scene.counting('ben');
    const ben = await scene.browser('ben');
    await send(ben, await scene.form(ben), scene.code(own.secret));
    const { challenge } = fieldsOf(await ben.get(path));
    scene.begin();
    return ben.post(path, { challenge, code: scene.code(own.secret) });
  }),
  proposed(
    'what was given for a plan confirms it',
    'STEP_UP_CHALLENGE',
    async (scene, { path }) => {
      const own = await scene.counting('ben');
      const ben = await scene.browser('ben');
      const { fields } = await scene.form(ben);
      scene.begin();
      return ben.post(path, { challenge: fields.challenge, code: scene.code(own.secret) });
    },
  ),
  proposed(
    'a page of another site confirms it',
    'CONSOLE_WRONG_ORIGIN',
    async (scene, { path }) => {
      const own = await scene.counting('ben');
      const ben = await scene.browser('ben');
      const { challenge } = fieldsOf(await ben.get(path));
      scene.begin();
      const form = { challenge, code: scene.code(own.secret) };
      return ben.post(path, form, { Origin: 'https://evil.example' });
    },
  ),
  proposed('the form that confirmed, once more', 'HTTP 404', async (scene, { path }) => {
    const own = await scene.counting('ben');
    const ben = await scene.browser('ben');
    const { challenge } = fieldsOf(await ben.get(path));
    const form = { challenge, code: scene.code(own.secret) };
    await ben.post(path, form);
    scene.begin();
    return ben.post(path, form);
  }),
  proposed(
    'a code that was used is said by another',
    'LINK_CODE_WRONG',
    async (scene, { code }) => {
      const ana = await scene.browser('ana');
      scene.begin();
      return says(ana, `link ${code}`);
    },
  ),
  {
    name: 'Accounts: a code after its time',
    refusal: 'LINK_CODE_WRONG',
    async attempt(scene) {
      const code = offered(scene);
      await scene.stage.clock.passes(11 * 60_000);
      const ana = await scene.browser('ana');
      scene.begin();
      return says(ana, `link ${code}`);
    },
  },
  {
    name: 'Accounts: codes are guessed, and the right one comes too late',
    refusal: 'LINK_TRIES',
    async attempt(scene) {
      const code = offered(scene);
      const ana = await scene.browser('ana');
      scene.begin();
      for (const guess of guesses) await says(ana, `link ${guess}`);
      return says(ana, `link ${code}`);
    },
  },
];
