import type { Problem } from '../../../core/problem.ts';
import { type Account, createAccount } from './budget.ts';
import { type Channels, createChannels } from './channels.ts';
import { type Client, type Failure, openClient } from './client.ts';
import { createMembers, type Members } from './inbound/members.ts';
import type { SlackOptions } from './options.ts';
import { refusal, slackProblem } from './outcome.ts';
import { createPressEdits, type PressEdits } from './press-edits.ts';
import { identitySchema } from './schema.ts';

/** One workspace as this process knows it: who we are there, what we may spend, which channels there are. */
export interface Workspace {
  readonly options: SlackOptions;
  readonly account: Account;
  readonly channels: Channels;
  /** Posts that were pressed a moment ago. */
  readonly pressEdits: PressEdits;
  /** Who is a full member of it. */
  readonly members: Members;
  /** Loads the SDK on first need. */
  client(): Promise<Client>;
  /** Who we are; asked once, and again while nobody has said. */
  identity(): Promise<Known>;
  /** What stands in the way of posting; undefined when nothing does, or nothing is known yet. */
  trouble(): Problem | undefined;
  /** Slack refused our token in the middle of things: who we are is asked again before anything else is. */
  disowned(problem: Problem): void;
  /** True once Slack has said who we are. */
  isKnown(): boolean;
  /** The user id of an account in this workspace: `T01/U01` → `U01`. */
  userOf(account: string): string | undefined;
  close(): void;
}

export interface Identity {
  readonly user: string;
  readonly bot: string;
  readonly scopes: readonly string[];
}

export type Known =
  | { readonly ok: true; readonly identity: Identity }
  | { readonly ok: false; readonly failure: Failure }
  | { readonly ok: false; readonly problem: Problem };

export function openWorkspace(options: SlackOptions): Workspace {
  const { name: surface, team, clock } = options;
  const account = createAccount(clock, options.random);
  let opening: Promise<Client> | undefined;
  let asking: Promise<Known> | undefined;
  let identity: Identity | undefined;
  let trouble: Problem | undefined;
  let closed = false;

  function client(): Promise<Client> {
    opening ??= openClient(options).then((opened) => {
      if (closed) opened.close();
      return opened;
    });
    return opening;
  }

  async function ask(): Promise<Known> {
    const { call } = await client();
    const called = await call('auth.test', {}, identitySchema);
    if (!called.ok) {
      const { failure } = called;
      const attempt = { surface, method: 'auth.test', channel: '' };
      const why = failure.kind === 'limited' ? 'it is asked too often' : failure.error;
      trouble =
        failure.kind === 'refused'
          ? refusal(failure, attempt)
          : slackProblem('SLACK_UNREACHABLE', { surface, error: why });
      return { ok: false, failure };
    }
    const { value } = called;
    if (value.team_id !== team) {
      trouble = slackProblem('SLACK_WRONG_TEAM', { surface, team, actual: value.team_id });
      return { ok: false, problem: trouble };
    }
    trouble = undefined;
    identity = { user: value.user_id, bot: value.bot_id, scopes: called.scopes };
    return { ok: true, identity };
  }

  return {
    options,
    account,
    channels: createChannels(client, clock),
    pressEdits: createPressEdits(clock),
    members: createMembers({ options, client }),
    client,
    async identity() {
      if (identity) return { ok: true, identity };
      asking ??= ask().finally(() => {
        asking = undefined;
      });
      return asking;
    },
    trouble: () => trouble,
    disowned(problem) {
      trouble = problem;
      identity = undefined;
    },
    isKnown: () => identity !== undefined,
    userOf(at) {
      const [its, user] = at.split('/');
      return its === team ? user : undefined;
    },
    close() {
      closed = true;
      opening?.then((opened) => opened.close()).catch(() => undefined);
    },
  };
}
