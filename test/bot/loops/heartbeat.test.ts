import { describe, expect, it } from 'vitest';
import { createHeartbeatLoop } from '../../../src/bot/loops/heartbeat.ts';
import { createPulse } from '../../../src/bot/pulse.ts';
import { ProblemError, problem } from '../../../src/core/problem.ts';
import { stillClock } from '../../fakes/still-clock.ts';

function world() {
  const clock = stillClock();
  const pulse = createPulse({ deadlines: 60_000, watchdogs: 60_000 }, clock.now);
  const outcomes: string[] = [];
  const lines: string[] = [];
  const state = { accepting: true, answers: true, pings: 0 };
  const loop = createHeartbeatLoop({
    clock,
    pulse,
    accepting: () => state.accepting,
    ping: async () => {
      state.pings += 1;
      if (!state.answers) throw new ProblemError(problem('HEARTBEAT_REFUSED', { status: 500 }));
    },
    everyMs: 30_000,
    counts: { pinged: (outcome) => outcomes.push(outcome) },
    log: (_message, fields) => lines.push(JSON.stringify(fields)),
  });
  const beat = () => {
    pulse.beat('deadlines');
    pulse.beat('watchdogs');
  };
  return { clock, pulse, loop, state, outcomes, lines, beat };
}

describe('the outside checker', () => {
  it('is told at once, and then as often as it is to be', async () => {
    const { clock, loop, state, beat } = world();
    loop.start();
    for (let turn = 0; turn < 4; turn += 1) {
      beat();
      await clock.passes(30_000);
    }
    expect(state.pings).toBe(5);
    await loop.close();
  });

  it('is told nothing while a loop stands still, and again once it turns', async () => {
    const { clock, pulse, loop, state, outcomes, lines } = world();
    await clock.passes(50_000);
    pulse.beat('deadlines');
    await clock.passes(20_000);
    expect(pulse.still()).toEqual([{ loop: 'watchdogs', ms: 70_000 }]);
    await loop.turn();
    expect([state.pings, outcomes]).toEqual([0, ['withheld']]);
    expect(lines[0]).toContain('watchdogs');
    pulse.beat('watchdogs');
    await loop.turn();
    expect([state.pings, outcomes]).toEqual([1, ['withheld', 'told']]);
  });

  it('is told nothing while the journal takes no appends', async () => {
    const { loop, state, outcomes } = world();
    state.accepting = false;
    await loop.turn();
    expect([state.pings, outcomes]).toEqual([0, ['withheld']]);
  });

  it('that refuses is told again next time, and the log says why', async () => {
    const { clock, loop, state, outcomes, lines, beat } = world();
    state.answers = false;
    loop.start();
    await clock.passes(1);
    expect(lines).toEqual(['{"code":"HEARTBEAT_REFUSED","status":500}']);
    state.answers = true;
    beat();
    await clock.passes(30_000);
    expect(outcomes).toEqual(['failed', 'told']);
    await loop.close();
  });
});
