import { describe, expect, it } from 'vitest';
import { outsideStates } from '../../src/cli/health.ts';
import { type Problem, problem } from '../../src/core/problem.ts';

const main = 'alertmanager/main';
const source = { name: main, current: async () => [] };

describe('/ready, of what is outside', () => {
  it('calls a cluster degraded while one of its peers does not answer, and names them all', () => {
    expect(stateOf([peer('am-a:9093', 'ok'), peer('am-b:9093', 'degraded')])).toEqual({
      state: 'degraded',
      peers: { 'am-a:9093': 'ok', 'am-b:9093': 'degraded' },
    });
    expect(stateOf([peer('am-a:9093', 'ok'), peer('am-b:9093', 'ok')])).toEqual({
      state: 'ok',
      peers: { 'am-a:9093': 'ok', 'am-b:9093': 'ok' },
    });
  });

  it('says why one that stands alone cannot be asked, and that it is left alone', () => {
    expect(
      stateOf([{ system: main, rests: true }], problem('ALERTMANAGER_UNREACHABLE', {})),
    ).toEqual({ state: 'degraded', code: 'ALERTMANAGER_UNREACHABLE', breaker: 'open' });
    expect(stateOf([{ system: main, rests: false }])).toEqual({ state: 'ok' });
  });
});

function peer(host: string, state: 'ok' | 'degraded' | 'down') {
  return { system: `${main} ${host}`, rests: state === 'down', peer: { of: main, host, state } };
}

function stateOf(
  resting: readonly ReturnType<typeof peer>[] | readonly Alone[],
  trouble?: Problem,
) {
  const parts = { sources: [source], resting: () => resting };
  return outsideStates(parts, { trouble: () => trouble })[main];
}

interface Alone {
  readonly system: string;
  readonly rests: boolean;
}
