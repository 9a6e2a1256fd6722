import type { Finding } from '../../../core/ports/target.ts';
import type { Failure } from './client.ts';
import { forGroups, scopes } from './manifest.ts';
import { refusal, slackProblem } from './outcome.ts';
import { channelSchema, socketUrlSchema } from './schema.ts';
import type { Workspace } from './workspace.ts';

/** What an operator wants to know before the night: tokens, scopes, channels, the socket. Nothing is changed. */
export async function checkWorkspace(
  workspace: Workspace,
  { places, asksGroups }: { readonly places: readonly string[]; readonly asksGroups: boolean },
): Promise<readonly Finding[]> {
  const { name, team } = workspace.options;
  const known = await workspace.identity();
  if (!known.ok) {
    const problem =
      'problem' in known ? known.problem : problemOf(workspace, known.failure, 'auth.test', '');
    return [{ check: 'token', facts: {}, problem }];
  }
  const { user, scopes: granted } = known.identity;
  const channels: Finding[] = [];
  for (const place of new Set(places)) channels.push(await checkChannel(workspace, place));
  return [
    { check: 'token', facts: { team, user } },
    scopesFound(name, { granted, asksGroups }),
    ...channels,
    ...(workspace.options.mode === 'socket' ? [await checkSocket(workspace)] : []),
  ];
}

function scopesFound(
  surface: string,
  { granted, asksGroups }: { readonly granted: readonly string[]; readonly asksGroups: boolean },
): Finding {
  const needed = Object.keys(scopes).filter((scope) => asksGroups || scope !== forGroups);
  const missing = needed.filter((scope) => !granted.includes(scope));
  const check = 'scopes';
  if (missing.length === 0) return { check, facts: { granted: granted.length } };
  const facts = { surface, method: missing.map((scope) => scopes[scope]).join('; ') };
  const problem = slackProblem('SLACK_SCOPE_MISSING', { ...facts, needed: missing.join(', ') });
  return { check, facts: { missing: missing.join(', ') }, problem };
}

async function checkChannel(workspace: Workspace, place: string): Promise<Finding> {
  const { name: surface } = workspace.options;
  const check = 'channel';
  const facts = { channel: place };
  const at = { surface, channel: place };
  const found = await workspace.channels.idOf(place);
  if (!found.ok) {
    return {
      check,
      facts,
      problem: problemOf(workspace, found.failure, 'conversations.list', place),
    };
  }
  const gone = { check, facts, problem: slackProblem('SLACK_CHANNEL_NOT_FOUND', at) };
  if (found.value === undefined) return gone;
  const { call } = await workspace.client();
  const called = await call('conversations.info', { channel: found.value }, channelSchema);
  if (!called.ok) {
    const problem = problemOf(workspace, called.failure, 'conversations.info', place);
    return { check, facts, problem };
  }
  const { channel } = called.value;
  if (channel.is_archived) {
    return { check, facts, problem: slackProblem('SLACK_CHANNEL_ARCHIVED', at) };
  }
  if (!channel.is_member) {
    return { check, facts, problem: slackProblem('SLACK_NOT_IN_CHANNEL', at) };
  }
  return { check, facts: { ...facts, id: channel.id, shared: channel.is_ext_shared } };
}

/** An address for a socket is asked for, and not used. */
async function checkSocket({ options, client }: Workspace): Promise<Finding> {
  const { call } = await client();
  const check = 'socket';
  const surface = options.name;
  const args = { token: options.appToken ?? '' };
  const called = await call('apps.connections.open', args, socketUrlSchema);
  if (called.ok) return { check, facts: {} };
  const { failure } = called;
  const error = failure.kind === 'limited' ? 'it is asked too often' : failure.error;
  const code = failure.kind === 'refused' ? 'SLACK_APP_TOKEN_REFUSED' : 'SLACK_SOCKET_DOWN';
  return { check, facts: {}, problem: slackProblem(code, { surface, error }) };
}

function problemOf({ options }: Workspace, failure: Failure, method: string, channel: string) {
  const surface = options.name;
  if (failure.kind === 'refused') return refusal(failure, { surface, method, channel });
  const error = failure.kind === 'limited' ? 'Slack is asked too often' : failure.error;
  return slackProblem('SLACK_UNREACHABLE', { surface, error });
}
