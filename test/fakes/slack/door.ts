import type { ServerResponse } from 'node:http';
import type { Json } from './json.ts';
import type { Fault, Target } from './outage.ts';
import type { Platform } from './platform.ts';

/** One request, read and understood, and not yet done. */
export interface Door extends Target {
  readonly args: Json;
  /** Changes the state, at once, and says what to answer. */
  apply(): Answer;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON unless it is a text or bytes. */
  readonly body: Json | string | Buffer;
  /** `ok`, or why not: the platform's code. */
  readonly outcome: string;
}

/** One call as it was answered, for those who count. */
export interface CallRecord {
  /** A method of the Web API, `response_url`, `incoming_webhook`, `upload` or `download`. */
  readonly method: string;
  readonly at: number;
  readonly args: Json;
  /** `ok`, the platform's code, or the kind of the fault it met. */
  readonly outcome: string;
}

/** Through the door as it should be, or as the outage of the hour has it. */
export function pass(
  platform: Platform,
  response: ServerResponse,
  door: Door,
  record: (call: CallRecord) => void,
): void {
  const note = (outcome: string) => {
    record({ method: door.method, at: platform.clock.now(), args: door.args, outcome });
    platform.changed();
  };
  const apply = () => {
    const answer = door.apply();
    note(answer.outcome);
    return answer;
  };
  const fault = platform.outage.faultFor(door);
  if (fault) meet(fault, { platform, response, apply, note });
  else send(response, apply());
}

export function tooMany(retryAfterS: number): Answer {
  return {
    status: 429,
    headers: { 'retry-after': String(retryAfterS) },
    body: { ok: false, error: 'ratelimited' },
    outcome: 'ratelimited',
  };
}

interface Meeting {
  readonly platform: Platform;
  readonly response: ServerResponse;
  readonly apply: () => Answer;
  readonly note: (outcome: string) => void;
}

function meet(fault: Fault, { platform, response, apply, note }: Meeting): void {
  switch (fault.kind) {
    case 'rate-limited':
      note('ratelimited');
      send(response, tooMany(fault.retryAfterS ?? 1));
      return;
    case 'server-error':
      note(fault.kind);
      send(response, { status: 500, body: '<h1>Server Error</h1>', outcome: fault.kind });
      return;
    case 'refused':
      note(fault.error);
      send(response, {
        status: 200,
        body: { ok: false, error: fault.error },
        outcome: fault.error,
      });
      return;
    case 'reset':
      note(fault.kind);
      response.destroy();
      return;
    case 'silent':
      note(fault.kind);
      return;
    case 'slow': {
      const answer = apply();
      platform.clock.after(fault.ms, () => send(response, answer));
      return;
    }
    case 'answer-lost':
      apply();
      response.destroy();
      return;
    case 'answer-withheld':
      apply();
      return;
    case 'late':
      response.once('close', () => land(platform, fault.ms, apply));
  }
}

function land({ landing, clock, changed }: Platform, ms: number, apply: () => Answer): void {
  const call = { apply };
  landing.add(call);
  clock.after(ms, () => {
    landing.delete(call);
    apply();
  });
  changed();
}

function send(response: ServerResponse, { status, headers, body }: Answer): void {
  if (response.destroyed) return;
  const isJson = typeof body !== 'string' && !Buffer.isBuffer(body);
  response
    .writeHead(status, {
      'content-type': isJson ? 'application/json; charset=utf-8' : 'text/html; charset=utf-8',
      ...headers,
    })
    .end(isJson ? JSON.stringify(body) : body);
}
