import type { Ensured } from '../../../core/ports/surface.ts';
import { problem } from '../../../core/problem.ts';
import type { Failure } from './client.ts';

/** https://discord.com/developers/docs/topics/opcodes-and-status-codes#json-json-error-codes */
export const codes = {
  unknownChannel: 10_003,
  unknownGuild: 10_004,
  unknownMember: 10_007,
  unknownMessage: 10_008,
  unknownUser: 10_013,
  editsWorn: 30_046,
  missingAccess: 50_001,
  cannotWriteToUser: 50_007,
  missingPermissions: 50_013,
  archived: 50_083,
  threadExists: 160_004,
  threadLocked: 160_005,
  threadsFull: 160_006,
} as const;

/** A request that nobody answered: so long it may still be on its way to where messages are made. Ours. */
export const landsWithinMs = 15_000;
/** Where there is no connection at all. */
const againMs = 3_000;
/** Where we do not call, or the token is refused. */
const restMs = 30_000;
/** A guild keeps a thousand active threads, and they archive themselves only by the hour. */
const fullMs = 60_000;

type Failed = Exclude<Ensured, { readonly ok: true }>;

/** What a failure means for the loop. `place`: as the configuration names the channel. */
export function ensuredOf(failure: Failure, place: string): Failed {
  switch (failure.kind) {
    case 'limited':
      return { ok: false, why: 'wait', afterMs: Math.ceil(failure.afterMs) };
    case 'unsent':
      return { ok: false, why: 'wait', afterMs: againMs };
    case 'unanswered':
      return { ok: false, why: 'unknown', landsWithinMs };
    case 'stopped':
      // No place takes anything: the surface is down, and the others say so.
      return { ok: false, why: 'wait', afterMs: restMs };
    case 'refused':
      return refused(failure, place);
    default:
      return failure satisfies never;
  }
}

export function isRefusedFor(failure: Failure, code: number): boolean {
  return failure.kind === 'refused' && failure.code === code;
}

function refused(failure: Extract<Failure, { readonly kind: 'refused' }>, place: string): Failed {
  const { status, code, message } = failure;
  const facts = { place, code, message };
  switch (code) {
    case codes.unknownMessage:
      return { ok: false, why: 'gone' };
    case codes.editsWorn:
      return { ok: false, why: 'worn' };
    case codes.unknownChannel:
      return { ok: false, why: 'lost', problem: problem('DISCORD_CHANNEL_UNKNOWN', { place }) };
    case codes.unknownGuild:
    case codes.missingAccess:
      return { ok: false, why: 'lost', problem: problem('DISCORD_CHANNEL_CLOSED', facts) };
    case codes.missingPermissions:
      // Which right it is only a look at the channel can tell: Discord says no more than its code.
      return {
        ok: false,
        why: 'lost',
        problem: problem('DISCORD_RIGHTS_MISSING', { place, rights: `${message} (${code})` }),
      };
    case codes.threadLocked:
      // One thread alone: the channel takes what belongs to the others.
      return { ok: false, why: 'refused', problem: problem('DISCORD_THREAD_LOCKED', { place }) };
    case codes.threadsFull:
      // Cards still have room; their stories wait until some thread is archived.
      return { ok: false, why: 'wait', afterMs: fullMs };
    default:
      return status === 401
        ? { ok: false, why: 'wait', afterMs: restMs }
        : { ok: false, why: 'refused', problem: problem('DISCORD_REFUSED', { ...facts, status }) };
  }
}
