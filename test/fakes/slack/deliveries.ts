import { createHmac } from 'node:crypto';
import type { Clock } from '../../../src/bot/clock.ts';
import { type Json, parsed, recordOf, textOf } from './json.ts';
import type { Sockets } from './sockets/socket-mode.ts';
import type { App } from './state.ts';

/** An app has three seconds, then the person sees the platform's own error. */
const ackWithinMs = 3_000;

/** After a failed delivery of an event: at once, after a minute, after five. https://docs.slack.dev/apis/events-api */
const retryAfterMs = [0, 60_000, 300_000];

export type Kind = 'events_api' | 'interactive' | 'slash_commands';

/** What became of one thing that was handed to the app. */
export interface Delivery {
  readonly kind: Kind;
  /** `/ops`, an action id, a callback id, the type of an event. */
  readonly what: string;
  /** By the clock of the fake. */
  readonly sentAt: number;
  readonly acked: boolean;
  /** From the press to the acknowledgement, in real milliseconds; undefined when there was none in time. */
  readonly ackMs: number | undefined;
  /** What the person sees instead: the app did not answer in three seconds, or could not be reached. */
  readonly error: 'operation_timeout' | 'dispatch_failed' | undefined;
  /** What came with the acknowledgement: a reply, a `response_action`, options. */
  readonly answer: unknown;
  /** Events only: 0 for the first time. */
  readonly attempt: number;
}

export interface Deliveries {
  /** From now on over HTTP to this address; over Socket Mode again when undefined. */
  requestUrl: string | undefined;
  /**
   * Commands and interactions are delivered once. Events come again until they are acknowledged or the last attempt has
   * failed; the answer tells how the first one ended.
   */
  send(parcel: Parcel): Promise<Delivery>;
  /** The next so many events come twice although they were acknowledged: its answer got lost on the way. */
  duplicates: number;
  /** Asks the request URL to repeat a challenge, as the platform does when the URL is configured. */
  verify(): Promise<boolean>;
  readonly all: readonly Delivery[];
  /** Nothing is repeated any more. */
  stop(): void;
}

export interface Parcel {
  readonly kind: Kind;
  readonly what: string;
  readonly payload: Json;
  /** True: not even an event comes again. */
  readonly once?: boolean;
}

interface Outcome {
  readonly error: Delivery['error'];
  readonly answer: unknown;
  readonly again: boolean;
}

export function deliveriesOf({
  app,
  clock,
  sockets,
  changed,
}: {
  readonly app: App;
  readonly clock: Clock;
  readonly sockets: Sockets;
  readonly changed: () => void;
}): Deliveries {
  const all: Delivery[] = [];
  let stopped = false;

  /** Whatever comes first: the answer, or the end of the three seconds. */
  function inTime(start: (done: (outcome: Outcome) => void) => void): Promise<Outcome> {
    return new Promise((resolve) => {
      const cancel = clock.after(ackWithinMs, () =>
        resolve({ error: 'operation_timeout', answer: undefined, again: true }),
      );
      start((outcome) => {
        cancel();
        resolve(outcome);
      });
    });
  }

  async function attempt(parcel: Parcel, number: number, reason: string): Promise<Delivery> {
    const sentAt = clock.now();
    const started = performance.now();
    const outcome = await inTime((done) => {
      if (self.requestUrl) post(self.requestUrl, parcel, { number, reason, done });
      else socket(parcel, { number, reason, done });
    });
    const delivery: Delivery = {
      kind: parcel.kind,
      what: parcel.what,
      sentAt,
      acked: !outcome.error,
      ackMs: outcome.error ? undefined : performance.now() - started,
      error: outcome.error,
      answer: outcome.answer,
      attempt: number,
    };
    all.push(delivery);
    // The next attempt stands in the clock before anybody hears how this one ended.
    if (parcel.kind === 'events_api' && !parcel.once && !stopped) {
      if (outcome.again) repeat(parcel, delivery);
      else if (delivery.acked && number === 0 && self.duplicates > 0) {
        self.duplicates -= 1;
        attempt(parcel, 1, 'timeout');
      }
    }
    changed();
    return delivery;
  }

  function repeat(parcel: Parcel, { attempt: number, error }: Delivery): void {
    const ms = retryAfterMs[number];
    if (ms === undefined) return;
    const reason = error === 'operation_timeout' ? 'timeout' : 'http_error';
    if (ms === 0) attempt(parcel, number + 1, reason);
    else clock.after(ms, () => !stopped && attempt(parcel, number + 1, reason));
  }

  function socket({ kind, payload }: Parcel, { number, reason, done }: Attempt): void {
    const envelope = {
      type: kind,
      payload,
      accepts_response_payload: kind !== 'events_api',
      ...(kind === 'events_api' ? { retry_attempt: number, retry_reason: reason } : {}),
    };
    const sent = sockets.send(envelope, (answer) =>
      done({ error: undefined, answer, again: false }),
    );
    if (!sent) done({ error: 'dispatch_failed', answer: undefined, again: true });
  }

  function post(url: string, parcel: Parcel, { number, reason, done }: Attempt): void {
    const body = bodyOf(parcel);
    const timestamp = String(Math.floor(clock.now() / 1000));
    fetch(url, {
      method: 'POST',
      redirect: 'error',
      headers: {
        'content-type':
          parcel.kind === 'events_api' ? 'application/json' : 'application/x-www-form-urlencoded',
        'x-slack-request-timestamp': timestamp,
        'x-slack-signature': signature(app.signingSecret, timestamp, body),
        ...(number > 0
          ? { 'x-slack-retry-num': String(number), 'x-slack-retry-reason': reason }
          : {}),
      },
      body,
    }).then(
      async (response) => {
        const text = await response.text();
        const answer = parsed(text) ?? (text || undefined);
        const ok = response.status === 200;
        const again = !ok && response.headers.get('x-slack-no-retry') !== '1';
        done({ error: ok ? undefined : 'dispatch_failed', answer, again });
      },
      () => done({ error: 'dispatch_failed', answer: undefined, again: true }),
    );
  }

  const self: Deliveries = {
    requestUrl: undefined,
    duplicates: 0,
    all,
    send: (parcel) => attempt(parcel, 0, ''),
    stop() {
      stopped = true;
    },
    async verify() {
      const challenge = `challenge-${clock.now()}`;
      const delivery = await attempt(
        {
          kind: 'events_api',
          what: 'url_verification',
          payload: { type: 'url_verification', token: 'verification', challenge },
          once: true,
        },
        0,
        '',
      );
      const { answer } = delivery;
      const said = textOf(answer) ?? textOf(recordOf(answer)['challenge']);
      return delivery.acked && said === challenge;
    },
  };
  return self;
}

interface Attempt {
  readonly number: number;
  readonly reason: string;
  readonly done: (outcome: Outcome) => void;
}

function bodyOf({ kind, payload }: Parcel): string {
  if (kind === 'events_api') return JSON.stringify(payload);
  if (kind === 'interactive') {
    return new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
  }
  const fields = new URLSearchParams();
  for (const [name, value] of Object.entries(payload)) fields.set(name, String(value));
  return fields.toString();
}

/** https://docs.slack.dev/authentication/verifying-requests-from-slack */
export function signature(secret: string, timestamp: string, body: string): string {
  return `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex')}`;
}
