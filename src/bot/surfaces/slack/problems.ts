import type { ProblemBook } from '../../../core/problem.ts';

/** Slack's own codes and their words; `docs/problems.md` is made from them. */
export const problems = {
  SLACK_CHANNEL_NOT_FOUND: {
    what: 'The channel {channel} cannot be found in {surface}.',
    changed: 'Nothing was posted there; the default route takes its incidents.',
    why: 'There is no such channel, it is archived, or it is private and the bot is not in it.',
    next: 'Look at the routes of the configuration, or invite the bot to the channel.',
  },
  SLACK_NOT_IN_CHANNEL: {
    what: 'The bot is not in the channel {channel} of {surface}.',
    changed: 'Nothing was posted there; the default route takes its incidents.',
    why: 'It was never invited, or somebody has removed it.',
    next: 'Type `/invite` and the name of the bot in that channel.',
  },
  SLACK_CHANNEL_ARCHIVED: {
    what: 'The channel {channel} of {surface} is archived.',
    changed: 'Nothing was posted there; the default route takes its incidents.',
    why: 'An archived channel takes no messages.',
    next: 'Unarchive it, or name another one in the routes of the configuration.',
  },
  SLACK_SCOPE_MISSING: {
    what: 'The bot may not do this in {surface}: {method}.',
    changed: 'Nothing was changed in Slack.',
    why: 'Its token lacks the scope {needed}.',
    next: 'Apply the manifest of `tocsin slack manifest` to the app and install it again.',
  },
  SLACK_TOKEN_REFUSED: {
    what: 'Slack refuses the bot token of {surface}.',
    changed: 'Nothing was posted.',
    why: 'Slack answered {error}: the token is wrong, was revoked, or the app was removed.',
    next: 'Install the app again and put its token into the configuration.',
  },
  SLACK_APP_TOKEN_REFUSED: {
    what: 'Slack refuses the app token of {surface}.',
    changed: 'Nothing that is typed or pressed in Slack arrives; posts still go out.',
    why: 'Slack answered {error} when a socket was to be opened.',
    next: 'Make an app-level token with `connections:write`, switch Socket Mode on, and put the token into the configuration.',
  },
  SLACK_WRONG_TEAM: {
    what: 'The bot token of {surface} belongs to another workspace.',
    changed: 'Nothing was posted.',
    why: 'The configuration says {team}, Slack says {actual}.',
    next: 'Put the token of the right workspace into the configuration, or correct `team`.',
  },
  SLACK_POSTING_RESTRICTED: {
    what: 'The bot may not post to the channel {channel} of {surface}.',
    changed: 'Nothing was posted there; the default route takes its incidents.',
    why: 'A rule of the workspace forbids it: Slack answered {error}.',
    next: 'Ask whoever administers the workspace to let the bot post there.',
  },
  SLACK_REFUSED: {
    what: 'Slack refused a message in {surface}.',
    changed: 'It was not posted; the console shows it.',
    why: 'Slack answered {error} to {method}.',
    next: 'Report it with this code: what Tocsin renders should never be refused.',
  },
  SLACK_UNREACHABLE: {
    what: 'Slack cannot be reached for {surface}.',
    changed: 'What has not been posted yet waits; nothing is lost.',
    why: '{error}.',
    next: 'Look at the network, the proxy and the status page of Slack. The console works without it.',
  },
  SLACK_GROUP_NOT_FOUND: {
    what: 'A user group of {surface} cannot be asked who is in it.',
    changed: 'Nobody counts by it.',
    why: 'Slack answered {error}: there is no such group, or it is disabled.',
    next: 'Enable it in Slack, or correct `slack_usergroup` in the configuration.',
  },
  SLACK_GROUPS_NOT_IN_PLAN: {
    what: 'User groups of {surface} cannot be asked who is in them.',
    changed: 'Nobody counts by them.',
    why: 'User groups are a feature of paid plans, and this workspace has none.',
    next: 'Write `members:` in the group.',
  },
  SLACK_SOCKET_DOWN: {
    what: 'No socket to Slack is open for {surface}.',
    changed: 'Nothing that is typed or pressed in Slack arrives; posts still go out.',
    why: 'Slack has closed it, or it cannot be opened: {error}.',
    next: 'It is tried again all the time. Use the console until then.',
  },
  SLACK_SOCKET_MODE_OFF: {
    what: 'Socket Mode is switched off for the app of {surface}.',
    changed: 'Nothing that is typed or pressed in Slack arrives; posts still go out.',
    why: 'Slack says that its link is disabled.',
    next: 'Switch Socket Mode on in the settings of the app, or configure `mode: http`.',
  },
  SLACK_STRANGER: {
    what: 'This was not taken.',
    changed: 'Nothing was changed.',
    why: 'Only full members of the workspace are heard: no guests, no bots, nobody of another workspace.',
    next: 'Ask a colleague of this workspace.',
  },
  SLACK_UNKNOWN_MEMBER: {
    what: 'This was not taken.',
    changed: 'Nothing was changed.',
    why: 'Slack did not say whether you are a full member of this workspace.',
    next: 'Try again in a moment, or use the console.',
  },
  SLACK_SIGNATURE_WRONG: {
    what: 'A request to /slack/events was refused.',
    changed: 'Nothing was changed.',
    why: 'No signature on it is by one of the configured signing secrets.',
    next: 'Compare `signing_secret` with the one that Slack shows for the app.',
  },
  SLACK_REQUEST_STALE: {
    what: 'A request to /slack/events was refused.',
    changed: 'Nothing was changed.',
    why: 'Its time is more than five minutes away from ours.',
    next: 'Compare the clock of this host with another one.',
  },
  SLACK_REQUEST_REPLAYED: {
    what: 'A request to /slack/events was refused.',
    changed: 'Nothing was changed a second time.',
    why: 'The same request was taken before.',
    next: 'Nothing, if a proxy repeats requests; otherwise find out who sends it again.',
  },
  SLACK_REQUEST_UNREADABLE: {
    what: 'A request to /slack/events was refused.',
    changed: 'Nothing was changed.',
    why: 'It is too large, or no request of Slack.',
    next: 'Nothing, unless it comes from Slack: then report it with this code.',
  },
  SLACK_CARD_GONE: {
    what: 'This cannot be shown.',
    changed: 'Nothing was changed.',
    why: 'What it belongs to is no longer on the record of open incidents.',
    next: 'Look for it in the console.',
  },
  SLACK_TOO_LARGE_TO_SHOW: {
    what: 'This is too long for Slack, and cannot be approved here.',
    changed: 'Nothing was changed.',
    why: 'An approval counts only where the whole plan is shown.',
    next: 'Open it in the console and decide there.',
  },
  SLACK_OUTPUT_KEPT_PRIVATE: {
    what: 'This is shown to you alone.',
    changed: 'Nothing was changed.',
    why: 'The channel is shared with another organisation, or it is not known whether it is; output never goes there.',
    next: 'Ask in a channel of your own workspace to show it to others.',
  },
} as const satisfies ProblemBook;

export type SlackProblem = keyof typeof problems;
