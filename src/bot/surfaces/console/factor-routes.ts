import type { Problem } from '../../../core/problem.ts';
import type { Card } from '../../../core/view/card.ts';
import type { HttpRoute } from '../../http-route.ts';
import type { StepUps, Visitor } from '../../step-up/ports.ts';
import { proofOf, visitorOf } from './approval-routes.ts';
import {
  confirmPage,
  type FactorsPage,
  factorsPage,
  recoveryPage,
  totpPage,
} from './factor-pages.ts';
import { readForm, redirect, sendPage } from './requests.ts';
import { type DeskSite, frameFor, type PersonCall, personRoute, sendProblem } from './site.ts';

/** What a person does about their second factors, and an identity admin about the new ones of others. */
export function factorRoutes(site: DeskSite, stepUps: StepUps): readonly HttpRoute[] {
  const { enrolment } = stepUps;
  const confirmPath = '/factors/of/:person/:factor/confirm';

  /** A deed, and then the list again: with what was wrong, or as it stands now. */
  function deed(
    path: string,
    act: (visitor: Visitor, form: URLSearchParams) => Promise<Problem | undefined>,
  ): HttpRoute {
    return formRoute(site, path, async ({ call, visitor, form }) => {
      const refused = await act(visitor, form);
      if (refused === undefined) redirect(call.response, `${call.caller.base}/factors`);
      else await showFactors(site, stepUps, { call, visitor, refused });
    });
  }

  return [
    visitorRoute(site, '/factors', (at) => showFactors(site, stepUps, at)),
    deed('/factors/unlock', (visitor, form) => {
      const operatorCode = form.get('operator');
      return enrolment.unlock(visitor, operatorCode === null ? proofOf(form) : { operatorCode });
    }),
    deed('/factors/passkey', (visitor, form) =>
      enrolment.finishPasskey(visitor, {
        challenge: form.get('challenge') ?? '',
        attestation: form.get('attestation') ?? '',
        label: form.get('label') ?? '',
      }),
    ),
    deed('/factors/remove', (visitor, form) => enrolment.remove(visitor, form.get('factor') ?? '')),
    formRoute(site, '/factors/totp', async ({ call, visitor }) => {
      const start = enrolment.startTotp(visitor);
      if ('code' in start) return showFactors(site, stepUps, { call, visitor, refused: start });
      sendPage(call.response, totpPage(frameFor(site, call.caller), start));
    }),
    formRoute(site, '/factors/totp/finish', async ({ call, visitor, form }) => {
      const refused = await enrolment.finishTotp(visitor, form.get('code') ?? '');
      if (refused === undefined) return redirect(call.response, `${call.caller.base}/factors`);
      const start = enrolment.startTotp(visitor);
      if ('code' in start) return showFactors(site, stepUps, { call, visitor, refused });
      const { refusal } = refusalOf(site, refused);
      sendPage(call.response, totpPage(frameFor(site, call.caller), start, refusal), 403);
    }),
    formRoute(site, '/factors/recovery', async ({ call, visitor }) => {
      const codes = await enrolment.renewRecovery(visitor);
      if ('code' in codes) return showFactors(site, stepUps, { call, visitor, refused: codes });
      sendPage(call.response, recoveryPage(frameFor(site, call.caller), codes));
    }),
    visitorRoute(site, confirmPath, (at) => showConfirm(site, stepUps, at)),
    formRoute(site, confirmPath, async ({ call, visitor, form }) => {
      const { person = '', factor = '' } = call.params;
      const refused = await enrolment.confirm(visitor, { person, factor }, proofOf(form));
      if (refused === undefined) redirect(call.response, `${call.caller.base}/factors`);
      else await showConfirm(site, stepUps, { call, visitor, refused });
    }),
  ];
}

interface At {
  readonly call: PersonCall;
  readonly visitor: Visitor;
  readonly refused?: Problem;
}

function visitorRoute(site: DeskSite, path: string, handle: (at: At) => Promise<void>): HttpRoute {
  return personRoute(site, ['GET', path], async (call) => {
    const visitor = visitorOf(call);
    if (visitor === undefined) sendProblem(site, call, 404, 'CONSOLE_NOT_FOUND', call.caller);
    else await handle({ call, visitor });
  });
}

function formRoute(
  site: DeskSite,
  path: string,
  handle: (at: At & { readonly form: URLSearchParams }) => Promise<void>,
): HttpRoute {
  return personRoute(site, ['POST', path], async (call) => {
    const visitor = visitorOf(call);
    const form = await readForm(call.request);
    if ('status' in form) sendProblem(site, call, form.status, form.code, call.caller);
    else if (visitor === undefined) sendProblem(site, call, 404, 'CONSOLE_NOT_FOUND', call.caller);
    else await handle({ call, visitor, form });
  });
}

async function showFactors(
  site: DeskSite,
  stepUps: StepUps,
  { call, visitor, refused }: At,
): Promise<void> {
  const { enrolment } = stepUps;
  const standing = await standingOf(stepUps, visitor);
  const shown = refused ?? standing.refused;
  const page = {
    factors: await enrolment.list(visitor.person),
    waiting: await enrolment.waiting(visitor),
    links: (await enrolment.mayConfirm(visitor))
      ? site.desk.links().filter(({ person }) => person !== visitor.person)
      : [],
    state: standing.state,
    ...refusalOf(site, shown),
  };
  const status = refused === undefined ? 200 : 403;
  sendPage(call.response, factorsPage(frameFor(site, call.caller), page), status);
}

async function standingOf(
  { enrolment }: StepUps,
  visitor: Visitor,
): Promise<{ readonly state: FactorsPage['state']; readonly refused?: Problem }> {
  if (enrolment.isUnlocked(visitor)) {
    const passkey = await enrolment.startPasskey(visitor);
    if ('options' in passkey) return { state: { kind: 'open', passkey } };
  }
  const offer = await enrolment.offer(visitor);
  if ('challenge' in offer) return { state: { kind: 'locked', offer } };
  if (visitor.born === 'chat') return { state: { kind: 'closed' }, refused: offer };
  // Whoever has none yet begins with the code from the host, and needs no word about it.
  const isNew = offer.code === 'STEP_UP_NO_FACTOR';
  return { state: { kind: 'locked' }, ...(isNew ? {} : { refused: offer }) };
}

async function showConfirm(
  site: DeskSite,
  stepUps: StepUps,
  { call, visitor, refused }: At,
): Promise<void> {
  const { person = '', factor = '' } = call.params;
  const all = await stepUps.enrolment.waiting(visitor);
  const waiting = all.find((each) => each.person === person && each.factor.id === factor);
  if (waiting === undefined) {
    sendProblem(site, call, 404, 'CONSOLE_NOT_FOUND', call.caller);
    return;
  }
  const offer = await stepUps.enrolment.offerConfirm(visitor, { person, factor });
  const page = {
    waiting,
    ...('challenge' in offer ? { offer } : {}),
    ...refusalOf(site, refused ?? ('challenge' in offer ? undefined : offer)),
  };
  const status = refused === undefined ? 200 : 403;
  sendPage(call.response, confirmPage(frameFor(site, call.caller), page), status);
}

function refusalOf(site: DeskSite, refused: Problem | undefined): { readonly refusal?: Card } {
  if (refused === undefined) return {};
  site.metrics.refused(refused.code);
  return { refusal: site.desk.refusal(refused) };
}
