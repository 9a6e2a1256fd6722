import type { OnCall } from '../ports/pager.ts';
import type { Block, Text } from './card.ts';
import { personSpan, time, type Words } from './words.ts';

/** Who is on call by each policy: level by level, now and next. The first level is woken first, the next ones back it up. */
export function onCallBlocks(
  calls: readonly OnCall[],
  { now, pager, words }: { readonly now: number; readonly pager: string; readonly words: Words },
): readonly Block[] {
  return grouped(calls, ({ policy }) => policy).map(([, ofPolicy]) => {
    const [first] = ofPolicy;
    const levels = grouped(ofPolicy, ({ level }) => String(level).padStart(3, '0'));
    const items = levels
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([level, entries]) => levelText(Number(level), entries, { now, words }));
    return { kind: 'list', title: `${first?.policyName ?? ''} · ${pager}`, items, more: 0 };
  });
}

function levelText(
  level: number,
  entries: readonly OnCall[],
  { now, words }: { readonly now: number; readonly words: Words },
): Text {
  const current = people(entries.filter((entry) => isNow(entry, now)));
  const until = Math.min(...current.map((entry) => entry.until ?? Number.POSITIVE_INFINITY));
  const coming = entries.filter((entry) => (entry.from ?? 0) > now);
  const starts = Math.min(...coming.map((entry) => entry.from ?? Number.POSITIVE_INFINITY));
  const next = people(coming.filter((entry) => entry.from === starts));
  const name = level === 1 ? 'first' : level === 2 ? 'then' : `level ${level}`;
  return [
    `${name}: `,
    ...(current.length === 0 ? ['nobody'] : listed(current, words)),
    ...(Number.isFinite(until) ? [' until ', time(until)] : []),
    ...(next.length === 0 ? [] : [' · next ', ...listed(next, words), ' from ', time(starts)]),
  ];
}

function isNow({ from, until }: OnCall, now: number): boolean {
  return (from === undefined || from <= now) && (until === undefined || now < until);
}

/** Each once: a schedule may name a person for the same hours twice. */
function people(entries: readonly OnCall[]): readonly OnCall[] {
  const seen = new Set<string>();
  return entries.filter(({ person }) => !seen.has(person) && seen.add(person));
}

function listed(entries: readonly OnCall[], words: Words): Text {
  return entries.flatMap(({ person }): Text => [', ', personSpan(person, words)]).slice(1);
}

function grouped(
  calls: readonly OnCall[],
  nameOf: (call: OnCall) => string,
): [string, readonly OnCall[]][] {
  const groups = new Map<string, OnCall[]>();
  for (const call of calls) {
    const name = nameOf(call);
    const group = groups.get(name);
    if (group) group.push(call);
    else groups.set(name, [call]);
  }
  return [...groups];
}
