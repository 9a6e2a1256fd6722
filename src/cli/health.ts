import type { Bot } from '../bot/bot.ts';
import type { ChatConnection } from '../bot/chat.ts';
import { openIncidents } from '../bot/desk.ts';
import { answer } from '../bot/http.ts';
import type { HttpRoute } from '../bot/http-route.ts';
import type { Pulse } from '../bot/pulse.ts';
import type { Parts } from './parts.ts';
import { version } from './version.ts';

/**
 * `/health`: the process turns over. `/heartbeat`: so do the loops, for a checker outside. `/ready`: the journal takes appends;
 * everything else is only named.
 */
export function healthRoutes({
  parts,
  bot,
  pulse,
  chats,
  state,
}: {
  readonly parts: Parts;
  readonly bot: Bot;
  readonly pulse: Pulse;
  readonly chats: readonly ChatConnection[];
  readonly state: { readonly closing: boolean };
}): readonly HttpRoute[] {
  return [
    {
      method: 'GET',
      path: '/health',
      handle: async (_request, response) => answer(response, 200, { status: 'ok', version }),
    },
    {
      method: 'GET',
      path: '/heartbeat',
      handle: async (_request, response) => {
        const { accepting } = parts.journal.stats();
        const still = pulse.still();
        const isAlive = still.length === 0 && accepting;
        answer(response, isAlive ? 200 : 503, {
          alive: isAlive,
          journal: { state: accepting ? 'ok' : 'down' },
          still: still.map(({ loop, ms }) => ({ loop, seconds: Math.round(ms / 1000) })),
        });
      },
    },
    {
      method: 'GET',
      path: '/ready',
      handle: async (_request, response) => {
        const { accepting } = parts.journal.stats();
        const ready = accepting && !state.closing;
        answer(response, ready ? 200 : 503, {
          ready,
          journal: { state: accepting ? 'ok' : 'down' },
          console: { state: 'ok' },
          ...Object.fromEntries(chats.map((chat) => [chat.surface.name, chatState(bot, chat)])),
          ...outsideStates(parts, bot),
          ...Object.fromEntries(
            parts.targets.map(({ name, health }) => [name, { state: health() }]),
          ),
          incidents: openIncidents(bot.engine).length,
        });
      },
    },
  ];
}

/**
 * Sources and pagers, each with the code of its trouble; one that is left alone for a while says so. Of a cluster every
 * peer is named: one that does not answer takes nothing from the others, but is not well.
 */
export function outsideStates(
  parts: Pick<Parts, 'pagers' | 'resting' | 'sources'>,
  bot: Pick<Bot, 'trouble'>,
): Readonly<Record<string, object>> {
  const resting = parts.resting?.() ?? [];
  const rests = new Set(resting.flatMap(({ system, rests: isIt }) => (isIt ? [system] : [])));
  return Object.fromEntries(
    [...parts.sources, ...(parts.pagers ?? [])].map(({ name }) => {
      const trouble = bot.trouble(name);
      const breaker = rests.has(name) ? { breaker: 'open' } : {};
      const peers = resting.flatMap(({ peer }) => (peer?.of === name ? [peer] : []));
      const isWell = !trouble && !rests.has(name) && peers.every(({ state }) => state === 'ok');
      const named = Object.fromEntries(peers.map(({ host, state }) => [host, state]));
      return [
        name,
        {
          state: isWell ? 'ok' : 'degraded',
          ...(trouble && { code: trouble.code }),
          ...breaker,
          ...(peers.length > 0 && { peers: named }),
        },
      ];
    }),
  );
}

/** A channel that takes nothing is named with its reason, beside how the platform itself is. */
function chatState(bot: Bot, { surface, health }: ChatConnection): object {
  const lane = bot.readings().lanes.find((each) => each.surface === surface.name);
  const lost = (lane?.lost ?? []).map(({ place, problem }) => ({ place, code: problem.code }));
  const { state, ...more } = health();
  const isDegraded = state === 'ok' && lost.length > 0;
  return { state: isDegraded ? 'degraded' : state, ...more, ...(lost.length > 0 ? { lost } : {}) };
}
