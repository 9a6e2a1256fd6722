import type { Socket } from 'node:net';
import type { App } from '@slack/bolt';
import { maskedShort } from '../../../core/masker.ts';
import type { Problem } from '../../../core/problem.ts';
import { type Client, clientOptions, quiet } from './client.ts';
import type { SlackOptions } from './options.ts';
import { slackProblem } from './outcome.ts';
import { disconnectSchema } from './schema.ts';

/** The sockets of one app. */
export interface Sockets {
  start(): void;
  /** How many are open, and why not more. */
  state(): { readonly open: number; readonly problem: Problem | undefined };
  close(): void;
}

export interface SocketParts {
  readonly options: SlackOptions;
  readonly appToken: string;
  readonly client: () => Promise<Client>;
  readonly app: () => Promise<App>;
}

/**
 * Two sockets, since Slack renews each of them every few hours and closes the old one first: meanwhile the other hears.
 * Each payload goes to one of them, any one: https://docs.slack.dev/apis/events-api/using-socket-mode
 */
const links = 2;

/** Time for an address, a connection and the greeting. */
const greetingMs = 15_000;
/** Slack is asked for a sign of life all the time; a socket without one for so many looks is dead, whatever it says. */
const lookMs = 5_000;
const silentLooksMax = 4;
/** A socket that stood for so long has been one. */
const heldMs = 60_000;
const retryMs = { first: 500, max: 30_000, refused: 60_000 };

export function createSockets(parts: SocketParts): Sockets {
  const all = Array.from({ length: links }, () => createLink(parts));
  return {
    start() {
      for (const link of all) link.open();
    },
    state: () => ({
      open: all.filter((link) => link.isOpen()).length,
      problem: all.map((link) => link.problem()).find((problem) => problem !== undefined),
    }),
    close() {
      for (const link of all) link.close();
    },
  };
}

interface Link {
  open(): void;
  isOpen(): boolean;
  problem(): Problem | undefined;
  close(): void;
}

/**
 * One socket after the other. The SDK's own reconnecting is off: it waits by the wall clock, and leaves a rejection that
 * nobody handles when it cannot get a new address.
 */
function createLink({ options, appToken, client, app }: SocketParts): Link {
  const { clock, random, log, name } = options;
  let current: Attempt | undefined;
  let isOpen = false;
  let openedAt = 0;
  let failures = 0;
  let problem: Problem | undefined;
  let cancelRetry = (): void => undefined;
  let closed = false;

  function open(): void {
    if (closed) return;
    connect().catch((error: unknown) => ended(undefined, error));
  }

  async function connect(): Promise<void> {
    const opened = await client();
    const bolt = await app();
    if (closed) return;
    const attempt = createAttempt({ opened, options, appToken });
    current = attempt;
    attempt.receiver.init(bolt);
    attempt.onEnd((error) => ended(attempt, error));
    attempt.watch(clock);
    try {
      await attempt.receiver.start();
    } catch (error) {
      return ended(attempt, error ?? new Error('the socket was closed before it was greeted'));
    }
    if (current !== attempt) return;
    isOpen = true;
    openedAt = clock.now();
    problem = undefined;
    log('slack socket open', { surface: name });
  }

  function ended(attempt: Attempt | undefined, error: unknown): void {
    if (attempt !== current || closed) return;
    current?.drop();
    current = undefined;
    const wasOpen = isOpen;
    isOpen = false;
    // One that held for a while owes nothing to the failures before it.
    if (wasOpen && clock.now() - openedAt >= heldMs) failures = 0;
    const { waitMs, why } = afterEnd(error);
    problem = why ?? (wasOpen ? undefined : problem);
    // What has a name needs no trace, and that Slack renews a socket every few hours is no trouble.
    const cause = why
      ? { code: why.code, said: why.facts['error'] }
      : isRenewal(error)
        ? {}
        : { error };
    log('slack socket ended', { surface: name, wasOpen, retryMs: Math.round(waitMs), ...cause });
    cancelRetry = clock.after(waitMs, open);
  }

  function afterEnd(error: unknown): { readonly waitMs: number; readonly why?: Problem } {
    if (isRenewal(error)) {
      if (error instanceof Renewed && error.reason === 'link_disabled') {
        const why = slackProblem('SLACK_SOCKET_MODE_OFF', { surface: name });
        return { waitMs: retryMs.refused, why };
      }
      // Once at once; a socket that is renewed again and again is opened ever more slowly.
      failures += 1;
      return { waitMs: failures === 1 ? 0 : backoff() };
    }
    failures += 1;
    const said = maskedShort(error instanceof Error ? error.message : String(error), saidMax);
    const code = codeOf(error);
    if (code !== undefined && refusing.has(code)) {
      const why = slackProblem('SLACK_APP_TOKEN_REFUSED', { surface: name, error: code });
      return { waitMs: retryMs.refused, why };
    }
    const why = slackProblem('SLACK_SOCKET_DOWN', { surface: name, error: code ?? said });
    const limited = error instanceof Error && 'retryAfter' in error ? Number(error.retryAfter) : 0;
    return { waitMs: Math.max(backoff(), (limited || 0) * 1000), why };
  }

  function backoff(): number {
    return Math.min(retryMs.max, retryMs.first * 2 ** (failures - 1)) * (0.75 + random() / 2);
  }

  return {
    open,
    isOpen: () => isOpen,
    problem: () => (isOpen ? undefined : problem),
    close() {
      closed = true;
      isOpen = false;
      cancelRetry();
      current?.leave();
      current = undefined;
    },
  };
}

