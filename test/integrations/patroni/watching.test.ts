import { afterEach, beforeEach, expect, it } from 'vitest';
import { connect } from '../../../src/integrations/patroni/index.ts';
import { type FakePatroni, startFakePatroni } from '../../fakes/patroni.ts';
import { configOf } from './step-worlds.ts';

let patroni: FakePatroni;
beforeEach(async () => {
  patroni = await startFakePatroni();
});
afterEach(() => patroni.close());

const found = () => connect(configOf(patroni)).endpoint?.(2_000).check();

function member(name: string) {
  const found = patroni.state.members[name];
  if (!found) throw new Error(`nobody is called ${name}`);
  return found;
}

it('a cluster whose leader runs and says so is well, though a replica is away', async () => {
  expect(await found()).toBeUndefined();
  member('n2').silent = true;
  expect(await found()).toBeUndefined();
});

it('a leader that answers nobody is an outage, and another one that leads ends it', async () => {
  member('n1').silent = true;
  expect(await found()).toMatchObject({
    code: 'PATRONI_LEADER_AWAY',
    facts: { told: expect.stringContaining('n1') },
  });
  patroni.lead('n2');
  expect(await found()).toBeUndefined();
});

it('two members that take writes, or none that answers, is an outage with its own words', async () => {
  member('n2').rogue = true;
  expect(await found()).toMatchObject({ code: 'PATRONI_SPLIT' });
  for (const each of Object.values(patroni.state.members)) each.silent = true;
  expect(await found()).toMatchObject({ code: 'PATRONI_UNREACHABLE' });
});
