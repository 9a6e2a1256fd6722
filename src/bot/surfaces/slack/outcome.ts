import type { Ensured } from '../../../core/ports/surface.ts';
import { type Facts, type Problem, problem } from '../../../core/problem.ts';
import type { Failure } from './client.ts';
import type { SlackProblem } from './problems.ts';

export type NotEnsured = Exclude<Ensured, { readonly ok: true }>;

/** What was attempted, for the words of a problem. */
export interface Attempt {
  readonly surface: string;
  readonly method: string;
  /** As the configuration names it. */
  readonly channel: string;
}

/**
 * How long after we have given up a request may still be applied. Slack says nothing about it; its own clients give up
 * after seconds, and a request that was cut has been seen to be applied ten seconds later.
 */
export const landsWithinMs = 20_000;

export function notEnsured(failure: Failure, attempt: Attempt, waitMs: number): NotEnsured {
  switch (failure.kind) {
    case 'limited':
      return { ok: false, why: 'wait', afterMs: failure.afterMs };
    case 'unsent':
      return { ok: false, why: 'wait', afterMs: waitMs };
    case 'unanswered':
      return { ok: false, why: 'unknown', landsWithinMs };
    case 'refused':
      return refused(failure, attempt);
    default:
      return failure satisfies never;
  }
}

/** The codes by name: https://docs.slack.dev/reference/methods/chat.postMessage and chat.update */
function refused(failure: Extract<Failure, { kind: 'refused' }>, attempt: Attempt): NotEnsured {
  if (gone.has(failure.error)) return { ok: false, why: 'gone' };
  if (worn.has(failure.error)) return { ok: false, why: 'worn' };
  // Every channel is refused alike: nothing is moved for it, and it is tried again until the token is mended.
  if (isTokenRefused(failure)) return { ok: false, why: 'wait', afterMs: tokenAgainMs };
  const why =
    lost[failure.error] === undefined && !isRestriction(failure.error) ? 'refused' : 'lost';
  return { ok: false, why, problem: refusal(failure, attempt) };
}

const tokenAgainMs = 30_000;

/** Slack takes our token no more, whatever it is asked. */
export function isTokenRefused(failure: Failure): boolean {
  return failure.kind === 'refused' && lost[failure.error] === 'SLACK_TOKEN_REFUSED';
}

/** A refusal in our own words. */
export function refusal(
  { error, needed }: Pick<Extract<Failure, { kind: 'refused' }>, 'error' | 'needed'>,
  attempt: Attempt,
): Problem {
  const { surface, method, channel } = attempt;
  const code = lost[error] ?? (isRestriction(error) ? 'SLACK_POSTING_RESTRICTED' : 'SLACK_REFUSED');
  return slackProblem(code, { surface, method, channel, error, needed: needed || 'it needs' });
}

export function slackProblem(code: SlackProblem, facts: Facts = {}): Problem {
  return problem(code, facts);
}

const gone: ReadonlySet<string> = new Set(['message_not_found', 'thread_not_found']);

const worn: ReadonlySet<string> = new Set(['edit_window_closed', 'cant_update_message']);

const lost: Readonly<Record<string, SlackProblem | undefined>> = {
  channel_not_found: 'SLACK_CHANNEL_NOT_FOUND',
  not_in_channel: 'SLACK_NOT_IN_CHANNEL',
  is_archived: 'SLACK_CHANNEL_ARCHIVED',
  missing_scope: 'SLACK_SCOPE_MISSING',
  not_allowed_token_type: 'SLACK_SCOPE_MISSING',
  no_permission: 'SLACK_SCOPE_MISSING',
  invalid_auth: 'SLACK_TOKEN_REFUSED',
  not_authed: 'SLACK_TOKEN_REFUSED',
  account_inactive: 'SLACK_TOKEN_REFUSED',
  token_revoked: 'SLACK_TOKEN_REFUSED',
  token_expired: 'SLACK_TOKEN_REFUSED',
  org_login_required: 'SLACK_TOKEN_REFUSED',
  team_access_not_granted: 'SLACK_TOKEN_REFUSED',
};

/** `restricted_action_read_only_channel` and its like, of which there are many. */
function isRestriction(error: string): boolean {
  return error.startsWith('restricted_action') || error === 'ekm_access_denied';
}
