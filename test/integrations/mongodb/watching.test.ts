import { expect, it, onTestFinished } from 'vitest';
import { connect } from '../../../src/integrations/mongodb/index.ts';
import { startReplicaSet } from '../../fakes/mongodb/replica-set.ts';

it('a set is well while one primary takes writes, whoever it is, and not while nobody was elected', async () => {
  const set = await startReplicaSet();
  onTestFinished(() => set.close());
  const [first, second] = set.members;
  if (!first || !second) throw new Error('a set has three members');
  const members = set.members.map(({ name }) => {
    const [host = '', port = ''] = name.split(':');
    return { host, port: Number(port) };
  });
  const config = {
    target: 'orders-db',
    set: 'rs0',
    members,
    authSource: 'admin',
    timeoutMs: 5_000,
  };
  const found = () => connect(config).endpoint?.(2_000).check();
  expect(await found()).toBeUndefined();

  set.holdElections();
  first.down = true;
  expect(await found()).toMatchObject({
    code: 'MONGODB_NO_PRIMARY',
    facts: { silent: first.name },
  });
  set.letElect();
  set.elect(second);
  expect(await found()).toBeUndefined();
});
