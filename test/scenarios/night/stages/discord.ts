import { expect } from 'vitest';
import {
  type Asked,
  type FakeChannel,
  type FakeMessage,
  type FakePerson,
  startFakeDiscord,
} from '../../../fakes/discord/index.ts';
import type { TurningClock } from '../../../fakes/turning-clock.ts';
import { eventually } from '../../../support/eventually.ts';
import { connectionsOf } from './connections.ts';
import { people, type Stage, type StageMessage, type StageThread, strangers } from './stage.ts';

/** Discord, with people who sit in #ops. Through the gateway, as the bot comes up by default. */
export async function discordStage(clock: TurningClock): Promise<Stage> {
  const discord = await startFakeDiscord({ clock });
  const guild = discord.addGuild('shop');
  const ops = guild.addChannel('ops');
  const persons = new Map(
    [...people, ...strangers].map((name) => [name, guild.addPerson(name === '' ? 'nobody' : name)]),
  );

  const person = (name: string): FakePerson => {
    const found = persons.get(name);
    if (!found) throw new Error(`nobody is called ${name}`);
    return found;
  };

  /** What the one who asked has before their eyes, once the bot has filled it in. */
  async function seen(asked: Asked): Promise<string> {
    const answer = await asked.answered;
    if (answer.outcome === 'failed') return 'This interaction failed';
    if (answer.outcome === 'modal') return answer.sees;
    return eventually('the answer', () => {
      const shown = [answer.message, ...answer.followups].filter((one) => one !== undefined);
      if (shown.some(({ loading }) => loading)) return undefined;
      const text = shown.map((one) => one.text).join('\n');
      return text !== '' && text;
    });
  }

  async function says(where: FakeChannel, name: string, line: string): Promise<string> {
    await eventually('the commands are registered', () => guild.commands().length > 0);
    return seen(person(name).uses(where, '/ops line', { line }));
  }

  function threadOf(root: FakeMessage): StageThread {
    return {
      id: root.id,
      messages: async () =>
        [root, ...(root.thread?.messages() ?? [])].filter(({ byBot }) => byBot).map(messageOf),
      says: (name, line) => says(root.thread ?? ops, name, line),
    };
  }

  function messageOf(message: FakeMessage): StageMessage {
    return {
      id: message.id,
      get text() {
        return message.text;
      },
      get buttons() {
        return message.buttons.map(({ label }) => label);
      },
      async presses(name, button) {
        const asked = person(name).presses(message, button);
        const answer = await seen(asked);
        const confirm = asked.message?.buttons.find(
          ({ label }) => label === button || label === 'Confirm',
        );
        // What is dangerous opens a rendering made for the press, and what is pressed there counts.
        return confirm && asked.message
          ? seen(person(name).presses(asked.message, confirm.label))
          : answer;
      },
    };
  }

  return {
    name: 'discord',
    config: {
      surfaces: `  discord: { main: { guild: "${guild.id}", application: "${discord.applicationId}", token: \${env:DISCORD_TOKEN}, api: ${discord.api} } }`,
      accounts: (name) => `, discord: "${guild.id}/${person(name).id}"`,
      route: ', discord: main/ops',
      env: { DISCORD_TOKEN: discord.token },
      places: {},
    },
    open: connectionsOf('discord'),
    threads: async () =>
      ops
        .messages()
        .filter(({ byBot }) => byBot)
        .map(threadOf),
    says: (name, line) => says(ops, name, line),
    isInOrder() {
      expect(
        discord.failed().map(({ deed }) => deed),
        'every press is answered in time',
      ).toEqual([]);
    },
    close: () => discord.close(),
  };
}
