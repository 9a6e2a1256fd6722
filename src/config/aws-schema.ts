import { z } from 'zod';
import { duration, integer, keys, oneOrMany, secret, text, url } from './field.ts';

/** One region of one AWS account. */
export const awsTarget = keys({
  region: text.describe('`eu-west-1`.'),
  access_key_id: text
    .optional()
    .describe('With secret_access_key; as the SDK finds them (role, environment) when absent.'),
  secret_access_key: secret.optional().describe('Its secret.'),
  session_token: secret.optional().describe('Of credentials for a time.'),
  endpoint: url.optional().describe('Where requests go instead of AWS.'),
  timeout: duration('100ms', '1m').default(10_000).describe('How long one request may take.'),
});

/** A database of RDS: exactly one of cluster and instance. */
export const awsDatabase = keys({
  cluster: text.optional().describe('Identifier of a DB cluster (Aurora, or Multi-AZ cluster).'),
  instance: text
    .optional()
    .describe(
      'Identifier of a DB instance: one that is Multi-AZ fails over, a replica is promoted.',
    ),
});

/** A service of ECS. */
export const awsWorkload = keys({
  ecs_cluster: text.describe('Name of the cluster.'),
  ecs_service: text.describe('Name of the service.'),
  min: integer(0, 10_000).optional().describe('Fewest tasks that may be asked for.'),
  max: integer(0, 10_000).optional().describe('Most tasks that may be asked for.'),
});

/** A record of Route 53, and what it says when traffic comes to this environment. */
export const awsTraffic = keys({
  hosted_zone: text.describe('Id of the hosted zone.'),
  record: text.describe('Name of the record: one without a routing policy.'),
  type: z.enum(['A', 'AAAA', 'CNAME']).describe('Its type.'),
  value: oneOrMany(text)
    .optional()
    .describe('What it says then: an address or name, several addresses, or `alias ZONE NAME`.'),
  ttl: integer(1, 86_400).default(60).describe('Its TTL then, in seconds; an alias has none.'),
});

/** A topic of SNS. */
export const awsNotice = keys({ topic: text.describe('ARN of the topic.') });
