import type { Kept, Sequence } from './fragments.ts';
import { type Html, html, pathSegment } from './html.ts';
import type { BoardRow } from './ports.ts';
import { digestOf, type Rendered, renderText, renderTime } from './render.ts';

export type ListName = 'open' | 'closed';

/** One change of a list: new or changed elements, and the order when that changed. What `order` does not name leaves. */
export interface ListChange {
  readonly list: ListName | 'thread';
  readonly order?: readonly string[];
  /** The order only arranges. */
  readonly keep?: true;
  readonly html: Readonly<Record<string, string>>;
}

export interface Board {
  /** Renders the board anew and remembers what changed since the last time. */
  refresh(rows: readonly BoardRow[]): readonly ListChange[];
  since(after: number): readonly ListChange[];
  whole(): readonly ListChange[];
}

export const boardRowsMax = 200;

export function createBoard(sequence: Sequence): Board {
  const rendered = new WeakMap<BoardRow, Rendered>();
  function render(row: BoardRow): Rendered {
    const known = rendered.get(row) ?? renderRow(row);
    rendered.set(row, known);
    return known;
  }
  const lists = { open: createList(sequence), closed: createList(sequence) };
  function both(changeOf: (list: List) => Change | undefined): readonly ListChange[] {
    return (['open', 'closed'] as const).flatMap((list) => {
      const change = changeOf(lists[list]);
      return change === undefined ? [] : [{ list, ...change }];
    });
  }
  return {
    refresh(rows) {
      const split = splitRows(rows);
      const before = sequence.current();
      lists.open.replace(split.open.map(render));
      lists.closed.replace(split.closed.map(render));
      return both((list) => list.since(before));
    },
    since: (after) => both((list) => list.since(after)),
    whole: () => both((list) => list.whole()),
  };
}

export function splitRows(rows: readonly BoardRow[]) {
  const open = rows.filter((row) => row.closedAt === undefined);
  const closed = rows.filter((row) => row.closedAt !== undefined);
  return { open: open.slice(0, boardRowsMax), closed: closed.slice(0, 50) };
}

/** Relative link: the same bytes serve `/incidents/` and, in the demo, `/as/<person>/incidents/`. */
export function renderRow(row: BoardRow): Rendered {
  const content = html`<a href="./${pathSegment(row.incident)}"><span class="mark">${row.mark}</span><span class="title" dir="auto">${renderText(row.title)}</span><span class="where">${row.service} · ${row.environment}</span><span class="counts">${countWords(row)}</span><span class="when">${renderTime(row.closedAt ?? row.openedAt)}</span></a>`;
  const digest = digestOf(content.text + row.tone);
  const whole = html`<li class="row tone-${row.tone}" data-key="${row.incident}" data-digest="${digest}">${content}</li>`;
  return { key: row.incident, html: whole.text, digest };
}

function countWords({ counts }: BoardRow): Html {
  const words = [
    counts.alerts > 0 &&
      html`<span>${counts.alerts} ${counts.alerts === 1 ? 'alert' : 'alerts'}</span>`,
    counts.muted > 0 && html`<span>${counts.muted} muted</span>`,
    counts.operations > 0 &&
      html`<span>${counts.operations} ${counts.operations === 1 ? 'operation' : 'operations'}</span>`,
    counts.waiting > 0 && html`<span class="waiting">${counts.waiting} waiting for approval</span>`,
  ];
  return html`${words.filter((word) => word !== false)}`;
}

type Change = Omit<ListChange, 'list'>;

interface List {
  replace(rendered: readonly Rendered[]): void;
  since(after: number): Change | undefined;
  whole(): Change;
}

function createList(sequence: Sequence): List {
  let kept: readonly Kept[] = [];
  let orderedAt = 0;
  const htmlOf = (some: readonly Kept[]) =>
    Object.fromEntries(some.map((one) => [one.key, one.html]));
  return {
    replace(rendered) {
      const before = new Map(kept.map((one) => [one.key, one]));
      const sameOrder =
        rendered.length === kept.length &&
        rendered.every((one, index) => one.key === kept[index]?.key);
      kept = rendered.map((one) => {
        const old = before.get(one.key);
        return old?.html === one.html
          ? old
          : { ...one, sequence: sequence.next(), known: old !== undefined };
      });
      if (!sameOrder) orderedAt = sequence.next();
    },
    since(after) {
      const changed = kept.filter((one) => one.sequence > after);
      if (orderedAt > after) return { order: kept.map((one) => one.key), html: htmlOf(changed) };
      return changed.length > 0 ? { html: htmlOf(changed) } : undefined;
    },
    whole: () => ({ order: kept.map((one) => one.key), html: htmlOf(kept) }),
  };
}
