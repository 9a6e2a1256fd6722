import { parseDuration } from '../../core/duration.ts';
import { type PageDeed, SNOOZE_MAX_MS } from '../../core/incident/page-deeds.ts';
import { type Problem, problem } from '../../core/problem.ts';
import type { Settings } from '../../core/settings.ts';
import {
  type Arguments,
  type Asking,
  type IncidentCommand,
  isProblem,
  type Reading,
} from '../command.ts';
import { incidentArgument, refuseOutside } from './arguments.ts';

export const page: IncidentCommand = {
  does: 'incident',
  name: 'page',
  family: 'incident',
  risk: 'incident',
  summary: 'Wake somebody: send a page for the incident, call a person to it, snooze it.',
  args: [
    {
      name: 'person',
      kind: 'person',
      required: false,
      named: false,
      summary: 'Somebody who is called to the page there is; without one, a page is sent.',
    },
    {
      name: 'to',
      kind: 'word',
      required: false,
      named: true,
      summary: 'The way, as `pages:` of a source names it; needed where there are several.',
    },
    { name: 'message', kind: 'text', required: false, named: true, summary: 'For whom is called.' },
    {
      name: 'snooze',
      kind: 'duration',
      required: false,
      named: true,
      summary: 'Acknowledges it for so long; then it wakes again. A week at most.',
    },
    {
      name: 'priority',
      kind: 'word',
      required: false,
      named: true,
      summary: 'As it is called there.',
    },
    {
      name: 'merge',
      kind: 'word',
      required: false,
      named: true,
      summary: 'Id of a page that becomes part of it.',
    },
    incidentArgument,
  ],
  example: 'page ben message="the database does not come back"',
  intent: (asked) => {
    const { desk, at, by, incident, args } = asked;
    if (!incident) return refuseOutside('page');
    const does = deedOf(args);
    if (isProblem(does)) return does;
    const way = does.kind === 'trigger' ? wayOf(desk.settings, asked) : { pager: '', via: '' };
    return { type: 'AskPageDeed', at, by, what: 'page', does, ...way };
  },
  told: (intent) => askedOfPager(intent),
};

/** It is on its way; what became of it is a line of the thread. */
export function askedOfPager({ type }: { readonly type: string }): Reading | undefined {
  if (type !== 'AskPageDeed') return undefined;
  return {
    title: ['It is on its way to the pager; the thread says what became of it.'],
    blocks: [],
  };
}

function deedOf(args: Arguments): PageDeed | Problem {
  const wanted = ['person', 'snooze', 'priority', 'merge'].filter(
    (name) => args[name] !== undefined,
  );
  if (wanted.length > 1) return problem('PAGE_ONE_AT_A_TIME', { wanted: wanted.join(', ') });
  const [what] = wanted;
  const value = String(args[what ?? ''] ?? '');
  switch (what) {
    case 'person':
      return { kind: 'responder', to: value, message: String(args['message'] ?? '') };
    case 'snooze': {
      const ms = parseDuration(value) ?? 0;
      return ms >= 1000 && ms <= SNOOZE_MAX_MS
        ? { kind: 'snooze', ms }
        : problem('PAGE_SNOOZE_TOO_LONG', { snooze: value });
    }
    case 'priority':
      return { kind: 'priority', priority: value };
    case 'merge':
      return { kind: 'merge', other: value };
    default:
      return { kind: 'trigger' };
  }
}

/** The one that is named; else the one of the incident's route, else the only one. None is guessed among several. */
function wayOf(
  { pages = [] }: Settings,
  { args, incident }: Asking,
): { pager: string; via: string } {
  const named = args['to'];
  const found =
    named === undefined
      ? (incident?.opened.page ?? (pages.length === 1 ? pages[0] : undefined))
      : only(
          pages.filter(
            ({ pager, via }) => via === named || `${pager}/${via}`.endsWith(`/${named}`),
          ),
        );
  return found ? { pager: found.pager, via: found.via } : { pager: '', via: '' };
}

function only<T>(list: readonly T[]): T | undefined {
  return list.length === 1 ? list[0] : undefined;
}
