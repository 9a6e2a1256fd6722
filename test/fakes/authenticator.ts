import {
  createHash,
  createSign,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';

/**
 * A security key in software: makes one passkey (ES256, attestation `none`) and signs with it, by the rules of
 * https://www.w3.org/TR/webauthn-3/, and against them where a test says so.
 */
export interface Authenticator {
  readonly credential: string;
  /** `PublicKeyCredential.toJSON()` of a registration, as text. */
  register(challenge: string, twist?: Twist): string;
  /** The same of an assertion. */
  sign(challenge: string, twist?: Twist): string;
}

export interface Twist {
  readonly origin?: string;
  readonly rpId?: string;
  /** Whether the user was verified: a finger, a face, a PIN. */
  readonly verified?: boolean;
  readonly counter?: number;
  readonly userHandle?: string;
  readonly type?: string;
}

export function createAuthenticator(home: {
  readonly origin: string;
  readonly rpId: string;
}): Authenticator {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const id = randomBytes(32);
  const credential = id.toString('base64url');
  let counter = 0;

  function clientData(type: string, challenge: string, { origin = home.origin }: Twist): Buffer {
    return Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));
  }

  function authData(flags: number, twist: Twist): Buffer {
    counter += 1;
    const head = Buffer.alloc(5);
    head[0] = flags | 1 | (twist.verified === false ? 0 : 4);
    head.writeUInt32BE(twist.counter ?? counter, 1);
    return Buffer.concat([sha256(twist.rpId ?? home.rpId), head]);
  }

  return {
    credential,
    register(challenge, twist = {}) {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(id.length);
      const data = Buffer.concat([
        authData(0x40, twist),
        Buffer.alloc(16),
        length,
        id,
        coseKey(publicKey),
      ]);
      const attestationObject = Buffer.concat([
        Buffer.of(0xa3),
        cborText('fmt'),
        cborText('none'),
        cborText('attStmt'),
        Buffer.of(0xa0),
        cborText('authData'),
        cborBytes(data),
      ]);
      return json(credential, {
        clientDataJSON: text(clientData(twist.type ?? 'webauthn.create', challenge, twist)),
        attestationObject: text(attestationObject),
        transports: ['usb'],
      });
    },
    sign(challenge, twist = {}) {
      const client = clientData(twist.type ?? 'webauthn.get', challenge, twist);
      const data = authData(0, twist);
      const signed = createSign('sha256').update(data).update(sha256(client)).sign(privateKey);
      return json(credential, {
        clientDataJSON: text(client),
        authenticatorData: text(data),
        signature: text(signed),
        ...(twist.userHandle === undefined ? {} : { userHandle: twist.userHandle }),
      });
    },
  };
}

function json(id: string, response: object): string {
  return JSON.stringify({
    id,
    rawId: id,
    type: 'public-key',
    clientExtensionResults: {},
    response,
  });
}

/** {1: 2, 3: -7, -1: 1, -2: x, -3: y}: an ES256 key, RFC 9053. */
function coseKey(key: KeyObject): Buffer {
  const { x = '', y = '' } = key.export({ format: 'jwk' });
  return Buffer.concat([
    Buffer.of(0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21),
    cborBytes(Buffer.from(x, 'base64url')),
    Buffer.of(0x22),
    cborBytes(Buffer.from(y, 'base64url')),
  ]);
}

function cborText(written: string): Buffer {
  return Buffer.concat([Buffer.of(0x60 + written.length), Buffer.from(written)]);
}

function cborBytes(bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.of(0x58, bytes.length), bytes]);
}

function sha256(of: string | Buffer): Buffer {
  return createHash('sha256').update(of).digest();
}

function text(bytes: Buffer): string {
  return bytes.toString('base64url');
}
