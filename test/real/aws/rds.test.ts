import { setTimeout as sleep } from 'node:timers/promises';
import {
  CreateDBInstanceCommand,
  RDSClient,
  waitUntilDBInstanceAvailable,
} from '@aws-sdk/client-rds';
import { describe, onTestFinished, vi } from 'vitest';
import { tellRdsStory } from '../../integrations/aws/rds-story.ts';

/*
 * Against whatever speaks as AWS does at TOCSIN_TEST_AWS_ENDPOINT, for example the server of moto:
 *
 *   docker run --publish 5000:5000 motoserver/moto
 *   TOCSIN_TEST_AWS_ENDPOINT=http://127.0.0.1:5000 npm exec -- vitest run --project real test/real/aws
 *
 * It makes two instances and leaves them there. Without the variable it is skipped; the workflow of the repository has it.
 */

const endpoint = process.env['TOCSIN_TEST_AWS_ENDPOINT'];

vi.setConfig({ testTimeout: 2_400_000 });

describe.skipIf(endpoint === undefined)('an RDS (TOCSIN_TEST_AWS_ENDPOINT)', () => {
  tellRdsStory(async () => {
    const region = process.env['AWS_REGION'] ?? 'eu-west-1';
    const credentials = {
      accessKeyId: process.env['AWS_ACCESS_KEY_ID'] ?? 'AKIATEST',
      secretAccessKey: process.env['AWS_SECRET_ACCESS_KEY'] ?? 'test',
    };
    const rds = new RDSClient({ region, credentials, endpoint: String(endpoint) });
    onTestFinished(() => rds.destroy());
    const instance = `tocsin-${Date.now().toString(36)}`;
    await rds.send(
      new CreateDBInstanceCommand({
        DBInstanceIdentifier: instance,
        DBInstanceClass: 'db.t4g.micro',
        Engine: 'postgres',
        AllocatedStorage: 20,
        MasterUsername: 'tocsin',
        MasterUserPassword: 'only-for-this-test',
        BackupRetentionPeriod: 1,
      }),
    );
    const waiting = { client: rds, maxWaitTime: 1_200, minDelay: 1, maxDelay: 10 };
    await waitUntilDBInstanceAvailable(waiting, { DBInstanceIdentifier: instance });
    const config = { target: 'real', region, credentials, timeoutMs: 10_000 };
    return {
      config: { ...config, endpoint: String(endpoint) },
      instance,
      pass: () => sleep(1_000),
    };
  });
});
