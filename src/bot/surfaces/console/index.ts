import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Surface } from '../../../core/ports/surface.ts';
import type { HttpRoute } from '../../http-route.ts';
import type { StepUps } from '../../step-up/ports.ts';
import type { Access } from './access.ts';
import { accountRoutes } from './account-routes.ts';
import { apiRoutes } from './api.ts';
import { approvalRoutes } from './approval-routes.ts';
import { loadAssets } from './assets.ts';
import { createBoard } from './board.ts';
import { deskRoutes, tellBoard, tellOrder, tellWhole } from './desk-routes.ts';
import { factorRoutes } from './factor-routes.ts';
import { createFragments, createSequence, writeCursor } from './fragments.ts';
import { pictureRoutes } from './pictures.ts';
import type { ApiToken, ConsoleDesk, ConsoleMetrics } from './ports.ts';
import { recordRoutes } from './record-routes.ts';
import { type Rendered, renderCard, renderEntry } from './render.ts';
import { signInRoutes } from './sign-in-routes.ts';
import type { DeskSite } from './site.ts';
import { createEventStream } from './stream.ts';

export type { Access } from './access.ts';
export { type Account, createConsoleDesk, type DeskSources, type RecordSources } from './desk.ts';
export { consoleHostHandlers, createConsoleLink } from './host-commands.ts';
export type * from './ports.ts';
export { problems } from './problems.ts';
export { createConsoleSessions, type SessionsOptions } from './sessions.ts';

export interface ConsoleOptions {
  readonly desk: ConsoleDesk;
  readonly access: Access;
  /**
   * The addresses browsers know the console by: `https://ops.example.com`, `http://127.0.0.1:8081`. Asked on every
   * request, since a port may be known only once the listener stands.
   */
  readonly origins: () => readonly string[];
  /** Whose request it is, through the proxies that are trusted. */
  readonly senderOf?: (request: IncomingMessage) => string;
  readonly now: () => number;
  readonly log?: (message: string, error: unknown) => void;
  readonly metrics?: ConsoleMetrics;
  readonly tokens?: readonly ApiToken[];
  /** Second factors; none in the demo, and none where they are not configured. */
  readonly stepUps?: StepUps | undefined;
  readonly limits?: Partial<ConsoleLimits>;
}

export interface ConsoleLimits {
  readonly clientsMax: number;
  readonly bufferedBytesMax: number;
  readonly fragmentCharactersMax: number;
  readonly heartbeatMs: number;
  /** How long an incident counts as looked at after the last one left it. */
  readonly watchedMs: number;
  /** What falls within this time reaches the lists of incidents together. */
  readonly pauseMs: number;
}

export interface Console {
  readonly surface: Surface;
  readonly routes: readonly HttpRoute[];
  /** The lists of incidents changed by something that no card shows. */
  refreshBoard(): void;
  /** Ends the streams of those who are signed in no longer, without waiting for the next heartbeat. */
  checkStreams(): Promise<void>;
  close(): Promise<void>;
}

export const consoleLimits: ConsoleLimits = {
  clientsMax: 200,
  bufferedBytesMax: 1024 * 1024,
  fragmentCharactersMax: 24 * 1024 * 1024,
  heartbeatMs: 15_000,
  watchedMs: 120_000,
  pauseMs: 250,
};

/** The console shows what the threads loop ensures, like any other surface, and asks the desk like any other. */
export function createConsole(options: ConsoleOptions): Console {
  const limits = { ...consoleLimits, ...options.limits };
  const metrics = options.metrics ?? quiet;
  const sequence = createSequence(randomBytes(6).toString('hex'));
  const assets = loadAssets();
  const stream = createEventStream({ ...limits, now: options.now }, metrics);
  const site: DeskSite = {
    access: options.access,
    assets: assets.paths,
    stepUps: options.access.kind === 'sessions' ? options.stepUps : undefined,
    sequence,
    metrics,
    origins: options.origins,
    senderOf: options.senderOf ?? (({ socket }) => socket.remoteAddress ?? ''),
    now: options.now,
    log: options.log ?? (() => undefined),
    refusal: (problem) => options.desk.refusal(problem),
    desk: options.desk,
    board: createBoard(sequence),
    fragments: createFragments(sequence, limits.fragmentCharactersMax),
    stream,
    checkStreams: () => stream.beat(),
  };
  const pause = createPause(site, limits.pauseMs);
  const heartbeat = setInterval(() => {
    site.stream.beat().catch((error: unknown) => site.log('console heartbeat failed', error));
  }, limits.heartbeatMs).unref();

  async function close(): Promise<void> {
    clearInterval(heartbeat);
    pause.stop();
    site.stream.close();
  }

  return {
    surface: createSurface(site, pause.start, close),
    routes: [
      ...assets.routes,
      ...deskRoutes(site),
      ...recordRoutes(site),
      ...pictureRoutes(site),
      ...apiRoutes(site, options.tokens ?? []),
      ...(site.access.kind === 'sessions' ? signInRoutes(site, site.access.sessions) : []),
      ...(site.stepUps ? stepUpRoutes(site, site.stepUps) : []),
    ],
    refreshBoard: () => pause.start(),
    checkStreams: site.checkStreams,
    close,
  };
}

function stepUpRoutes(site: DeskSite, stepUps: StepUps): readonly HttpRoute[] {
  return [approvalRoutes, factorRoutes, accountRoutes].flatMap((routes) => routes(site, stepUps));
}

function createSurface(
  site: DeskSite,
  changed: (grown?: string) => void,
  close: () => Promise<void>,
): Surface {
  const sandbox = site.access.kind === 'demo';

  function show(incident: string, rendered: Rendered): void {
    const kept = site.fragments.put(incident, rendered);
    if (kept === undefined) return;
    const data = { list: 'thread', html: { [kept.key]: kept.html } };
    site.stream.publish({ event: 'list', id: writeCursor(site.sequence), data }, incident);
    changed(kept.known ? undefined : incident);
  }

  return {
    name: 'console',
    remembers: false,
    skips(incident) {
      if (site.stream.isWatched(incident)) return false;
      site.fragments.skip(incident);
      changed();
      return true;
    },
    forget(incident) {
      site.fragments.skip(incident);
      tellWhole(site, incident);
    },
    async ensureRoot({ incident, card }) {
      show(incident, renderCard({ ...card, key: 'root' }, { incident, sandbox }));
      return { ok: true, ref: incident };
    },
    async ensureEntry({ incident, entry }) {
      show(incident, renderEntry(entry, { incident, sandbox }));
      return { ok: true, ref: `${incident} ${entry.key}` };
    },
    close,
  };
}

/** What can wait a moment and is then told once: the lists, and where new entries belong in their threads. */
function createPause(site: DeskSite, pauseMs: number) {
  const grown = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  function tell(): void {
    timer = undefined;
    // Nobody looks: whoever comes next gets it rendered then.
    if (site.stream.clients() > 0) tellBoard(site);
    for (const incident of grown) tellOrder(site, incident);
    grown.clear();
  }
  return {
    /** Something changed; in an incident that got a new entry, if one is named. */
    start(incident?: string): void {
      if (incident !== undefined) grown.add(incident);
      timer ??= setTimeout(tell, pauseMs).unref();
    },
    stop(): void {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}

const quiet: ConsoleMetrics = {
  clients: () => undefined,
  dropped: () => undefined,
  refused: () => undefined,
};
