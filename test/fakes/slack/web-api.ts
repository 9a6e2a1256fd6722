import type { IncomingMessage, ServerResponse } from 'node:http';
import { argumentsOf } from './arguments.ts';
import { argumentsIn, bearerOf, bytesOf } from './body.ts';
import type { Json } from './json.ts';
import type { Call, Method } from './method.ts';
import { methods } from './methods/index.ts';
import type { Fault } from './outage.ts';
import { firstTeam, type Platform } from './platform.ts';
import { missingScope, Refusal } from './refusal.ts';
import type { Bot, Team } from './state.ts';

/** One call as it was answered, for those who count. */
export interface CallRecord {
  readonly method: string;
  readonly at: number;
  readonly args: Json;
  /** `ok`, the platform's code, or the kind of the fault it met. */
  readonly outcome: string;
}

/** `POST /api/<method>`. */
export async function answerCall(
  platform: Platform,
  exchange: { readonly request: IncomingMessage; readonly response: ServerResponse },
  record: (call: CallRecord) => void,
): Promise<void> {
  const { request, response } = exchange;
  const name = /^\/api\/([\w.]+)/.exec(request.url ?? '')?.[1] ?? '';
  const raw = argumentsIn(request, await bytesOf(request));
  const args = argumentsOf(raw);
  const { token: _token, ...kept } = raw;
  const note = (outcome: string) => {
    record({ method: name, at: platform.clock.now(), args: kept, outcome });
    platform.changed();
  };

  const token = bearerOf(request) ?? args.text('token');
  const team = holderOf(platform, token)?.team.id ?? '';
  const channel = args.text('channel') ?? args.text('channel_id') ?? '';
  const fault = platform.outage.faultFor({ method: name, team, channel });
  const apply = () => {
    const answer = perform(platform, { name, token, raw });
    note(answer.outcome);
    return answer;
  };
  if (!fault) return send(response, apply());
  await meet(fault, { platform, response, apply, note });
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Json;
  readonly outcome: string;
}

async function meet(
  fault: Fault,
  {
    platform,
    response,
    apply,
    note,
  }: {
    readonly platform: Platform;
    readonly response: ServerResponse;
    readonly apply: () => Answer;
    readonly note: (outcome: string) => void;
  },
): Promise<void> {
  switch (fault.kind) {
    case 'rate-limited':
      note('ratelimited');
      return send(response, tooMany(fault.retryAfterS ?? 1));
    case 'server-error':
      note(fault.kind);
      response.writeHead(500, { 'content-type': 'text/html' }).end('<h1>Server Error</h1>');
      return;
    case 'refused':
      note(fault.error);
      return send(response, refused(new Refusal(fault.error)));
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

function land(platform: Platform, ms: number, apply: () => Answer): void {
  const { landing } = platform;
  const call = { apply };
  landing.add(call);
  platform.clock.after(ms, () => {
    landing.delete(call);
    apply();
  });
  platform.changed();
}

function perform(
  platform: Platform,
  request: { readonly name: string; readonly token: string | undefined; readonly raw: Json },
): Answer {
  try {
    const method = methods.get(request.name);
    if (!method) throw new Refusal('unknown_method', { req_method: request.name });
    const { team, bot } = authorized(platform, method, request.token);
    const args = argumentsOf(request.raw);
    const retryAfterS = platform.rates.take({
      method: method.name,
      tier: method.tier,
      owner: `${team.id} ${bot.appId}`,
      channel: args.text('channel') ?? '',
    });
    if (retryAfterS !== undefined) return tooMany(retryAfterS);
    return granted(method, { platform, team, bot, args });
  } catch (error) {
    if (error instanceof Refusal) return refused(error);
    throw error;
  }
}

function granted(method: Method, call: Call): Answer {
  const headers = {
    'x-oauth-scopes': [...call.bot.scopes].join(','),
    'x-accepted-oauth-scopes': method.scopes.join(','),
  };
  if (method.scopes.length > 0 && !method.scopes.some((scope) => call.bot.scopes.has(scope))) {
    const answer = refused(missingScope(call.bot, method.scopes));
    return { ...answer, headers };
  }
  return { status: 200, headers, body: { ok: true, ...method.run(call) }, outcome: 'ok' };
}

function authorized(
  platform: Platform,
  method: Method,
  token: string | undefined,
): { readonly team: Team; readonly bot: Bot } {
  if (!token) throw new Refusal('not_authed');
  const isAppToken = token === platform.app.appToken;
  const holder = holderOf(platform, token);
  if (!isAppToken && !holder) throw new Refusal('invalid_auth');
  if (isAppToken !== (method.token === 'app')) throw new Refusal('not_allowed_token_type');
  const { team, bot } = holder ?? { team: firstTeam(platform), bot: firstTeam(platform).bot };
  if (bot.revoked && !isAppToken) throw new Refusal('token_revoked');
  return { team, bot };
}

function holderOf(
  platform: Platform,
  token: string | undefined,
): { readonly team: Team; readonly bot: Bot } | undefined {
  if (!token) return undefined;
  for (const team of platform.teams.values()) {
    const bot = team.bots.get(token);
    if (bot) return { team, bot };
  }
  return undefined;
}

function refused({ error, details }: Refusal): Answer {
  return { status: 200, headers: {}, body: { ok: false, error, ...details }, outcome: error };
}

function tooMany(retryAfterS: number): Answer {
  return {
    status: 429,
    headers: { 'retry-after': String(retryAfterS) },
    body: { ok: false, error: 'ratelimited' },
    outcome: 'ratelimited',
  };
}

function send(response: ServerResponse, { status, headers, body }: Answer): void {
  if (response.destroyed) return;
  response
    .writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers })
    .end(JSON.stringify(body));
}
