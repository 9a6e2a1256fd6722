import { describe, onTestFinished } from 'vitest';
import { startAws } from '../../fakes/aws/server.ts';
import { tellRdsStory } from './rds-story.ts';

describe('the emulator', () => {
  tellRdsStory(async () => {
    const aws = await startAws();
    onTestFinished(() => aws.close());
    aws.account.instances.push({
      ...{ name: 'orders', status: 'available', multiAz: false, zone: 'eu-west-1a' },
      ...{ secondaryZone: '', source: '', retention: 1 },
    });
    const credentials = { accessKeyId: 'AKIATEST', secretAccessKey: 'a-secret-key' };
    return {
      config: {
        ...{ target: 'aws-eu', region: 'eu-west-1', timeoutMs: 2_000, credentials },
        endpoint: aws.url,
      },
      instance: 'orders',
      pass: async () => aws.account.settles(),
    };
  });
});
