import { problem } from '../../../core/problem.ts';
import { sessionLifeMs } from '../../../core/session.ts';
import type { Card } from '../../../core/view/card.ts';
import type { HttpRoute } from '../../http-route.ts';
import { createBuckets } from '../../security/buckets.ts';
import type { StepUps } from '../../step-up/ports.ts';
import { cookieName } from './access.ts';
import { signInPage } from './page.ts';
import type { ConsoleSessions } from './ports.ts';
import { problemCard } from './problems.ts';
import { readForm, redirect, sendJson, sendPage, wantsJson } from './requests.ts';
import { type Call, type DeskSite, frameFor, openRoute, personRoute, sendProblem } from './site.ts';

/** Sign-in by a link made on the host or with a passkey, and sign-out. */
export function signInRoutes(site: DeskSite, sessions: ConsoleSessions): readonly HttpRoute[] {
  const tries = createBuckets({ burst: 10, perMinute: 10, keysMax: 1000 });

  /** The form; undefined after the answer has been given. */
  async function takeForm(call: Call): Promise<URLSearchParams | undefined> {
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
    return form;
  }

  async function takeToken(call: Call): Promise<string | undefined> {
    const form = await takeForm(call);
    if (form === undefined) return undefined;
    // A whole link pasted is as good as the token in it.
    return (form.get('token') ?? '').trim().replace(/^.*#/, '').slice(0, 200);
  }

  function passkeyRoute(site: DeskSite, { signIn }: StepUps): HttpRoute {
    return openRoute(site, ['POST', '/sign-in/passkey'], async (call) => {
      const form = await takeForm(call);
      if (form === undefined) return;
      const challenge = form.get('challenge') ?? '';
      const known = await signIn.signIn({ challenge, assertion: form.get('assertion') ?? '' });
      const begun =
        'person' in known ? await sessions.begin(known.person, known.factor) : undefined;
      if (begun === undefined) {
        const because = 'person' in known ? problem('PASSKEY_SIGN_IN') : known;
        site.metrics.refused(because.code);
        await showSignIn(site, call, site.desk.refusal(because));
        return;
      }
      call.response.setHeader('Set-Cookie', cookieOf(begun.cookie, sessionLifeMs / 1000));
      redirect(call.response, '/incidents/');
    });
  }

  return [
    openRoute(site, ['GET', '/sign-in'], (call) => showSignIn(site, call)),
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
        await showSignIn(site, call, problemCard(redeemed.code));
      }
    }),
    ...(site.stepUps === undefined ? [] : [passkeyRoute(site, site.stepUps)]),
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

async function showSignIn(site: DeskSite, { response }: Call, refusal?: Card): Promise<void> {
  const passkey = await site.stepUps?.signIn.offer();
  const page = signInPage(frameFor(site, undefined), {
    ...(refusal && { refusal }),
    ...(passkey && { passkey }),
  });
  sendPage(response, page, refusal === undefined ? 200 : 403);
}

/**
 * `__Host-` binds the cookie to this host, whole path and Secure. Chromium and Firefox take a Secure cookie from
 * http://127.0.0.1 and http://localhost too; Safari does not, and needs TLS before the console.
 */
function cookieOf(value: string, maxAgeSeconds: number): string {
  return `${cookieName}=${value}; Max-Age=${maxAgeSeconds}; Path=/; Secure; HttpOnly; SameSite=Strict`;
}
