import { sessionLifeMs } from '../../../core/session.ts';
import type { HttpRoute } from '../../http-route.ts';
import { createBuckets } from '../../security/buckets.ts';
import { cookieName } from './access.ts';
import { signInPage } from './page.ts';
import type { ConsoleSessions } from './ports.ts';
import { readForm, redirect, sendJson, sendPage, wantsJson } from './requests.ts';
import { type Call, frameFor, openRoute, personRoute, type Site, sendProblem } from './site.ts';

/** Sign-in by a link made on the host, and sign-out. */
export function signInRoutes(site: Site, sessions: ConsoleSessions): readonly HttpRoute[] {
  const tries = createBuckets({ burst: 10, perMinute: 10, keysMax: 1000 });

  /** The token of the form; undefined after the answer has been given. */
  async function takeToken(call: Call): Promise<string | undefined> {
    const waitMs = tries.take(site.senderOf(call.request), site.now());
    if (waitMs > 0) {
      call.response.setHeader('Retry-After', String(Math.ceil(waitMs / 1000)));
      sendProblem(site, call, 429, 'CONSOLE_TOO_MANY');
      return undefined;
    }
    const form = await readForm(call.request);
    if ('status' in form) {
      sendProblem(site, call, form.status, form.code);
      return undefined;
    }
    // A whole link pasted is as good as the token in it.
    return (form.get('token') ?? '').trim().replace(/^.*#/, '').slice(0, 200);
  }

  return [
    openRoute(site, ['GET', '/sign-in'], async ({ response }) =>
      sendPage(response, signInPage(frameFor(site, undefined))),
    ),
    openRoute(site, ['POST', '/sign-in/look'], async (call) => {
      const token = await takeToken(call);
      if (token === undefined) return;
      const looked = await sessions.look(token);
      if (looked.ok) sendJson(call.response, { name: looked.person.name });
      else sendProblem(site, call, 403, looked.code);
    }),
    openRoute(site, ['POST', '/sign-in'], async (call) => {
      const token = await takeToken(call);
      if (token === undefined) return;
      const redeemed = await sessions.redeem(token);
      if (redeemed.ok) {
        call.response.setHeader('Set-Cookie', cookieOf(redeemed.cookie, sessionLifeMs / 1000));
        redirect(call.response, '/incidents/');
      } else if (wantsJson(call.request)) {
        sendProblem(site, call, 403, redeemed.code);
      } else {
        site.metrics.refused(redeemed.code);
        sendPage(call.response, signInPage(frameFor(site, undefined), redeemed.code), 403);
      }
    }),
    personRoute(site, ['POST', '/sign-out'], async ({ caller, response }) => {
      if (caller.session !== undefined) await sessions.revoke(caller.session);
      await site.checkStreams();
      response.setHeader('Set-Cookie', cookieOf('', 0));
      redirect(response, '/sign-in');
    }),
    personRoute(site, ['POST', '/sign-out/everywhere'], async ({ caller, response }) => {
      await sessions.revokeAll(caller.person.id, caller.person.id);
      await site.checkStreams();
      response.setHeader('Set-Cookie', cookieOf('', 0));
      redirect(response, '/sign-in');
    }),
  ];
}

/**
 * `__Host-` binds the cookie to this host, whole path and Secure. Chromium and Firefox take a Secure cookie from
 * http://127.0.0.1 and http://localhost too; Safari does not, and needs TLS before the console.
 */
function cookieOf(value: string, maxAgeSeconds: number): string {
  return `${cookieName}=${value}; Max-Age=${maxAgeSeconds}; Path=/; Secure; HttpOnly; SameSite=Strict`;
}
