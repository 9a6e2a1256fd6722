import { triggerKey } from '../../core/incident/agreement.ts';
import type { PageProbe, PageWanted } from '../../core/ports/pager.ts';
import { problem, problemOf } from '../../core/problem.ts';
import { signature } from './deeds.ts';
import type { Reader } from './reader.ts';

const OPEN: PageProbe = { ok: true, is: 'open' };
const UNKNOWABLE: PageProbe = { ok: true, is: 'unknowable' };

/** Whether a deed has taken effect, by what stands there now. */
export function createProbe(
  source: string,
  reader: Reader | undefined,
): (wanted: PageWanted) => Promise<PageProbe> {
  return async (wanted) => {
    // Sent twice with one key, an event is one event.
    if (!reader || (wanted.page === '' && wanted.does.kind !== 'trigger')) return OPEN;
    try {
      return await look(wanted, reader, source);
    } catch (error) {
      const because = problemOf(
        error,
        problem('PAGERDUTY_PAGE_GONE', { source, page: wanted.page }),
      );
      return { ok: false, why: FINAL.has(because.code) ? 'refused' : 'wait', problem: because };
    }
  };
}

const FINAL: ReadonlySet<string> = new Set(['PAGERDUTY_UNAUTHORIZED', 'PAGERDUTY_FORBIDDEN']);

async function look(wanted: PageWanted, reader: Reader, source: string): Promise<PageProbe> {
  const { does, begun, page, incident } = wanted;
  switch (does.kind) {
    case 'trigger': {
      if (!begun) return OPEN;
      // One that was woken and is over already must not be woken again by us.
      const [found] = await reader.byKey(triggerKey(incident.id));
      return found ? { ok: true, is: 'done', stands: found } : OPEN;
    }
    case 'note': {
      if (!begun) return OPEN;
      const notes = await reader.notes(page);
      const isThere = notes.some((content) => content.includes(signature(wanted)));
      return isThere ? { ok: true, is: 'done' } : OPEN;
    }
    case 'update':
    case 'responder':
      return begun ? UNKNOWABLE : standing(await reader.find(page), wanted, source);
    case 'merge':
      return merged(await reader.find(does.other), wanted, source);
    default:
      return standing(await reader.find(page), wanted, source);
  }
}

type Found = Awaited<ReturnType<Reader['find']>>;

function standing(found: Found, wanted: PageWanted, source: string): PageProbe {
  const { does, begun, page } = wanted;
  const stands = found?.news.stands;
  const gone = problem('PAGERDUTY_PAGE_GONE', { source, page });
  if (!found || !stands) return { ok: false, why: 'refused', problem: gone };
  const done: PageProbe = { ok: true, is: 'done', stands: found };
  const open: PageProbe = { ok: true, is: 'open', stands: found };
  const isOver = stands.status === 'resolved';
  switch (does.kind) {
    case 'acknowledge':
      // Acknowledging what is over would open it again.
      return stands.status === 'triggered' ? open : done;
    case 'resolve':
      return isOver ? done : open;
    case 'priority':
      return stands.priority.toLowerCase() === does.priority.toLowerCase() ? done : open;
    case 'reassign':
      if (stands.assignees.length === 1 && stands.assignees[0] === does.to) return done;
      break;
    case 'escalate':
      // One level further, from wherever it is by now: nobody can tell whether that was us.
      if (begun && does.level === 0) return UNKNOWABLE;
      break;
    default:
      break;
  }
  const isFine = !isOver || does.kind === 'update';
  return isFine ? open : { ok: false, why: 'refused', problem: gone };
}

/** Merging ends the one that is merged. */
function merged(other: Found, { does }: PageWanted, source: string): PageProbe {
  const page = does.kind === 'merge' ? does.other : '';
  const stands = other?.news.stands;
  if (!stands)
    return { ok: false, why: 'refused', problem: problem('PAGERDUTY_PAGE_GONE', { source, page }) };
  return stands.status === 'resolved' ? { ok: true, is: 'done' } : OPEN;
}
