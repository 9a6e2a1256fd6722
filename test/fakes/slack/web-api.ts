import type { IncomingMessage } from 'node:http';
import { argumentsOf } from './arguments.ts';
import { argumentsIn, bearerOf } from './body.ts';
import { type Answer, type Door, tooMany } from './door.ts';
import type { Json } from './json.ts';
import { channelNamed } from './lookups.ts';
import type { Call, Method } from './method.ts';
import { methods } from './methods/index.ts';
import { firstTeam, type Platform } from './platform.ts';
import { missingScope, Refusal } from './refusal.ts';
import type { Bot, Team } from './state.ts';

/** `POST /api/<method>`. */
export function webApi(platform: Platform, request: IncomingMessage, body: Buffer): Door {
  const method = /^\/api\/([\w.]+)/.exec(request.url ?? '')?.[1] ?? '';
  const raw = argumentsIn(request, body);
  const args = argumentsOf(raw);
  const token = bearerOf(request) ?? args.text('token');
  const { token: _secret, ...kept } = raw;
  return {
    method,
    team: holderOf(platform, token)?.team.id ?? '',
    channel: args.text('channel') ?? args.text('channel_id') ?? '',
    args: kept,
    apply: () => perform(platform, { name: method, token, raw }),
  };
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
    const channel = args.text('channel') ?? '';
    const retryAfterS = platform.rates.take({
      method: method.name,
      tier: method.tier,
      owner: `${team.id} ${bot.appId}`,
      channel: channelNamed(team, channel)?.id ?? channel,
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
    return { ...refused(missingScope(call.bot, method.scopes)), headers };
  }
  return { status: 200, headers, body: { ok: true, ...method.run(call) }, outcome: 'ok' };
}

function refused({ error, details }: Refusal): Answer {
  return { status: 200, body: { ok: false, error, ...details }, outcome: error };
}

interface Holder {
  readonly team: Team;
  readonly bot: Bot;
}

function authorized(platform: Platform, method: Method, token: string | undefined): Holder {
  if (!token) throw new Refusal('not_authed');
  const isAppToken = token === platform.app.appToken;
  const holder = holderOf(platform, token);
  if (!isAppToken && !holder) throw new Refusal('invalid_auth');
  if (isAppToken !== (method.token === 'app')) throw new Refusal('not_allowed_token_type');
  const { team, bot } = holder ?? { team: firstTeam(platform), bot: firstTeam(platform).bot };
  if (bot.revoked && !isAppToken) throw new Refusal('token_revoked');
  return { team, bot };
}

function holderOf(platform: Platform, token: string | undefined): Holder | undefined {
  if (!token) return undefined;
  for (const team of platform.teams.values()) {
    const bot = team.bots.get(token);
    if (bot) return { team, bot };
  }
  return undefined;
}
