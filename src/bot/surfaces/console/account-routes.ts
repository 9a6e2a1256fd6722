import { accountSubject } from '../../../core/factor/subject.ts';
import type { Problem } from '../../../core/problem.ts';
import type { Card } from '../../../core/view/card.ts';
import type { HttpRoute } from '../../http-route.ts';
import type { StepUps, Visitor } from '../../step-up/ports.ts';
import { proofOf, visitorOf } from './approval-routes.ts';
import { causeOf } from './deeds.ts';
import { accountPage } from './factor-pages.ts';
import { digestOf } from './render.ts';
import { readForm, redirect, sendPage } from './requests.ts';
import { type DeskSite, frameFor, type PersonCall, personRoute, sendProblem } from './site.ts';

/**
 * Where an identity admin confirms, with a factor, that an account belongs to somebody else. What they may is decided as that
 * of the line it stands for.
 */
export function accountRoutes(site: DeskSite, { giving }: StepUps): readonly HttpRoute[] {
  const path = '/accounts/:link/confirm';

  async function show(call: PersonCall, refused?: Problem | Card): Promise<void> {
    const link = site.desk.links().find((each) => each.link === call.params['link']);
    const visitor = visitorOf(call);
    if (link === undefined || visitor === undefined) {
      sendProblem(site, call, 404, 'CONSOLE_NOT_FOUND', call.caller);
      return;
    }
    const offer = await giving.offer(visitor, subjectOf(link.link));
    const why = refused ?? ('challenge' in offer ? undefined : offer);
    const page = {
      link,
      ...('challenge' in offer ? { offer } : {}),
      ...(why && { refusal: 'key' in why ? why : site.desk.refusal(why) }),
    };
    const status = refused === undefined ? 200 : 403;
    sendPage(call.response, accountPage(frameFor(site, call.caller), page), status);
  }

  async function confirm(call: PersonCall, visitor: Visitor, form: URLSearchParams) {
    const link = call.params['link'] ?? '';
    if (!site.desk.links().some((each) => each.link === link)) return show(call);
    const stepUp = await giving.spend(visitor, subjectOf(link), proofOf(form));
    if ('code' in stepUp) {
      site.metrics.refused(stepUp.code);
      return show(call, stepUp);
    }
    const answer = await site.desk.say({
      line: `link confirm=${link}`,
      actor: call.caller.actor,
      cause: causeOf(call.caller, null),
      stepUp,
    });
    if (answer.card.tone === 'failed') return show(call, answer.card);
    redirect(call.response, `${call.caller.base}/factors`);
  }

  return [
    personRoute(site, ['GET', path], (call) => show(call)),
    personRoute(site, ['POST', path], async (call) => {
      const form = await readForm(call.request);
      const visitor = visitorOf(call);
      if ('status' in form) sendProblem(site, call, form.status, form.code, call.caller);
      else if (visitor === undefined) await show(call);
      else await confirm(call, visitor, form);
    }),
  ];
}

function subjectOf(link: string) {
  return { purpose: 'account', hash: digestOf(accountSubject(link)) } as const;
}
