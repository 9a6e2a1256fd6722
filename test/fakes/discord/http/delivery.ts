import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { request as requestOverHttp } from 'node:http';
import { takeCallback } from '../callback.ts';
import { fail, type Interaction, interactionTypes } from '../interaction.ts';
import { type Json, object } from '../json.ts';
import { interactionCallback } from '../methods/interaction-callback.ts';
import { Refusal } from '../refusal.ts';
import type { World } from '../world.ts';
import { parseMultipart, type UploadedFile } from './multipart.ts';
import type { Request } from './server.ts';

/** One visit with a signature that is wrong on purpose. */
export interface Probe {
  readonly wrong: string;
  readonly status: number;
  /** It was answered with 401, as it must be. */
  readonly refused: boolean;
}

/**
 * Interactions over HTTP instead of the gateway, signed with Ed25519:
 * https://discord.com/developers/docs/interactions/overview#preparing-for-interactions
 */
export interface HttpInteractions {
  /** 32 bytes in hex, as the developer portal shows it. */
  readonly publicKey: string;
  readonly url: () => string | undefined;
  /** Enters the address in the portal: it must answer a ping and refuse what is signed wrongly, or this throws. */
  connect(url: string): Promise<void>;
  /** Back to the gateway. */
  disconnect(): void;
  /** The service does so now and then: if one of them is accepted, it takes the address out. */
  probe(): Promise<readonly Probe[]>;
  /** Everything that was tried with a wrong signature, oldest first. */
  readonly probes: readonly Probe[];
}

interface Posted {
  readonly status: number;
  readonly body: Buffer;
  readonly contentType: string;
}

export interface Delivery {
  readonly control: HttpInteractions;
  /** Sends it to the address, and takes the answer. */
  deliver(interaction: Interaction): void;
}

export function createDelivery(world: World, watch: (request: Request) => void): Delivery {
  const keys = generateKeyPairSync('ed25519');
  const strangers = generateKeyPairSync('ed25519');
  const der = keys.publicKey.export({ type: 'spki', format: 'der' });
  const publicKey = der.subarray(der.length - 32).toString('hex');
  const probes: Probe[] = [];
  let url: string | undefined;

  const ping = (): string =>
    JSON.stringify({
      id: world.nextId(),
      application_id: world.applicationId,
      type: interactionTypes.ping,
      token: 'ping',
      version: 1,
    });

  function seal(body: string, key: KeyObject = keys.privateKey): Required<Sealed> {
    const timestamp = String(Math.trunc(world.clock.now() / 1_000));
    return { timestamp, signature: sign(null, Buffer.from(timestamp + body), key).toString('hex') };
  }

  /** Ways to be wrong that a careless check lets pass. */
  function forgeries(body: string): readonly Forgery[] {
    const good = seal(body);
    const flipped = (good.signature.startsWith('0') ? '1' : '0') + good.signature.slice(1);
    const later = String(Number(good.timestamp) + 1);
    return [
      { wrong: 'a changed signature', body, seal: { ...good, signature: flipped } },
      { wrong: 'the key of a stranger', body, seal: seal(body, strangers.privateKey) },
      { wrong: 'another timestamp', body, seal: { ...good, timestamp: later } },
      { wrong: 'another body', body: body.replace('"version":1', '"version":2'), seal: good },
      { wrong: 'no signature', body, seal: { timestamp: good.timestamp } },
      { wrong: 'no timestamp', body, seal: { signature: good.signature } },
      {
        wrong: 'a signature that is no hex',
        body,
        seal: { ...good, signature: 'not a signature' },
      },
    ];
  }

  async function probe(): Promise<readonly Probe[]> {
    const target = url;
    if (target === undefined) throw new Error('no address is entered');
    const made: Probe[] = [];
    for (const { wrong, body, seal: given } of forgeries(ping())) {
      const { status } = await post(target, body, given);
      made.push({ wrong, status, refused: status === 401 });
    }
    probes.push(...made);
    if (made.some(({ refused }) => !refused)) url = undefined;
    return made;
  }

  async function connect(address: string): Promise<void> {
    const body = ping();
    const { status, body: answer } = await post(address, body, seal(body));
    const pong = status === 200 && object(parsed(answer))['type'] === 1;
    if (!pong) throw new Error(`${address} answered the ping with ${status} ${answer.toString()}`);
    url = address;
    const accepted = (await probe()).filter(({ refused }) => !refused);
    if (accepted.length === 0) return;
    const which = accepted.map(({ wrong, status: got }) => `${wrong} (${got})`).join(', ');
    throw new Error(`${address} accepted ${which}: the address is not taken`);
  }

  async function send(interaction: Interaction, target: string): Promise<void> {
    const body = JSON.stringify(interaction.payload);
    const answer = await post(target, body, seal(body));
    // 202 says that the answer comes by the callback method.
    if (answer.status === 202 || interaction.failed || interaction.answer) return;
    if (answer.status !== 200) {
      interaction.complaint = { message: `HTTP ${answer.status}` };
      fail(interaction);
      return;
    }
    const form = await parseMultipart(answer.body, answer.contentType);
    const json = form ? Buffer.from(form.fields.get('payload_json') ?? '') : answer.body;
    take(interaction, object(parsed(json)), form?.files ?? []);
  }

  /** An answer in the body is judged as if it had come by the callback method. */
  function take(interaction: Interaction, body: Json, files: readonly UploadedFile[]): void {
    const { path } = interactionCallback;
    const at = world.clock.now();
    const request: Request = { at, verb: 'POST', route: path, path, body, files, ...unanswered };
    watch(request);
    try {
      takeCallback(world, interaction, { body, files });
      request.status = 200;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      request.status = error.status;
      interaction.complaint = error.body;
      fail(interaction);
    }
  }

  return {
    control: {
      publicKey,
      url: () => url,
      connect,
      disconnect: () => {
        url = undefined;
      },
      probe,
      probes,
    },
    deliver(interaction) {
      if (url === undefined) return;
      send(interaction, url).catch((error: unknown) => {
        interaction.complaint = { message: String(error) };
        fail(interaction);
      });
    },
  };
}

const unanswered = { status: undefined, code: undefined } as const;

interface Sealed {
  readonly timestamp?: string;
  readonly signature?: string;
}

interface Forgery {
  readonly wrong: string;
  readonly body: string;
  readonly seal: Sealed;
}

function post(url: string, body: string, { timestamp, signature }: Sealed): Promise<Posted> {
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'Discord-Interactions/1.0 (+https://discord.com)',
    'content-length': Buffer.byteLength(body),
    ...(signature === undefined ? {} : { 'x-signature-ed25519': signature }),
    ...(timestamp === undefined ? {} : { 'x-signature-timestamp': timestamp }),
  };
  return new Promise((resolve, reject) => {
    const sent = requestOverHttp(url, { method: 'POST', headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          body: Buffer.concat(chunks),
          contentType: response.headers['content-type'] ?? '',
        }),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return undefined;
  }
}
