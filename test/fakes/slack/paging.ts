import type { Arguments } from './arguments.ts';
import { compareTs } from './ids.ts';
import { Refusal } from './refusal.ts';

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Empty when this was the last one. */
  readonly next: string;
}

/** https://docs.slack.dev/apis/web-api/pagination */
export function pageOf<Item>(
  all: readonly Item[],
  args: Arguments,
  { usual, most }: { readonly usual: number; readonly most: number },
): Page<Item> {
  const limit = args.count('limit') ?? usual;
  if (!Number.isInteger(limit) || limit < 0) throw new Refusal('invalid_limit');
  const size = Math.min(limit || usual, most);
  const from = positionOf(args.text('cursor'));
  const end = from + size;
  const next = end < all.length ? Buffer.from(`next:${end}`).toString('base64') : '';
  return { items: all.slice(from, end), next };
}

function positionOf(cursor: string | undefined): number {
  if (!cursor) return 0;
  const position = /^next:(\d+)$/.exec(Buffer.from(cursor, 'base64').toString())?.[1];
  if (position === undefined) throw new Refusal('invalid_cursor');
  return Number(position);
}

/** `oldest` and `latest` leave themselves out unless `inclusive` says otherwise. */
export function within(args: Arguments): (message: { readonly ts: string }) => boolean {
  const [oldest, latest] = (['oldest', 'latest'] as const).map((name) => {
    const ts = args.text(name);
    if (ts !== undefined && !Number.isFinite(Number(ts))) throw new Refusal(`invalid_ts_${name}`);
    return ts;
  });
  const edge = args.flag('inclusive') ? 0 : 1;
  return ({ ts }) =>
    (oldest === undefined || compareTs(ts, oldest) >= edge) &&
    (latest === undefined || compareTs(latest, ts) >= edge);
}
