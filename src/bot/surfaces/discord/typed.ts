import type { DiscordOptions } from './options.ts';

/**
 * What somebody typed, as they typed it: Discord hands mentions and emojis over in its own notation. A person of ours is
 * said by the name that commands know.
 * https://discord.com/developers/docs/reference#message-formatting
 */
export function typedText(text: string, options: DiscordOptions): string {
  return text
    .replaceAll(/<@!?(\d{1,20})>/g, (_whole, user: string) => `@${nameOf(user, options)}`)
    .replaceAll(/<a?(:\w+:)\d{1,20}>/g, '$1');
}

function nameOf(user: string, { application, desk, guild }: DiscordOptions): string {
  if (user === application) return 'tocsin';
  const account = `${guild}/${user}`;
  const people = [...desk.words.names.keys()];
  return people.find((person) => desk.accountsOf(person, 'discord').includes(account)) ?? user;
}