/** Slack asked us to come again: https://docs.slack.dev/apis/events-api/using-socket-mode#disconnect */
class Renewed extends Error {
  readonly reason: string;

  constructor(reason: string) {
    super(`Slack renews the socket: ${reason}`);
    this.name = 'Renewed';
    this.reason = reason;
  }
}

function isRenewal(error: unknown): boolean {
  return error === undefined || error instanceof Renewed;
}

/** One connection from its beginning to its end, which is told once. */
interface Attempt {
  readonly receiver: InstanceType<Client['bolt']['SocketModeReceiver']>;
  onEnd(listener: (error: unknown) => void): void;
  watch(clock: SlackOptions['clock']): void;
  /** At once: whatever it was is over. */
  drop(): void;
  /** With a word to Slack, so that it sends nothing more there. */
  leave(): void;
}

function createAttempt({
  opened,
  options,
  appToken,
}: {
  readonly opened: Client;
  readonly options: SlackOptions;
  readonly appToken: string;
}): Attempt {
  const { bolt, network } = opened;
  let socket: Socket | undefined;
  let listener: ((error: unknown) => void) | undefined;
  let renewed: Renewed | undefined;
  let cancelWatch = (): void => undefined;
  const agent = network.agent((below) => {
    socket = below;
  });
  const receiver = new bolt.SocketModeReceiver({
    appToken,
    dispatcher: agent,
    autoReconnectEnabled: false,
    logger: quiet(bolt),
    installerOptions: { clientOptions: { ...clientOptions(options, network) } },
  });

  function end(error: unknown): void {
    cancelWatch();
    const told = listener;
    listener = undefined;
    told?.(error);
  }

  receiver.client.on('ws_message', (data: unknown) => {
    const message = disconnectSchema.safeParse(data);
    if (message.success) renewed = new Renewed(message.data.reason);
  });
  receiver.client.on('disconnected', () => end(renewed ?? new Error('the socket was closed')));

  function drop(): void {
    cancelWatch();
    listener = undefined;
    socket?.destroy();
    agent.destroy().catch(() => undefined);
  }

  return {
    receiver,
    onEnd(told) {
      listener = told;
    },
    watch(clock) {
      let seen = -1;
      let silent = 0;
      let greeted = false;
      const cancelGreeting = clock.after(greetingMs, () => {
        if (!greeted) end(new Error('Slack sent no greeting in time'));
      });
      receiver.client.on('connected', () => {
        greeted = true;
        cancelGreeting();
      });
      const look = () => {
        const now = socket?.bytesRead ?? 0;
        silent = now === seen ? silent + 1 : 0;
        seen = now;
        if (greeted && silent >= silentLooksMax) return end(new Error('the socket is silent'));
        cancelLook = clock.after(lookMs, look);
      };
      let cancelLook = clock.after(lookMs, look);
      cancelWatch = () => {
        cancelGreeting();
        cancelLook();
      };
    },
    drop,
    leave() {
      listener = undefined;
      cancelWatch();
      receiver.stop().catch(() => undefined);
      const below = socket;
      setImmediate(() => {
        below?.destroySoon();
        // The SDK waits thirty seconds for Slack's goodbye, and a process that ends would with it; asked twice, it does not.
        receiver.stop().catch(() => undefined);
        agent.destroy().catch(() => undefined);
      });
    },
  };
}

/** https://docs.slack.dev/reference/methods/apps.connections.open */
const refusing: ReadonlySet<string> = new Set([
  'invalid_auth',
  'not_authed',
  'account_inactive',
  'token_revoked',
  'not_allowed_token_type',
  'missing_scope',
  'user_removed_from_team',
  'team_disabled',
]);

/** What is kept of the words of whoever answered: it may repeat what it was sent. */
const saidMax = 120;

/** What Slack called it, where it said anything. */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('data' in error)) return undefined;
  const { data } = error;
  const code =
    typeof data === 'object' && data !== null && 'error' in data ? data.error : undefined;
  return typeof code === 'string' ? maskedShort(code, saidMax) : undefined;
}
