import { eventually } from '../support/eventually.ts';
import type { Attack, Scene } from './attack.ts';
import type { HttpTold } from './hands.ts';

interface Standing {
  readonly incident: string;
  readonly proposal: string;
  /** Of its card, as the platform names it. */
  readonly ref: string;
}

let drawn = 0;

/** An incident, and a proposal of a program in it whose card stands on the surface. */
async function standing({ world, hands }: Scene, surface?: string): Promise<Standing> {
  drawn += 1;
  const before = new Set(world.bot.engine.readings.incidents.keys());
  await hands.slack.command('ana', `declare "it is slow ${drawn}" for=checkout`);
  const incident = await eventually('the incident', () =>
    [...world.bot.engine.readings.incidents.keys()].find((id) => !before.has(id)),
  );
  const made = await world.bot.proposals.propose({
    proposer: { kind: 'token', name: `deploys-${drawn}` },
    ...{ incident, line: 'scale checkout 4 env=production', why: 'it is slow', key: '' },
    until: world.clock.now() + 60 * 60_000,
  });
  if ('code' in made) throw new Error(made.code);
  const { proposal } = made.proposal;
  if (surface === undefined) return { incident, proposal, ref: '' };
  const ref = await eventually(`its card on ${surface}`, async () => {
    const posts = await world.bot.engine.posts(incident);
    const found = posts[`${surface} proposal/${proposal}`]?.ref;
    // What a platform allows by the second is not what is waited for here.
    if (!found) world.clock.passes(200);
    return found || undefined;
  });
  return { incident, proposal, ref };
}

/** Somebody presses Request on the card in Slack. */
function pressed(
  name: string,
  refusal: string,
  more: {
    readonly who?: string;
    readonly before?: (scene: Scene, it: Standing) => Promise<unknown>;
    readonly with?: (it: Standing) => Partial<Standing>;
  } = {},
): Attack {
  return {
    name: `Proposal, Slack: ${name}`,
    refusal,
    async attempt(scene) {
      const real = await standing(scene, 'slack/main');
      await more.before?.(scene, real);
      const { incident, proposal, ref } = { ...real, ...more.with?.(real) };
      scene.begin();
      const press = { kind: 'line', line: `request ${proposal}`, incident } as const;
      const on = { ref, thread: incident, key: `proposal/${real.proposal}` };
      return scene.hands.slack.press(more.who ?? 'ben', press, on);
    },
  };
}

function overDiscord(
  name: string,
  refusal: string,
  before: (scene: Scene, it: Standing) => Promise<unknown>,
): Attack {
  return {
    name: `Proposal, Discord: ${name}`,
    refusal,
    async attempt(scene) {
      const real = await standing(scene, 'discord/main');
      await before(scene, real);
      scene.begin();
      const id = `line:${real.incident}:request ${real.proposal}`;
      return scene.hands.discord.press('ben', id, { ref: real.ref });
    },
  };
}

const resolved = async ({ world, hands }: Scene, { incident }: Standing) => {
  await hands.slack.command('ana', `resolve incident=${incident}`);
  await eventually('it is resolved', async () => {
    return (await world.bot.engine.incident(incident))?.status === 'resolved';
  });
};

const withdrawn = ({ world }: Scene, { incident, proposal }: Standing) => {
  const proposer = { kind: 'token', name: `deploys-${drawn}` } as const;
  return world.bot.proposals.withdraw({ incident, proposal, proposer, why: 'it is well' });
};

const asToken = (line: (it: Standing) => string, name: string): Attack => ({
  name: `Proposal, API: ${name}`,
  refusal: 'CONSOLE_TOKEN_APPROVES',
  called: true,
  async attempt(scene): Promise<HttpTold> {
    const real = await standing(scene);
    scene.begin();
    return scene.hands.http(`${scene.world.console}/api/v1/incidents/${real.incident}/lines`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${scene.world.keys.api}`,
      },
      body: JSON.stringify({ line: line(real) }),
    });
  },
});

export const proposalAttacks: readonly Attack[] = [
  pressed('somebody whom no rule lets ask', 'NOT_A_REQUESTER', { who: 'cleo' }),
  pressed('a guest', 'SLACK_STRANGER', { who: 'guest' }),
  pressed('a bot', 'SLACK_STRANGER', { who: 'bot' }),
  pressed('a message that the bot token posted has the button', 'BUTTON_NOT_OURS', {
    with: () => ({ ref: 'C0:1795143600.000009' }),
  }),
  pressed('one that does not exist', 'PROPOSAL_UNKNOWN', {
    with: () => ({ proposal: 'pr-0000000000' }),
  }),
  pressed('one that has expired', 'PROPOSAL_EXPIRED', {
    before: async ({ world }) => world.clock.passes(61 * 60_000),
  }),
  pressed('one that was taken back', 'PROPOSAL_WITHDRAWN', { before: withdrawn }),
  pressed('one of an incident that is over', 'PROPOSAL_INCIDENT_OVER', { before: resolved }),
  overDiscord('one that was taken back', 'PROPOSAL_WITHDRAWN', withdrawn),
  overDiscord('one of an incident that is over', 'PROPOSAL_INCIDENT_OVER', resolved),
  asToken(({ proposal }) => `request ${proposal}`, 'a token presses what it proposed itself'),
  asToken(({ proposal }) => `dismiss ${proposal}`, 'a token dismisses what another one proposed'),
];
