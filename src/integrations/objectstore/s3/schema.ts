/** One bucket, and where in it: `to: s3://BUCKET/PREFIX` with what `stores.BUCKET` says of it. */
export interface S3Config {
  /** As `to` has it; what the record calls this store. */
  readonly to: string;
  readonly bucket: string;
  /** Before the name of every object; empty for none. Without slashes at its ends. */
  readonly prefix: string;
  /** As the SDK finds it (environment, profile) when absent. */
  readonly region?: string;
  /** Where requests go instead of AWS. */
  readonly endpoint?: string;
  /** `https://host/bucket/key` instead of `https://bucket.host/key`. */
  readonly pathStyle: boolean;
  /** Absent: as the SDK finds them (environment, profile, web identity, container, instance). */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** PEM text of the authorities that signed the server; the system's when absent. */
  readonly ca?: string;
  readonly proxy?: string;
  /** Of one connection, and of a silence on it. */
  readonly timeoutMs: number;
}

/** What the service, or the way to it, said no with. */
export interface Answered {
  /** `NoSuchKey`, `SlowDown`, `TimeoutError`. */
  readonly name: string;
  readonly message: string;
  /** HTTP; absent where no answer came. */
  readonly status?: number;
  /** It was lost on the way: there, back, or for too long. */
  readonly isNetwork: boolean;
  /** It was refused for our clock, which the SDK has set by the answer. */
  readonly isClock: boolean;
  /** Seconds that the service asks to wait. */
  readonly retryAfter?: number;
  /** Where the bucket is, when it is somewhere else. */
  readonly region?: string;
}

/** Errors of the SDK, of the sockets below it, and whatever else is thrown. */
export function answeredIn(error: unknown): Answered {
  if (!(error instanceof Error))
    return { name: 'Error', message: String(error), isNetwork: false, isClock: false };
  const { $metadata, $response, code } = error as Error & {
    readonly code?: unknown;
    readonly $metadata?: {
      readonly httpStatusCode?: unknown;
      readonly clockSkewCorrected?: unknown;
    };
    readonly $response?: { readonly headers?: Readonly<Record<string, unknown>> };
  };
  const status = $metadata?.httpStatusCode;
  const headers = $response?.headers ?? {};
  const retryAfter = Number(headers['retry-after'] ?? Number.NaN);
  const region = headers['x-amz-bucket-region'];
  return {
    name: error.name,
    message: error.message,
    isNetwork: typeof code === 'string' || error.name === 'TimeoutError',
    isClock: $metadata?.clockSkewCorrected === true,
    ...(typeof status === 'number' && { status }),
    ...(Number.isFinite(retryAfter) && { retryAfter }),
    ...(typeof region === 'string' && { region }),
  };
}

/** A request whose body has a SHA-256 in front names it as the one that is signed, too. */
export function withContentHash<A extends { readonly request: unknown }>(args: A): A {
  const { headers } = args.request as { headers: Record<string, string> };
  const sha256 = headers['x-amz-checksum-sha256'];
  if (sha256 === undefined) return args;
  headers['x-amz-content-sha256'] = Buffer.from(sha256, 'base64').toString('hex');
  return args;
}

/** The body of an answer, as it comes in; empty where there is none. */
export function bodyIn(body: unknown): AsyncIterable<Uint8Array> {
  return (body ?? []) as AsyncIterable<Uint8Array>;
}
