import type { App } from '@slack/bolt';
import type { ChatConnection } from '../../chat.ts';
import { createDirectory } from './directory.ts';
import { checkWorkspace } from './doctor.ts';
import { createApp } from './inbound/app.ts';
import { createInboundDesk } from './inbound/desk.ts';
import type { SlackOptions } from './options.ts';
import { createOutbound } from './outbound.ts';
import { slackRoute } from './requests.ts';
import { createSockets, type Sockets } from './socket.ts';
import { openWorkspace, type Workspace } from './workspace.ts';

export { slackManifest } from './manifest.ts';
export type { SlackOptions } from './options.ts';
export { problems } from './problems.ts';

export function connectSlack(options: SlackOptions): ChatConnection {
  const [connection] = connectWorkspaces([options]);
  if (!connection) throw new Error('one workspace makes one connection');
  return connection;
}

/**
 * All workspaces of this process. One app may be installed in several of them, and what happens in any arrives on any of
 * its sockets and at one address: they are connected together, and each is a connection of its own.
 */
export function connectWorkspaces(all: readonly SlackOptions[]): readonly ChatConnection[] {
  const workspaces = all.map(openWorkspace);
  const apps = appsOf(workspaces);
  const called = apps.flatMap(({ app, signingSecret }) =>
    signingSecret === undefined ? [] : [{ app, signingSecret }],
  );
  const [first] = called.length > 0 ? all.filter(({ mode }) => mode === 'http') : [];
  const refused = (code: string) => first?.metrics.refused(first.name, code);
  const route = first && slackRoute({ apps: called, clock: first.clock, refused });
  return workspaces.map((workspace) => {
    const own = apps.find((app) => app.workspaces.includes(workspace));
    const routes = route && workspace.options === first ? [route] : [];
    return connectionOf(workspace, own?.sockets, routes);
  });
}

interface SlackApp {
  readonly workspaces: readonly Workspace[];
  readonly app: () => Promise<App>;
  readonly signingSecret: string | undefined;
  readonly sockets: SharedSockets | undefined;
}

/** Open while any workspace of the app wants them. */
interface SharedSockets extends Pick<Sockets, 'state'> {
  join(workspace: Workspace): void;
  leave(workspace: Workspace): void;
}

/** Workspaces of one token or one secret are those of one app. */
function appsOf(workspaces: readonly Workspace[]): readonly SlackApp[] {
  const groups = Map.groupBy(workspaces, ({ options: { mode, appToken, signingSecret } }) =>
    mode === 'socket' ? `socket ${appToken}` : `http ${signingSecret}`,
  );
  return [...groups.values()].map((members) => {
    let opening: Promise<App> | undefined;
    const app = () => {
      opening ??= members[0]
        ?.client()
        .then(({ bolt }) => createApp(bolt, members.map(createInboundDesk)));
      return opening ?? Promise.reject(new Error('an app without a workspace'));
    };
    const { mode, appToken, signingSecret } = members[0]?.options ?? {};
    return {
      workspaces: members,
      app,
      signingSecret: mode === 'http' ? signingSecret : undefined,
      sockets:
        mode === 'socket' && appToken !== undefined
          ? shared(members, { app, appToken })
          : undefined,
    };
  });
}

function shared(
  members: readonly Workspace[],
  { app, appToken }: { readonly app: () => Promise<App>; readonly appToken: string },
): SharedSockets {
  const joined = new Set<Workspace>();
  let sockets: Sockets | undefined;
  return {
    state: () => sockets?.state() ?? { open: 0, problem: undefined },
    join(workspace) {
      joined.add(workspace);
      if (sockets) return;
      const { options, client } = members[0] ?? workspace;
      sockets = createSockets({ options, appToken, client, app });
      sockets.start();
    },
    leave(workspace) {
      joined.delete(workspace);
      if (joined.size > 0) return;
      sockets?.close();
      sockets = undefined;
    },
  };
}

/** While Slack has not said who we are, it is asked again. */
const askAgainMs = 15_000;

function connectionOf(
  workspace: Workspace,
  sockets: SharedSockets | undefined,
  routes: ChatConnection['routes'],
): ChatConnection {
  const { options } = workspace;
  const { clock, log, name } = options;
  let cancel = (): void => undefined;
  let closed = false;

  function introduce(): void {
    workspace
      .identity()
      .catch((error: unknown) => log('slack cannot be used', { surface: name, error }))
      .finally(() => {
        if (!closed && !workspace.isKnown()) cancel = clock.after(askAgainMs, introduce);
      });
  }

  async function close(): Promise<void> {
    closed = true;
    cancel();
    sockets?.leave(workspace);
    workspace.close();
  }

  return {
    surface: { ...createOutbound(workspace), close },
    home: options.team,
    directory: createDirectory(workspace),
    routes,
    start() {
      introduce();
      sockets?.join(workspace);
    },
    health() {
      const trouble = workspace.trouble();
      if (trouble) return { state: 'down', code: trouble.code };
      if (!workspace.isKnown()) return { state: 'degraded', code: 'SLACK_UNREACHABLE' };
      if (workspace.account.pause() > 0) return { state: 'degraded', code: 'SLACK_UNREACHABLE' };
      if (options.mode === 'http') return { state: 'ok' };
      const { open, problem } = sockets?.state() ?? { open: 0, problem: undefined };
      return open > 0
        ? { state: 'ok' }
        : { state: 'degraded', code: problem?.code ?? 'SLACK_SOCKET_DOWN' };
    },
    doctor: (places, groups) =>
      checkWorkspace(workspace, { places, asksGroups: groups.length > 0 }),
    close,
  };
}
