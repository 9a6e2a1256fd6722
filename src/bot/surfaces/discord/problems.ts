import type { ProblemBook } from '../../../core/problem.ts';

/** Discord's own codes and their words; `docs/problems.md` is made from them. */
export const problems = {
  DISCORD_TOKEN_REFUSED: {
    what: 'Discord does not take the bot token.',
    changed: 'Nothing was changed; what should be shown in Discord waits.',
    why: 'It answered 401: the token was reset, or is cut short.',
    next: 'Make a new token on the page Bot of the application, put it where the configuration reads it, and restart.',
  },
  DISCORD_CALLS_STOPPED: {
    what: 'Calls to Discord rest for a while.',
    changed: 'Nothing was changed; what should be shown in Discord waits.',
    why: '{count} calls within ten minutes were refused for a missing right or a limit, and 10,000 would have this address banned.',
    next: 'Run `tocsin doctor` and give the bot the rights that it names.',
  },
  DISCORD_UNREACHABLE: {
    what: 'Discord cannot be reached.',
    changed: 'Nothing was changed; what should be shown in Discord waits.',
    why: 'The last call got no answer: {error}.',
    next: 'Look at https://discordstatus.com and at the proxy of this host.',
  },
  DISCORD_CHANNEL_UNKNOWN: {
    what: 'There is no channel `{place}`.',
    changed: 'Nothing was posted there.',
    why: 'The guild has no text channel of that name or id that the bot can see.',
    next: 'Create it, let the bot see it, or change the name in `routes`.',
  },
  DISCORD_CHANNEL_CLOSED: {
    what: 'The bot cannot see the channel `{place}`.',
    changed: 'Nothing was posted there.',
    why: 'Discord answered {code} ({message}): the bot was removed from the guild or from the channel.',
    next: 'Invite it again, or give its role View Channel there.',
  },
  DISCORD_RIGHTS_MISSING: {
    what: 'The bot lacks rights in `{place}`.',
    changed: 'Nothing was posted there.',
    why: 'What it lacks: {rights}.',
    next: 'Give them to its role in the guild, or in that channel; `tocsin doctor` names each.',
  },
  DISCORD_THREAD_LOCKED: {
    what: 'A thread in `{place}` is locked.',
    changed: 'Nothing was posted in it; the console shows it.',
    why: 'Only who may manage threads writes in a locked one.',
    next: 'Unlock it, or give the bot Manage Threads.',
  },
  DISCORD_REFUSED: {
    what: 'Discord refused a message for `{place}`.',
    changed: 'Nothing was posted.',
    why: 'It answered {status}, code {code}: {message}.',
    next: 'Look at the incident in the console; if AutoMod did it, let the bot pass.',
  },
  DISCORD_WHISPER_REFUSED: {
    what: 'This person cannot be written to alone.',
    changed: 'Nothing was sent.',
    why: 'They take no direct messages from members of the guild, or have blocked the bot (code {code}).',
    next: 'Use `/ops line` in a channel: the answer is seen by you alone.',
  },
  DISCORD_GATEWAY_CLOSED: {
    what: 'Discord has closed the gateway for this bot.',
    changed: 'Presses and commands in Discord are not heard; cards are still shown.',
    why: 'It closed the connection with code {code}: {reason}.',
    next: 'Mend what the reason names, and restart; it is not tried again until then.',
  },
  DISCORD_GATEWAY_DOWN: {
    what: 'The connection to the gateway of Discord is down.',
    changed:
      'Presses and commands in Discord are not heard until it is back; cards are still shown.',
    why: 'It is being made anew: {reason}.',
    next: 'Nothing, unless it stays so for minutes: then look at https://discordstatus.com and at the proxy.',
  },
  DISCORD_NOT_IN_GUILD: {
    what: 'The bot is not in the guild {guild}.',
    changed: 'Nothing was changed.',
    why: 'Discord answered {code} ({message}).',
    next: 'Invite it by the address that `docs/surfaces/discord.md` shows.',
  },
  DISCORD_ROLE_UNKNOWN: {
    what: 'The guild {guild} has no role {role}.',
    changed: 'Nobody counts by it.',
    why: 'It was deleted, or its id is another one.',
    next: 'Correct `discord_role` in the configuration.',
  },
  DISCORD_APPLICATION_OTHER: {
    what: 'The token belongs to another application.',
    changed: 'Nothing was changed.',
    why: 'It is of {found}, and the configuration says {application}.',
    next: 'Take both from the same application.',
  },
  DISCORD_KEY_OTHER: {
    what: 'The public key is not the one of this application.',
    changed: 'Nothing was changed; Discord would be refused at the door.',
    why: '`public_key` differs from what the application says of itself.',
    next: 'Copy it anew from the page General Information of the application.',
  },
  DISCORD_COMMANDS_OTHER: {
    what: 'The commands in the guild are not those of this version.',
    changed: 'Nothing was changed.',
    why: 'They differ in: {names}.',
    next: 'Run `tocsin discord register`; a start does it too.',
  },
  DISCORD_COMMANDS_REFUSED: {
    what: 'The commands could not be registered.',
    changed: 'The commands in the guild are what they were.',
    why: 'Discord answered {status}, code {code}: {message}.',
    next: 'Invite the bot with the scope applications.commands, and run `tocsin discord register`.',
  },
  DISCORD_ELSEWHERE: {
    what: 'This bot does not answer here.',
    changed: 'Nothing was changed.',
    why: 'It works for the channels of one guild: no direct messages, and no other guild.',
    next: 'Do it in a channel of the guild that the bot is for.',
  },
  DISCORD_DIRECT: {
    what: 'Something was done in a direct message to the bot.',
    changed: 'Nothing was changed, and nothing is kept of it.',
    why: 'A direct message belongs to no guild, so nobody can be known by it.',
    next: 'Nothing; it is only counted.',
  },
  DISCORD_GUILD_OTHER: {
    what: 'Something was done in another guild.',
    changed: 'Nothing was changed, and nothing is kept of it.',
    why: 'The bot was invited to a guild that the configuration does not name.',
    next: 'Take the bot out of that guild, and switch Public Bot off on the page of the application.',
  },
  DISCORD_BOT: {
    what: 'Another bot or a webhook spoke to the bot.',
    changed: 'Nothing was changed, and nothing is kept of it.',
    why: 'Only people ask and decide.',
    next: 'Nothing; it is only counted.',
  },
  DISCORD_SIGNATURE: {
    what: 'A call in the name of Discord was refused at the door.',
    changed: 'Nothing was changed.',
    why: 'It is not signed by the key of the application. Discord tries this itself, to see that it is refused.',
    next: 'If it happens all the time, compare `public_key` with the page General Information.',
  },
  DISCORD_REQUEST_OLD: {
    what: 'A call of Discord was refused at the door.',
    changed: 'Nothing was changed.',
    why: 'It was signed longer ago than its token lives: somebody says again what was said before, or the clocks differ.',
    next: 'Compare the clock of this machine with the time of day.',
  },
  DISCORD_UNREADABLE: {
    what: 'Discord told of something that cannot be read.',
    changed: 'Nothing was changed.',
    why: 'It has another form than the one that is documented.',
    next: 'Look for a newer version of Tocsin.',
  },
  DISCORD_BUTTON_OUT_OF_DATE: {
    what: 'This button is out of date.',
    changed: 'Nothing was changed.',
    why: 'What it stands for is no longer on the card.',
    next: 'Press what the card shows now, or type the command.',
  },
  DISCORD_FORM_OUT_OF_DATE: {
    what: 'This form is out of date.',
    changed: 'Nothing was changed.',
    why: 'The program was restarted, or too much time went by, since it was opened.',
    next: 'Type the command again.',
  },
  DISCORD_PIN_EMPTY: {
    what: 'There is nothing to pin in this message.',
    changed: 'Nothing was changed.',
    why: 'It has no text and no image that could be kept.',
    next: 'Pin another message, or type `note` with what matters.',
  },
  DISCORD_PIN_NOWHERE: {
    what: 'This message belongs to no incident.',
    changed: 'Nothing was changed.',
    why: 'It stands outside the threads of incidents.',
    next: 'Pin a message in the thread of an incident.',
  },
} as const satisfies ProblemBook;

export type DiscordProblem = keyof typeof problems;
