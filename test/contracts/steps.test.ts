import { afterAll, describe, expect, it } from 'vitest';
import { connect as connectAws } from '../../src/integrations/aws/index.ts';
import { connect as connectMongodb } from '../../src/integrations/mongodb/index.ts';
import { connect as connectPatroni } from '../../src/integrations/patroni/index.ts';
import { connect as connectPostgres } from '../../src/integrations/postgres/index.ts';
import { driversOf } from '../../src/integrations/redis/index.ts';
import {
  backupKinds,
  stepWorlds as backupWorlds,
  begunWorlds,
} from '../bot/backups/step-worlds.ts';
import { createFakeRedis } from '../fakes/redis.ts';
import { stepWorlds as awsWorlds } from '../integrations/aws/step-worlds.ts';
import { otherWorlds, stepWorlds } from '../integrations/kubernetes/step-worlds.ts';
import { createWorld } from '../integrations/kubernetes/world.ts';
import { stepWorlds as mongodbWorlds } from '../integrations/mongodb/step-worlds.ts';
import { stepWorlds as patroniWorlds } from '../integrations/patroni/step-worlds.ts';
import {
  config as postgresConfig,
  stepWorlds as postgresWorlds,
} from '../integrations/postgres/step-worlds.ts';
import { configOf, stepWorlds as redisWorlds } from '../integrations/redis/step-worlds.ts';
import { begunContract } from './begun-steps.ts';
import { stepContract } from './steps.ts';

const worlds = {
  ...stepWorlds,
  ...otherWorlds,
  ...awsWorlds,
  ...backupWorlds,
  ...mongodbWorlds,
  ...patroniWorlds,
  ...postgresWorlds,
  ...redisWorlds,
};
for (const [kind, create] of Object.entries(worlds)) stepContract(kind, create);
for (const [kind, create] of Object.entries(begunWorlds)) begunContract(kind, create);

/**
 * Of a failover of PostgreSQL: the choice changes nothing, and each of the others first looks whether it is done and may be
 * done again as it is. `test/real/postgres` has them against real servers, with each of them failing.
 */
const doneTwiceAlike = [
  'choose',
  'follow',
  'rejoin',
  'release',
  'repoint',
  'restrain',
  'turn',
  'unfence',
].map((kind) => `postgres.${kind}`);

describe('the contract of steps', () => {
  const opened: { close(): Promise<void> }[] = [];
  afterAll(async () => {
    for (const one of opened) await one.close();
  });

  it('is run for every kind that is registered', async () => {
    const world = await createWorld();
    opened.push(world);
    expect(Object.keys(world.writer.steps).sort()).toEqual(Object.keys(stepWorlds).sort());
    const patroni = connectPatroni({
      target: 'pg',
      endpoints: ['http://127.0.0.1:1'],
      timeoutMs: 100,
      actionTimeoutMs: 100,
    }).openWriter();
    expect(Object.keys(patroni.steps).sort()).toEqual(Object.keys(patroniWorlds).sort());
    const postgres = connectPostgres(postgresConfig).openWriter();
    expect(Object.keys(postgres.steps).sort()).toEqual(
      [...Object.keys(postgresWorlds), ...doneTwiceAlike].sort(),
    );
    const aws = connectAws({ target: 'a', region: 'eu-west-1', timeoutMs: 100 }).openWriter();
    expect(Object.keys(aws.steps).sort()).toEqual(
      [...Object.keys(awsWorlds), 'aws.publish'].sort(),
    );
    const mongodb = connectMongodb({
      target: 'm',
      set: 'rs0',
      members: [],
      authSource: 'admin',
      timeoutMs: 100,
    }).openWriter();
    expect(Object.keys(mongodb.steps)).toEqual(Object.keys(mongodbWorlds));
    const backups = [...Object.keys(backupWorlds), ...Object.keys(begunWorlds)];
    expect([...backupKinds()].sort()).toEqual(backups.sort());
    const redis = createFakeRedis();
    const redisKinds = (['sentinels', 'cluster', 'servers'] as const).flatMap((kind) =>
      Object.keys(driversOf(configOf(kind, redis), redis.connections)),
    );
    expect(redisKinds.sort()).toEqual(Object.keys(redisWorlds).sort());
  });
});
