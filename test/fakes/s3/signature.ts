import { createHash, createHmac } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

export interface Signed {
  readonly method: string;
  /** As it stands in the request line. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
}

/**
 * Whether a request was signed with that secret: https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 * The hash of the body is what the header says; whoever takes the body holds it against that.
 */
export function isSignedWith({ method, target, headers }: Signed, secret: string): boolean {
  const found =
    /^AWS4-HMAC-SHA256 Credential=[^/]+\/(\d{8})\/([^/]+)\/s3\/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(
      headers.authorization ?? '',
    );
  if (!found) return false;
  const [, day = '', region = '', names = '', signature = ''] = found;
  const [path = '', query = ''] = target.split('?');
  const signed = names.split(';').map((name) => `${name}:${String(headers[name] ?? '').trim()}\n`);
  const request = [
    method,
    path,
    sortedQuery(query),
    signed.join(''),
    names,
    String(headers['x-amz-content-sha256'] ?? ''),
  ].join('\n');
  const statement = [
    'AWS4-HMAC-SHA256',
    String(headers['x-amz-date'] ?? ''),
    `${day}/${region}/s3/aws4_request`,
    createHash('sha256').update(request).digest('hex'),
  ].join('\n');
  const key = [day, region, 's3', 'aws4_request'].reduce<string | Buffer>(
    (last, word) => createHmac('sha256', last).update(word).digest(),
    `AWS4${secret}`,
  );
  return createHmac('sha256', key).update(statement).digest('hex') === signature;
}

function sortedQuery(query: string): string {
  return [...new URLSearchParams(query)]
    .map(([name, value]) => `${strict(name)}=${strict(value)}`)
    .toSorted()
    .join('&');
}

function strict(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
