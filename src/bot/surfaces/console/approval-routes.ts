import type { Card } from '../../../core/view/card.ts';
import { breakGlass } from '../../../handlers/commands/break-glass.ts';
import { commandLine } from '../../../handlers/form.ts';
import type { HttpRoute } from '../../http-route.ts';
import type { Offer, Proof, StepUps, Visitor } from '../../step-up/ports.ts';
import { causeOf } from './deeds.ts';
import { approvalPage } from './factor-pages.ts';
import { pathSegment } from './html.ts';
import type { ShownPlan } from './ports.ts';
import { problemCard } from './problems.ts';
import { readForm, redirect, sendPage } from './requests.ts';
import { type DeskSite, frameFor, type PersonCall, personRoute, sendProblem } from './site.ts';

/**
 * Where a plan is approved with a second factor: the page shows the whole of it, and what is given there is spent on the
 * hash that it shows. Everything else about the approval is decided as that of any button.
 */
export function approvalRoutes(site: DeskSite, stepUps: StepUps): readonly HttpRoute[] {
  const page = '/operations/:operation/approve';
  return [
    personRoute(site, ['GET', page], (call) => show(site, stepUps, { call })),
    personRoute(site, ['POST', page], (call) => give(site, stepUps, { call, way: 'approve' })),
    personRoute(site, ['POST', '/operations/:operation/break-glass'], (call) =>
      give(site, stepUps, { call, way: 'glass' }),
    ),
  ];
}

/** Whoever has a session is somebody to the factors; the demo has neither. */
export function visitorOf({ caller }: PersonCall): Visitor | undefined {
  const { session, person } = caller;
  if (session === undefined) return undefined;
  return { person: person.id, name: person.name, session: session.id, born: session.born };
}

export function proofOf(form: URLSearchParams): Proof {
  const field = (name: string) => form.get(name) ?? '';
  return {
    challenge: field('challenge'),
    code: field('code').slice(0, 40),
    assertion: field('assertion'),
  };
}

interface Showing {
  readonly call: PersonCall;
  readonly refusal?: Card;
  readonly status?: number;
}

async function show(
  site: DeskSite,
  stepUps: StepUps,
  { call, refusal, status = 200 }: Showing,
): Promise<void> {
  const operation = call.params['operation'] ?? '';
  const plan = await site.desk.plan(operation, call.caller.actor);
  const visitor = visitorOf(call);
  if (plan === undefined || visitor === undefined) {
    sendProblem(site, call, 404, 'CONSOLE_NOT_FOUND', call.caller);
    return;
  }
  const offered = plan.waits ? await offersOf(site, stepUps, { visitor, plan }) : {};
  const page = { operation, plan, ...offered, ...(refusal && { refusal }) };
  sendPage(call.response, approvalPage(frameFor(site, call.caller), page), status);
}

/** What a factor given for an approval is spent on breaks no glass, and the other way round. */
async function offersOf(
  site: DeskSite,
  { giving }: StepUps,
  { visitor, plan }: { readonly visitor: Visitor; readonly plan: ShownPlan },
): Promise<{ readonly offer?: Offer; readonly glass?: Offer; readonly refusal?: Card }> {
  const { hash } = plan;
  const offer = await giving.offer(visitor, { purpose: 'approve', hash });
  if (!('challenge' in offer)) return { refusal: site.desk.refusal(offer) };
  if (!plan.breakable) return { offer };
  const glass = await giving.offer(visitor, { purpose: 'glass', hash });
  return 'challenge' in glass ? { offer, glass } : { offer };
}

interface Giving {
  readonly call: PersonCall;
  readonly way: 'approve' | 'glass';
}

async function give(site: DeskSite, stepUps: StepUps, { call, way }: Giving): Promise<void> {
  const form = await readForm(call.request);
  if ('status' in form) {
    sendProblem(site, call, form.status, form.code, call.caller);
    return;
  }
  const operation = call.params['operation'] ?? '';
  const visitor = visitorOf(call);
  const plan = await site.desk.plan(operation, call.caller.actor);
  if (plan === undefined || visitor === undefined) {
    sendProblem(site, call, 404, 'CONSOLE_NOT_FOUND', call.caller);
    return;
  }
  const hash = form.get('hash') ?? '';
  const digest = form.get('shown') ?? '';
  // A factor is not spent on what was not shown, or is not this plan any more.
  if (hash === '' || hash !== plan.hash || !/^[0-9a-f]{64}$/.test(digest)) {
    await show(site, stepUps, { call, refusal: problemCard('CONSOLE_PLAN_UNSEEN'), status: 409 });
    return;
  }
  const stepUp = await stepUps.giving.spend(visitor, { purpose: way, hash }, proofOf(form));
  if ('code' in stepUp) {
    site.metrics.refused(stepUp.code);
    await show(site, stepUps, { call, refusal: site.desk.refusal(stepUp), status: 403 });
    return;
  }
  const about = { actor: call.caller.actor, incident: plan.thread, stepUp };
  const cause = causeOf(call.caller, null);
  const answer =
    way === 'approve'
      ? await site.desk.press({
          press: { kind: 'approve', operation, hash },
          ...about,
          cause,
          shown: { digest },
        })
      : await site.desk.say({
          line: commandLine(breakGlass, { operation, hash, reason: form.get('reason') ?? '' }),
          ...about,
          cause,
        });
  if (answer.card.tone === 'failed') {
    await show(site, stepUps, { call, refusal: answer.card, status: 409 });
    return;
  }
  redirect(call.response, `${call.caller.base}/incidents/${pathSegment(plan.thread)}`);
}
