import { describe, expect, it } from 'vitest';
import { isSecretName, mask, maskedShort } from '../../src/core/masker.ts';

const drawn = 'q7Zr2LxVw9TnB4yKs8HdM3jF';
const pemBody = `${'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj'}\nAgEAAoIBAQC7VJTUt9Us8cKj`;

describe('the masker hides', () => {
  it.each([
    ['a password', `password=${'hunter2-canary'}`],
    ['a password in JSON', '{"user":"ana","password":"hunter2-canary"}'],
    ['a password with spaces in quotes', 'DB_PASSWORD="hunter2 canary"'],
    ['a password in YAML', 'db_password: hunter2-canary'],
    ['a flag', 'run --api-token hunter2-canary --verbose'],
    ['a flag with =', 'run --api-token=hunter2-canary'],
    ['a password in a URL', 'postgres://app:hunter2-canary@db:5432/shop'],
    ['a token as the user of a URL', 'https://hunter2-canary@example.com/x.git'],
    ['an Authorization header', 'Authorization: Basic aHVudGVyMi1jYW5hcnk='],
    ['a bearer token', 'sent Bearer hunter2-canary-token'],
    ['a cookie', 'Cookie: session=hunter2-canary; theme=dark'],
    ['a JWT', `got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.hunter2canary`],
    ['an AWS key id', 'using AKIAHUNTER2CANARY9X'],
    ['an AWS secret', 'aws_secret_access_key = wJalrXUtnFEMI/hunter2canary/bPxRfiCYEXAMPLE'],
    ['a Slack token', ['posting with xo', 'xb-hunter2-canary'].join('')],
    ['a GitHub token', ['cloned with gh', 'p_hunter2canaryhunter2canary'].join('')],
    ['a PEM block', `-----BEGIN PRIVATE KEY-----\n${pemBody}\n-----END PRIVATE KEY-----`],
    ['a PEM block that was cut', `-----BEGIN RSA PRIVATE KEY-----\n${pemBody}`],
    ['a run drawn at random', `cursor ${drawn}`],
    ['a connection string', 'connection_string=Server=db;Pwd=hunter2-canary'],
  ])('%s', (_what, line) => {
    const masked = mask(line);
    expect(masked).toContain('‹hidden›');
    expect(masked).not.toMatch(/hunter2|canary|MIIE|AgEAA|q7Zr2L|aHVudGVy/i);
  });

  it('a secret that is cut in half, because it is cut after', () => {
    const line = `${'x '.repeat(140)}token=hunter2-canary-hunter2`;
    expect(maskedShort(line, 295)).not.toContain('hunter2');
  });
});

describe('the masker leaves', () => {
  it.each([
    ['prose', 'the connection to the database was refused after 3 tries'],
    ['an image', 'registry.example.com/shop/checkout:1.42.0'],
    ['an image by digest', `checkout@sha256:${'ab12'.repeat(16)}`],
    ['a uid', 'pod 65e457d6-f865-44e9-ad76-be8a2b69d641 restarted'],
    ['a pod name', 'checkout-848d499884-x7k2p'],
    ['a path', '/usr/src/app/node_modules/express/lib/router/index.js:284:7'],
    ['a URL', 'GET https://checkout.example.com/health?verbose=1 200'],
    ['a JSON log line', '{"level":"error","msg":"TAX_TABLE_URL is not set","attempt":3}'],
    ['a time', '2026-11-20T10:06:25.123456789Z started'],
    ['a class name', 'java.lang.IllegalStateException at com.shop.CheckoutServiceImplementation'],
  ])('%s', (_what, line) => {
    expect(mask(line)).toBe(line);
  });
});

describe('a secret name', () => {
  it.each([
    'DB_PASSWORD',
    'apiKey',
    'x-auth-token',
    'SECRET',
    'awsAccessKeyId',
    'session_id',
    'SENTRY_DSN',
  ])('is %s', (name) => expect(isSecretName(name)).toBe(true));
  it.each(['image', 'replicas', 'key', 'LOG_LEVEL', 'monkey', 'topologyKey', 'name'])(
    'is not %s',
    (name) => expect(isSecretName(name)).toBe(false),
  );
});
