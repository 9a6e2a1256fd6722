import { afterAll, describe, expect, it } from 'vitest';
import { otherWorlds, stepWorlds } from '../integrations/kubernetes/step-worlds.ts';
import { createWorld } from '../integrations/kubernetes/world.ts';
import { stepContract } from './steps.ts';

const worlds = { ...stepWorlds, ...otherWorlds };
for (const [kind, create] of Object.entries(worlds)) stepContract(kind, create);

describe('the contract of steps', () => {
  const opened: { close(): Promise<void> }[] = [];
  afterAll(async () => {
    for (const one of opened) await one.close();
  });

  it('is run for every kind that is registered', async () => {
    const world = await createWorld();
    opened.push(world);
    expect(Object.keys(world.writer.steps).sort()).toEqual(Object.keys(stepWorlds).sort());
  });
});
