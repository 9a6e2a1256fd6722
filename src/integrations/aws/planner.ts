import type { Draft, DraftRequest, Planner } from '../../core/ports/step.ts';
import { ProblemError } from '../../core/problem.ts';
import { draftSnapshot } from './backup.ts';
import type { Clients } from './clients.ts';
import { databaseIn } from './copies.ts';
import { draftClusterFailover, draftPromotion, draftReboot, refused } from './database.ts';
import { draftCountBack, draftScale } from './ecs.ts';
import { draftRecordBack, draftRepoint } from './record.ts';
import { draftRestore } from './restore.ts';
import { type Place, placeOf } from './schema.ts';
import { draftNotice } from './topic.ts';

export interface Reach {
  readonly clients: Clients;
  readonly now: () => number;
}

/** Reads; holds nothing it could change an account with. */
export function createPlanner(reach: Reach): Planner {
  return {
    async draft(request: DraftRequest): Promise<Draft> {
      const place = placeOf(request.target.locator);
      if (request.args['mode'] !== undefined) return refused('AWS_NO_MODE', { word: 'mode' });
      try {
        return place ? await draftAt(request, reach, place) : unknownVerb(request);
      } catch (error) {
        if (error instanceof ProblemError) return { ok: false, problem: error.problem };
        throw error;
      }
    },
  };
}

async function draftAt(
  request: DraftRequest,
  { clients, now }: Reach,
  place: Place,
): Promise<Draft> {
  switch (`${place.kind} ${request.verb}`) {
    case 'cluster failover':
      return draftClusterFailover(request, clients, nameIn(place));
    case 'instance failover':
      return draftReboot(request, clients, nameIn(place));
    case 'instance promote':
      return draftPromotion(request, { clients, now: now() }, nameIn(place));
    case 'cluster backup':
    case 'instance backup':
      return draftSnapshot(request, clients, databaseIn(request.target));
    case 'cluster restore':
    case 'instance restore':
      return draftRestore(request, { clients, now: now() }, databaseIn(request.target));
    default:
      break;
  }
  if (place.kind === 'service' && request.verb === 'scale')
    return draftScale(request, clients, place);
  if (place.kind === 'service' && request.verb === 'undo')
    return draftCountBack(request, clients, place);
  if (place.kind === 'record' && request.verb === 'repoint') {
    return draftRepoint(request, clients, place.record);
  }
  if (place.kind === 'record' && request.verb === 'undo') {
    return draftRecordBack(request, clients, place.record);
  }
  if (place.kind === 'topic' && request.verb === 'tell') {
    return draftNotice(request, clients, place.topic);
  }
  return unknownVerb(request);
}

function nameIn(place: Place): string {
  if (place.kind === 'cluster') return place.cluster;
  return place.kind === 'instance' ? place.instance : '';
}

function unknownVerb({ verb, target: { locator } }: DraftRequest): Draft {
  const where = Object.entries(locator)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
  return refused('AWS_UNKNOWN_VERB', { verb, where });
}
