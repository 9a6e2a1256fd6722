import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'vitest';
import { consoleClient } from '../../support/console-client.ts';
import { eventually } from '../../support/eventually.ts';
import {
  approvedBy,
  declaredBy,
  type LivingThread,
  planIn,
  threadOf,
} from '../../support/thread.ts';
import type { TocsinProcess } from '../../support/tocsin-process.ts';
import type { PostgresSet } from './postgres-servers.ts';
import { missingFrom, type Writer } from './writer.ts';

/** A moment of a failover: as soon as a step is seen to run, or so long after the last approval. */
export type Moment = { readonly step: string } | { readonly afterMs: number };

const steps = ['s1', 's2', 's3', 's4', 's5', 's6', 's7'].map((step): Moment => ({ step }));
/** Between steps there is no time to see: these lie where they lie, over the two seconds that a failover takes. */
const times = Array.from({ length: 9 }, (_, index): Moment => ({ afterMs: 40 + index * 260 }));

/** All of them with TOCSIN_FULL=1; else one, another one each day, so that whatever fails can be had again by its name. */
export function momentsOf(today: Date): readonly Moment[] {
  const all = [...steps, ...times];
  if (process.env['TOCSIN_FULL'] === '1') return all;
  const day = Math.floor(today.getTime() / 86_400_000);
  return all.slice(day % all.length, (day % all.length) + 1);
}

export interface Night {
  readonly set: PostgresSet;
  readonly writer: Writer;
  /** Cookies of three people: who asks, and two who approve. */
  readonly cookies: readonly string[];
  restart(): Promise<TocsinProcess>;
}

/** One more planned failover, by people, in which Tocsin is killed at that moment: the one that is started anew ends it whole. */
export async function survives(
  { set, writer, cookies, restart }: Night,
  bot: TocsinProcess,
  moment: Moment,
): Promise<TocsinProcess> {
  const name = JSON.stringify(moment);
  const [ana, ben, cyn] = cookies.map((cookie) => ({
    console: consoleClient(() => bot.urls.console, cookie),
  }));
  if (!ana || !ben || !cyn) throw new Error('there are three people');
  const thread = await declaredBy(ana, `killed at ${name}`);
  const asked = await thread.says(
    'failover checkout database env=production reason="killed meanwhile"',
  );
  const { line } = await planIn(thread, asked);
  await approvedBy([ben, cyn], thread, line);
  await comes(thread, moment);
  await bot.signal('SIGKILL');

  const next = await restart();
  const again = threadOf(
    { console: consoleClient(() => next.urls.console, cookies[0] ?? '') },
    thread.incident,
  );
  let shown = '';
  await eventually(
    `${name}: it is done`,
    async () => {
      shown = await again.shown();
      return shown.includes('DONE');
    },
    { withinMs: 60_000, say: () => shown },
  );
  const before = writer.acknowledged().length;
  await eventually(`${name}: rows go on`, () => writer.acknowledged().length > before + 20);
  const { primary } = await eventually(`${name}: the set is whole`, set.roles);
  expect(await missingFrom(set, primary, writer.acknowledged()), name).toEqual([]);
  return next;
}

async function comes(thread: LivingThread, moment: Moment): Promise<void> {
  if ('afterMs' in moment) return pause(moment.afterMs);
  const sign = new RegExp(`(running|done) ${moment.step} |DONE`);
  let shown = '';
  await eventually(
    `${moment.step} runs`,
    async () => {
      shown = await thread.shown();
      return sign.test(shown);
    },
    { withinMs: 60_000, say: () => shown },
  );
}
