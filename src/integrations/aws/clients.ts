import { type Problem, ProblemError, problem } from '../../core/problem.ts';
import type { AwsConfig } from './schema.ts';

type Rds = typeof import('@aws-sdk/client-rds');
type Ecs = typeof import('@aws-sdk/client-ecs');
type Route53 = typeof import('@aws-sdk/client-route-53');
type Sns = typeof import('@aws-sdk/client-sns');
type CloudWatch = typeof import('@aws-sdk/client-cloudwatch');

/**
 * Each asks one service once. Throws AWS_REFUSED with the service's own code and words, AWS_NO_ANSWER when no answer
 * came, AWS_THROTTLED where the service says so.
 */
export interface Clients {
  rds<T>(
    what: string,
    ask: (client: InstanceType<Rds['RDSClient']>, sdk: Rds) => Promise<T>,
  ): Promise<T>;
  ecs<T>(
    what: string,
    ask: (client: InstanceType<Ecs['ECSClient']>, sdk: Ecs) => Promise<T>,
  ): Promise<T>;
  route53<T>(
    what: string,
    ask: (client: InstanceType<Route53['Route53Client']>, sdk: Route53) => Promise<T>,
  ): Promise<T>;
  sns<T>(
    what: string,
    ask: (client: InstanceType<Sns['SNSClient']>, sdk: Sns) => Promise<T>,
  ): Promise<T>;
  cloudwatch<T>(
    what: string,
    ask: (client: InstanceType<CloudWatch['CloudWatchClient']>, sdk: CloudWatch) => Promise<T>,
  ): Promise<T>;
  close(): void;
}

/**
 * Left to itself the SDK sends a request up to three times; for a promotion or a message that is one too many, so each
 * goes out once: https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
 */
export function createClients(config: AwsConfig): Clients {
  const { region, credentials, endpoint, timeoutMs } = config;
  const options = {
    region,
    maxAttempts: 1,
    requestHandler: { requestTimeout: timeoutMs, connectionTimeout: timeoutMs },
    ...(credentials && { credentials }),
    ...(endpoint !== undefined && { endpoint }),
  };
  const opened: { destroy(): void }[] = [];

  /** Loaded and made once, on the first question. */
  function once<S, C extends { destroy(): void }>(load: () => Promise<S>, make: (sdk: S) => C) {
    let made: Promise<{ readonly sdk: S; readonly client: C }> | undefined;
    return async <T>(what: string, ask: (client: C, sdk: S) => Promise<T>): Promise<T> => {
      made ??= load().then((sdk) => {
        const client = make(sdk);
        opened.push(client);
        return { sdk, client };
      });
      const { sdk, client } = await made;
      try {
        return await ask(client, sdk);
      } catch (error) {
        if (error instanceof ProblemError) throw error;
        throw new ProblemError(problemOf(error, { target: config.target, what }), { cause: error });
      }
    };
  }

  return {
    rds: once(
      () => import('@aws-sdk/client-rds'),
      ({ RDSClient }) => new RDSClient(options),
    ),
    ecs: once(
      () => import('@aws-sdk/client-ecs'),
      ({ ECSClient }) => new ECSClient(options),
    ),
    route53: once(
      () => import('@aws-sdk/client-route-53'),
      ({ Route53Client }) => new Route53Client(options),
    ),
    sns: once(
      () => import('@aws-sdk/client-sns'),
      ({ SNSClient }) => new SNSClient(options),
    ),
    cloudwatch: once(
      () => import('@aws-sdk/client-cloudwatch'),
      ({ CloudWatchClient }) => new CloudWatchClient(options),
    ),
    close() {
      for (const client of opened) client.destroy();
    },
  };
}

const throttles = /^(Throttl|RequestLimitExceeded|TooManyRequests|SlowDown)/;

function problemOf(error: unknown, context: { target: string; what: string }): Problem {
  const { name, message } = error instanceof Error ? error : { name: '', message: String(error) };
  const why = `${name}: ${message}`.replaceAll(/\s+/g, ' ').slice(0, 300);
  // What the service answered has a status; what was lost on the way has none.
  const status = statusOf(error);
  if (throttles.test(name)) return problem('AWS_THROTTLED', { ...context, why });
  if (name === 'CredentialsProviderError')
    return problem('AWS_NO_CREDENTIALS', { ...context, why });
  if (name.includes('QuotaExceeded')) return problem('AWS_QUOTA', { ...context, why });
  if (status !== undefined && status < 500) return problem('AWS_REFUSED', { ...context, why });
  return problem('AWS_NO_ANSWER', { ...context, why });
}

function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('$metadata' in error)) return undefined;
  const { $metadata: metadata } = error;
  if (typeof metadata !== 'object' || metadata === null) return undefined;
  return 'httpStatusCode' in metadata && typeof metadata.httpStatusCode === 'number'
    ? metadata.httpStatusCode
    : undefined;
}

/** A clear no, or nothing that could have been sent: the request has changed nothing. */
export function isRefusal(error: unknown): boolean {
  const codes = ['AWS_REFUSED', 'AWS_THROTTLED', 'AWS_NO_CREDENTIALS', 'AWS_QUOTA'];
  return error instanceof ProblemError && codes.includes(error.problem.code);
}

/** Something of that name is there already. */
export function isTaken({ code, facts }: Problem): boolean {
  return code === 'AWS_REFUSED' && /^\w*AlreadyExists/.test(String(facts['why'] ?? ''));
}
