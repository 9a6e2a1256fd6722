import { describe, expect, it } from 'vitest';
import type { AlertSource, SourceAlert } from '../../../src/core/ports/alert-source.ts';
import type { SilenceDone } from '../../../src/core/ports/silences.ts';
import { ProblemError, problem } from '../../../src/core/problem.ts';
import {
  joinSilences,
  joinSources,
  type PeerSilences,
} from '../../../src/integrations/alertmanager/cluster.ts';

const gone = problem('ALERTMANAGER_UNREACHABLE', {});

describe('the peers of a cluster, asked what fires', () => {
  it('are answered for by the one that answers', async () => {
    const pair = joinSources('alertmanager/main', [peer(undefined), peer([alert('a')])]);
    expect((await pair.current()).map(({ fingerprint }) => fingerprint)).toEqual(['a']);
    const dead = joinSources('alertmanager/main', [peer(undefined), peer(undefined)]);
    await expect(dead.current()).rejects.toMatchObject({
      problem: { code: 'ALERTMANAGER_UNREACHABLE' },
    });
  });

  it('make one list, in which an alert is there once, and silent only when all of them say so', async () => {
    const silenced = { state: 'silenced', silencedBy: ['s'] } as const;
    const pair = joinSources('alertmanager/main', [
      peer([alert('a', silenced), alert('b', silenced), alert('c', { startsAt: 5 })]),
      peer([alert('c', { startsAt: 3 }), alert('b'), alert('a', silenced)]),
    ]);
    expect(await pair.current()).toMatchObject([
      { fingerprint: 'a', state: 'silenced', silencedBy: ['s'] },
      { fingerprint: 'b', state: 'firing', silencedBy: [] },
      { fingerprint: 'c', startsAt: 3 },
    ]);
  });

  it('are as old as the eldest of those that gave the answer', async () => {
    const young = peer([], 900);
    const old = peer([alert('a')], 100);
    const pair = joinSources('alertmanager/main', [young, old]);
    expect(await pair.upSince?.(await pair.current())).toBe(100);
    // The old one did not answer: what only it knows has not ended.
    let isThere = false;
    const flapping = {
      ...old.source,
      current: async () => {
        if (isThere) return [alert('a')];
        throw new ProblemError(gone);
      },
    };
    const other = joinSources('alertmanager/main', [young, { source: flapping }]);
    const answer = await other.current();
    isThere = true;
    expect(await other.upSince?.(answer)).toBe(900);
  });
});

describe('a silence at the peers of a cluster', () => {
  it('is made at the next one when the first surely did not take it, and at no second one otherwise', async () => {
    const turns = async (first: SilenceDone) => {
      const made: string[] = [];
      const [a, b] = ['a', 'b'].map((name) =>
        silences({
          create: async () => {
            made.push(name);
            return name === 'a' ? first : { ok: true, ref: name };
          },
        }),
      );
      const pair = joinSilences(
        peer([]).source,
        [a, b].flatMap((each) => each ?? []),
      );
      return [(await pair.create(wanted)).ok, ...made];
    };
    expect(await turns({ ok: false, why: 'wait', problem: gone })).toEqual([true, 'a', 'b']);
    expect(await turns({ ok: false, why: 'unknown', problem: gone })).toEqual([false, 'a']);
    expect(await turns({ ok: false, why: 'refused', problem: gone })).toEqual([false, 'a']);
    expect(await turns({ ok: true, ref: 'x' })).toEqual([true, 'a']);
  });

  it('is found wherever it holds, once, and not where one of them knows its end', async () => {
    const holds = (ref: string, ends = false) => ({ ...held, ref, ends });
    const pair = joinSilences(peer([]).source, [
      silences({ list: async () => ({ ok: true, all: [holds('x'), holds('y')] }) }),
      silences({ list: async () => ({ ok: true, all: [holds('y', true), holds('x')] }) }),
      silences({ list: async () => ({ ok: false, why: 'wait', problem: gone }) }),
    ]);
    expect(await pair.find(wanted)).toEqual({
      ok: true,
      held: [{ ...held, ref: 'x' }],
      isOver: true,
      isWhole: false,
    });
  });

  it('is removed at the peer that knows it, and is not there when none does', async () => {
    const unknown = silences({
      remove: async (ref: string) => ({ ok: true, ref, isUnknown: true }),
    });
    const dead = silences({
      remove: async () => ({ ok: false, why: 'wait', problem: gone }),
    });
    const knows = silences({ remove: async (ref: string) => ({ ok: true, ref }) });
    const removed = async (...peers: readonly { readonly silences: PeerSilences }[]) =>
      (await joinSilences(peer([]).source, peers).remove('x')).ok;
    expect(await removed(unknown, knows)).toBe(true);
    expect(await removed(dead, knows)).toBe(true);
    expect(await removed(unknown, unknown)).toBe(true);
    // The dead one may hold it.
    expect(await removed(unknown, dead)).toBe(false);
  });
});

const held = {
  silence: 'sil-1',
  matchers: [],
  startsAt: '',
  endsAt: 1,
  createdBy: 'ana',
  comment: '',
};

const wanted = {
  silence: 'sil-1',
  matchers: [],
  startsAt: 0,
  endsAt: 1,
  createdBy: 'ana',
  comment: '',
};

function alert(fingerprint: string, more: Partial<SourceAlert> = {}): SourceAlert {
  return {
    fingerprint,
    labels: { alertname: 'Slow' },
    annotations: {},
    startsAt: 1,
    state: 'firing',
    silencedBy: [],
    generatorUrl: '',
    ...more,
  };
}

function peer(alerts: readonly SourceAlert[] | undefined, since = 0) {
  const source: AlertSource = {
    name: 'alertmanager/main',
    current: async () => {
      if (alerts) return alerts;
      throw new ProblemError(gone);
    },
    upSince: async () => since,
  };
  return { source };
}

function silences(told: Partial<PeerSilences>) {
  const refused = { ok: false, why: 'refused', problem: gone } as const;
  const port: PeerSilences = {
    source: 'alertmanager/main',
    landsWithinMs: 1000,
    list: async () => refused,
    matching: async () => refused,
    create: async () => refused,
    remove: async () => refused,
    ...told,
  };
  return { silences: port };
}
