import { type NotificationDue, notificationsDue } from '../../core/incident/notify.ts';
import { proposalsOf } from '../../core/incident/proposal.ts';
import { isPending } from '../../core/operation/decide.ts';
import type { OperationState } from '../../core/operation/operation.ts';
import { tellingDue } from '../../core/operation/tell.ts';
import { decideWindows, openWindows } from '../../core/operation/window.ts';
import { problem } from '../../core/problem.ts';
import type { Clock } from '../clock.ts';
import type { Engine } from '../engine.ts';

export interface DeadlinesLoopOptions {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly ackReminderMs: number;
  /** Whom a group names, at this moment. */
  readonly members: (group: string) => readonly string[];
  readonly everyMs: number;
  /** Called on each turn: what is over leaves memory. */
  readonly sweep: (now: number) => void;
  readonly log: (message: string, fields: Readonly<Record<string, unknown>>) => void;
}

/** So many appends at a time: the intake has its place beside them. */
const groupSize = 100;

const NONE: readonly string[] = [];

interface Due {
  readonly id: string;
  readonly due: NotificationDue;
}

export interface DeadlinesLoop {
  start(): void;
  /** One look at everything; the timer's, and a test's. */
  turn(): Promise<void>;
  close(): Promise<void>;
}

/**
 * A plan that is not made by then was lost; drafts are bounded well below. One that was asked for before this process
 * began is lost at once: the journal has one owner at a time, and whoever drafted it is no more.
 */
const planningMaxMs = 120_000;

/** Turns time into events. Nothing relies on it being on time: decisions refuse by themselves what is past its expiry. */
export function createDeadlinesLoop(options: DeadlinesLoopOptions): DeadlinesLoop {
  const { engine, clock, log } = options;
  const beganAt = clock.now();
  let stop: (() => void) | undefined;
  let running: Promise<void> | undefined;
  let closed = false;

  function plan(): void {
    if (closed) return;
    stop = clock.after(options.everyMs, () => {
      running = turn()
        .catch((error: unknown) => log('deadlines turn failed', { error }))
        .then(() => {
          running = undefined;
          plan();
        });
    });
  }

  async function turn(): Promise<void> {
    const now = clock.now();
    const operations = [...engine.readings.operations.values()];
    await endFreezes(now);
    await seeWindows(now);
    await inGroups(operations, ({ state }) => operation(state, now));
    await inGroups(duesOf(now), ({ id, due }) => notify(id, due, now));
    await inGroups(lapsed(now), ({ id, names }) => expire(id, names, now));
    options.sweep(now);
  }

  /** Nothing relies on this: a freeze is over at its time. It is for those who wait, and for what is shown. */
  async function endFreezes(now: number): Promise<void> {
    const over = engine.halts().freezes.filter(({ until }) => now >= until);
    if (over.length === 0) return;
    const names = over.map(({ scope, until }) => `${scope}/${until}`).join('/');
    await engine.tellHalts(
      { type: 'EndFreezes', at: now },
      { cause: `deadlines/freezes/${names}`, by: 'tocsin' },
    );
  }

  /** What holds by the calendar is put on record for those who wait and read; no decision rests on that. */
  async function seeWindows(now: number): Promise<void> {
    const halts = engine.halts();
    const open = openWindows(halts.windows ?? [], now);
    if (decideWindows(halts, open).length === 0) return;
    const version = engine.readings.halts.get('all')?.version ?? 0;
    await engine.tellHalts(
      { type: 'SeeWindows', open },
      { cause: `deadlines/windows/${version}`, by: 'tocsin' },
    );
  }

  /** Those of a group travel to disk together. One that cannot be told must not keep the others from it. */
  async function inGroups<T>(all: readonly T[], tell: (each: T) => Promise<void>): Promise<void> {
    for (let from = 0; from < all.length; from += groupSize) {
      const told = await Promise.allSettled(all.slice(from, from + groupSize).map(tell));
      const failed = told.filter((each) => each.status === 'rejected');
      const [first] = failed;
      if (!first) continue;
      log('deadlines could not be told', { count: failed.length, error: first.reason });
    }
  }

  /** Asked of every open incident, each time: on a bad night of ten thousand that say nothing. */
  function duesOf(now: number): readonly Due[] {
    const { ackReminderMs } = options;
    const dues: Due[] = [];
    for (const [id, { state }] of engine.readings.incidents) {
      if (state.status !== 'open') continue;
      const question = { now, ackReminderMs, unknown: unknownOf(id) };
      for (const due of notificationsDue(state, question)) dues.push({ id, due });
    }
    return dues;
  }

  /** Proposals whose time is over, for what is shown: none of them can be asked for since then. */
  function lapsed(now: number): readonly { readonly id: string; readonly names: string }[] {
    return [...engine.readings.incidents].flatMap(([id, { state }]) => {
      const over = proposalsOf(state).filter(({ ended, until }) => !ended && now >= until);
      return over.length === 0 ? [] : [{ id, names: over.map((each) => each.proposal).join('/') }];
    });
  }

  async function expire(id: string, names: string, now: number): Promise<void> {
    const cause = `deadlines/${id}/proposals/${names}`;
    await engine.tellIncident(id, { type: 'ExpireProposals', at: now }, { cause, by: 'tocsin' });
  }

  async function operation(state: OperationState, now: number): Promise<void> {
    if (isPending(state) && state.plan && now >= state.plan.expiresAt) {
      const cause = `deadlines/${state.id}/expired`;
      await engine.tellOperation(state.id, { type: 'Expire', at: now }, { cause, by: 'tocsin' });
    }
    const moment = tellingDue(state);
    if (moment) {
      const groups = state.rule?.tell ?? [];
      const called = groups.map((group) => ({ group, people: options.members(group) }));
      const cause = `deadlines/${state.id}/told/${moment}`;
      await engine.tellOperation(
        state.id,
        { type: 'RecordTold', moment, called },
        { cause, by: 'tocsin' },
      );
    }
    if (state.status === 'asked' && state.asked && isLost(state.asked.at, now)) {
      const lost = problem('PLAN_INTERRUPTED', { line: state.asked.line });
      const cause = `deadlines/${state.id}/interrupted`;
      await engine.tellOperation(
        state.id,
        { type: 'GiveUpPlanning', problem: lost },
        { cause, by: 'tocsin' },
      );
    }
  }

  function isLost(askedAt: number, now: number): boolean {
    return askedAt < beganAt || now - askedAt > planningMaxMs;
  }

  async function notify(id: string, due: NotificationDue, now: number): Promise<void> {
    await engine.tellIncident(
      id,
      {
        type: 'RecordNotified',
        at: now,
        key: due.key,
        group: due.group,
        people: options.members(due.group),
      },
      { cause: `deadlines/${id}/notified/${due.key}`, by: 'tocsin' },
    );
  }

  function unknownOf(incident: string): readonly string[] {
    const asked = engine.readings.operationsOf.get(incident);
    if (asked === undefined) return NONE;
    return asked.filter((id) => engine.readings.operations.get(id)?.state.status === 'unknown');
  }

  return {
    start: plan,
    turn,
    async close() {
      closed = true;
      stop?.();
      await running;
    },
  };
}
