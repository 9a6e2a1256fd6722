import type { Bot } from '../bot/bot.ts';
import type { BotParts } from '../bot/bot-parts.ts';
import { systemClock } from '../bot/clock.ts';
import type { Graphing } from '../bot/graphing.ts';
import { createPainter } from '../bot/graphs/index.ts';
import type { Metrics, MetricsReadings } from '../bot/metrics.ts';
import type { ApprovalCounts } from '../bot/people-loops.ts';
import type { ServedDirectory } from '../bot/rosters.ts';
import type { SecurityCounts } from '../bot/security/index.ts';
import type { DispatchCounts } from '../handlers/dispatch.ts';
import type { Chats } from './chats.ts';
import type { Parts } from './parts.ts';
import { restingOf } from './resting.ts';

/** Metrics read the bot and its chats, and count what both hear: so they know each other only once all stand. */
export interface Late {
  readonly bot?: Bot;
  readonly metrics?: Metrics;
  readonly chats?: Chats;
}

export function knownLate(parts: Parts, late: Late) {
  return {
    counts: countsBy(late),
    securityCounts: securityCountsBy(late),
    approvals: approvalCountsBy(late),
    directories: () => directoriesOf(parts, late),
    chats: () => late.chats?.connections ?? [],
    ...graphingOf(parts, late),
    enriching: { counts: () => late.metrics?.enrichment },
  };
}

/** Who keeps groups elsewhere: surfaces and sources. */
function directoriesOf({ directories = [] }: Parts, { chats }: Late): readonly ServedDirectory[] {
  return [...(chats?.connections ?? []).map(({ directory }) => directory), ...directories];
}

function countsBy(late: Late): DispatchCounts {
  return {
    understood: (verb) => late.metrics?.dispatch.understood(verb),
    answered: (ms) => late.metrics?.dispatch.answered(ms),
  };
}

function graphingOf(parts: Parts, late: Late): Pick<BotParts, 'graphing'> {
  if (!parts.panels?.length && !parts.targets.some(({ telemetry }) => telemetry)) return {};
  const counts: Graphing['counts'] = {
    ended: (how) => late.metrics?.graphs.ended(how),
    painted: (ms) => late.metrics?.graphs.painted(ms),
  };
  return { graphing: { painter: createPainter(systemClock), counts } };
}

function approvalCountsBy(late: Late): ApprovalCounts {
  return { approved: (people, ms) => late.metrics?.approvals.approved(people, ms) };
}

function securityCountsBy(late: Late): SecurityCounts {
  return {
    refused: (door, code) => late.metrics?.security.refused(door, code),
    denied: (code) => late.metrics?.security.denied(code),
    noticed: (kind) => late.metrics?.security.noticed(kind),
  };
}

export function readingsOf(parts: Parts, bot: Bot, late: Late): MetricsReadings {
  return {
    openIncidents: () => bot.readings().openIncidents,
    liveOperations: () => bot.readings().operations,
    threadsWaiting: () => bot.readings().threadsWaiting,
    pagesWaiting: () => bot.readings().pagesWaiting,
    resting: () => restingOf(parts, bot.readings().lanes),
    asksWorking: () => bot.readings().asksWorking,
    graphsWaiting: () => bot.readings().graphsWaiting,
    enrichmentsWaiting: () => bot.readings().enrichmentsWaiting,
    lanes: () => bot.readings().lanes,
    backups: () => parts.backups?.readings() ?? [],
    connections: () =>
      (late.chats?.connections ?? []).map(({ surface, health }) => ({
        surface: surface.name,
        isWell: health().state === 'ok',
      })),
    journal: () => {
      const { waiting, appends, commits, events, databaseBytes } = parts.journal.stats();
      return { waiting, appends, commits, events, bytes: databaseBytes };
    },
  };
}
