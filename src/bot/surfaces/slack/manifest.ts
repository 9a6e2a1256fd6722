import type { Command } from '../../../handlers/command.ts';
import { within } from './escape.ts';

export interface ManifestOptions {
  /** `/ops`. */
  readonly command: string;
  readonly mode: 'socket' | 'http';
  /** `https://tocsin.example.com`: where Slack calls us in HTTP mode. */
  readonly publicUrl?: string | undefined;
  readonly commands: readonly Pick<Command, 'name' | 'family'>[];
}

/** Needed only where the configuration names a user group. */
export const forGroups = 'usergroups:read';

/** The least that is needed, and what for: `tocsin doctor` compares it with what the token has. */
export const scopes: Readonly<Record<string, string>> = {
  'app_mentions:read': 'lines in the thread of an incident: @tocsin rollback',
  'channels:history':
    'looking for a post of ours after a send that nobody answered, and for a message that is pinned',
  'channels:read': 'channels by their names, and whether others read along',
  'chat:write': 'incidents, and answers to one person',
  commands: 'the slash command and "Pin to timeline"',
  'files:read': 'the images of a message that is pinned',
  'files:write': 'what is too long for a message',
  'groups:history': 'the same in private channels the bot was invited to',
  'groups:read': 'the same in private channels the bot was invited to',
  'reactions:read': 'the pin put on a message',
  [forGroups]: 'who is in a user group that the configuration names',
  'users:read': 'who is a full member: no guests, no bots, no other organisations',
};

/** What Slack tells us of. */
const events = ['app_home_opened', 'app_mention', 'reaction_added', 'user_change'] as const;

/** https://docs.slack.dev/reference/app-manifest */
const manifestLimits = {
  command: 32,
  description: 2_000,
  usageHint: 1_000,
};

/** The app as Slack wants it described; paste it under "From a manifest". */
export function slackManifest({ command, mode, publicUrl, commands }: ManifestOptions): object {
  const url = `${(publicUrl ?? 'https://tocsin.example.com').replace(/\/$/, '')}/slack/events`;
  const called = mode === 'http' ? { url } : {};
  const request = mode === 'http' ? { request_url: url } : {};
  return {
    _metadata: { major_version: 2 },
    display_information: {
      name: 'Tocsin',
      description: 'Incidents, and the commands that end them: planned, approved, on the record.',
      background_color: '#1f2933',
    },
    features: {
      app_home: {
        home_tab_enabled: true,
        messages_tab_enabled: true,
        messages_tab_read_only_enabled: true,
      },
      bot_user: { display_name: 'tocsin', always_online: true },
      slash_commands: [
        {
          command: within(command, manifestLimits.command),
          description: 'Ask, plan and decide; `help` says what there is.',
          usage_hint: within(usageOf(commands), manifestLimits.usageHint),
          should_escape: true,
          ...called,
        },
      ],
      shortcuts: [
        {
          name: 'Pin to timeline',
          type: 'message',
          callback_id: pinShortcut,
          description: 'Keeps this message on the timeline of the incident',
        },
      ],
    },
    oauth_config: { scopes: { bot: Object.keys(scopes) } },
    settings: {
      event_subscriptions: { ...request, bot_events: [...events] },
      interactivity: { is_enabled: true, ...request },
      org_deploy_enabled: false,
      socket_mode_enabled: mode === 'socket',
      token_rotation_enabled: false,
    },
  };
}

export const pinShortcut = 'pin_to_timeline';

/** The verbs that are asked most come first; all of them stand in `help`. */
function usageOf(commands: ManifestOptions['commands']): string {
  const order = ['ops', 'incident', 'change', 'danger'];
  const names = commands
    .toSorted((a, b) => order.indexOf(a.family) - order.indexOf(b.family))
    .map(({ name }) => name);
  return `[${names.join(' | ')}] …`;
}
