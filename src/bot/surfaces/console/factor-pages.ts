import type { Card } from '../../../core/view/card.ts';
import type {
  FactorView,
  Offer,
  PasskeyStart,
  TotpStart,
  WaitingFactor,
} from '../../step-up/ports.ts';
import { passkeyLabels } from '../../step-up/ports.ts';
import { Html, html, pathSegment } from './html.ts';
import { document, factorsHead, type PageFrame } from './page.ts';
import type { ShownPlan, WaitingLink } from './ports.ts';
import { renderCard, renderTime } from './render.ts';

/** The whole plan, and where a factor is given for it. */
export interface ApprovalPage {
  readonly operation: string;
  readonly plan: ShownPlan;
  /** Absent where nothing can be given: a refusal says why, or the plan waits for nobody. */
  readonly offer?: Offer;
  /** The same for breaking the glass, where the rule knows that. */
  readonly glass?: Offer;
  readonly refusal?: Card;
}

export function approvalPage(frame: PageFrame, page: ApprovalPage): Html {
  const { operation, plan, offer, glass, refusal } = page;
  const shown = renderCard(
    { ...plan.card, key: 'plan', actions: [] },
    { incident: plan.thread, sandbox: frame.sandbox },
  );
  const back = html`<a href="${frame.base}/incidents/${pathSegment(plan.thread)}">Back to the thread</a>`;
  const form =
    offer &&
    html`<section class="part panel" aria-labelledby="give-title">
<h2 id="give-title">Approve this plan</h2>
<p class="soft">What you give is spent on plan <code>${plan.hash.slice(0, 10)}</code> and on nothing else.</p>
${factorForm({
  offer,
  action: `${frame.base}/operations/${pathSegment(operation)}/approve`,
  hidden: { hash: plan.hash, shown: shown.digest },
  verb: 'Approve',
})}
</section>`;
  return document(frame, {
    title: 'Approve',
    head: factorsHead(frame),
    body: html`<div class="frame approval"><main id="main" tabindex="-1">
<p class="home">${back}</p>
<h1>Approve with a second factor</h1>
${refusal && cardOf(refusal, frame)}
${new Html(shown.html)}
${form}
${glass && glassForm(frame, { operation, plan, glass, shown: shown.digest })}
</main></div>`,
  });
}

/** Whoever is alone says why, and with a factor; the core judges whether the rule lets them. */
function glassForm(
  frame: PageFrame,
  {
    operation,
    plan,
    glass,
    shown,
  }: Required<Pick<ApprovalPage, 'operation' | 'plan' | 'glass'>> & { readonly shown: string },
): Html {
  return html`<details class="panel">
<summary>Nobody else is there</summary>
<div class="part">
<p class="soft">Whom the rule names may break the glass: everybody is told at once, and somebody else reviews it within a day.</p>
${factorForm({
  offer: glass,
  action: `${frame.base}/operations/${pathSegment(operation)}/break-glass`,
  hidden: { hash: plan.hash, shown },
  verb: 'Break the glass',
  asks: 'Why nobody could approve it',
})}
</div>
</details>`;
}

/** What a person sees of their own factors, and an identity admin of the new ones of others. */
export interface FactorsPage {
  readonly factors: readonly FactorView[];
  readonly waiting: readonly WaitingFactor[];
  /** Accounts that others say are theirs. */
  readonly links: readonly WaitingLink[];
  readonly state:
    | { readonly kind: 'locked'; readonly offer?: Offer }
    | { readonly kind: 'open'; readonly passkey: PasskeyStart }
    | { readonly kind: 'closed' };
  readonly refusal?: Card;
}

export function factorsPage(frame: PageFrame, page: FactorsPage): Html {
  const { factors, waiting, links, state, refusal } = page;
  const open = state.kind === 'open';
  return document(frame, {
    title: 'Second factors',
    head: factorsHead(frame),
    body: html`<div class="frame factors"><main id="main" tabindex="-1">
<p class="home"><a href="${frame.base}/incidents/">All incidents</a></p>
<h1>Your second factors</h1>
<p class="soft">A passkey or a code that you give with an approval, where the policy wants one. A passkey also signs you in here.</p>
${refusal && cardOf(refusal, frame)}
${factorList(frame, factors, open)}
${state.kind === 'locked' && unlockForms(frame, state.offer)}
${state.kind === 'open' && addForms(frame, state.passkey)}
${waiting.length > 0 && waitingList(frame, waiting)}
${links.length > 0 && accountList(frame, links)}
</main></div>`,
  });
}

export function totpPage(frame: PageFrame, start: TotpStart, refusal?: Card): Html {
  const { picture, secret } = start;
  return document(frame, {
    title: 'Authenticator app',
    head: factorsHead(frame),
    body: html`<div class="frame narrow factors"><main id="main" tabindex="-1">
<p class="home"><a href="${frame.base}/factors">Your second factors</a></p>
<h1>Add an authenticator app</h1>
${refusal && cardOf(refusal, frame)}
<ol class="how">
<li><p>Scan this with the app, or type the secret into it.</p>
<svg class="qr" viewBox="0 0 ${picture.size} ${picture.size}" role="img" aria-label="QR code of the secret" shape-rendering="crispEdges"><rect width="${picture.size}" height="${picture.size}" fill="#fff"/><path d="${picture.path}" fill="#000"/></svg>
<p class="secret"><span class="soft">Secret</span> <code>${grouped(secret)}</code></p></li>
<li><form method="post" action="${frame.base}/factors/totp/finish" class="fill" aria-label="The code">
<div class="field"><label for="code">Type the code that the app shows now</label>
<input id="code" name="code" required inputmode="numeric" autocomplete="one-time-code" pattern="[0-9 ]{6,7}" maxlength="7" autofocus></div>
<p><button class="button primary">Add it</button></p>
</form></li>
</ol>
<p class="soft">The secret is shown this once. It counts in a day, or when somebody of <code>identity_admins</code> confirms it.</p>
</main></div>`,
  });
}

export function recoveryPage(frame: PageFrame, codes: readonly string[]): Html {
  return document(frame, {
    title: 'Recovery codes',
    head: factorsHead(frame),
    body: html`<div class="frame narrow factors"><main id="main" tabindex="-1">
<p class="home"><a href="${frame.base}/factors">Your second factors</a></p>
<h1>Your recovery codes</h1>
<p>For the night on which your other factors are out of reach. Each is good once, and they are shown this once. Print them, or keep them where you keep passwords.</p>
<ol class="codes">${codes.map((code) => html`<li><code>${code}</code></li>`)}</ol>
<p class="soft">An older sheet is void from now on. These count in a day, or when somebody of <code>identity_admins</code> confirms them. Using one is announced.</p>
<p><a class="button primary" href="${frame.base}/factors">I have kept them</a></p>
</main></div>`,
  });
}

export interface ConfirmPage {
  readonly waiting: WaitingFactor;
  readonly offer?: Offer;
  readonly refusal?: Card;
}

export function confirmPage(frame: PageFrame, { waiting, offer, refusal }: ConfirmPage): Html {
  const { person, name, factor } = waiting;
  return document(frame, {
    title: 'Confirm a factor',
    head: factorsHead(frame),
    body: html`<div class="frame narrow factors"><main id="main" tabindex="-1">
<p class="home"><a href="${frame.base}/factors">Second factors</a></p>
<h1>Confirm a factor of ${name}</h1>
${refusal && cardOf(refusal, frame)}
<ul class="factor-list">${factorItem(factor)}</ul>
<p>Ask ${name} by voice or in person whether they enrolled it. From your confirmation on it counts as theirs.</p>
${offer && confirmForm(offer, `${frame.base}/factors/of/${pathSegment(person)}/${pathSegment(factor.id)}/confirm`)}
</main></div>`,
  });
}

function confirmForm(offer: Offer, action: string): Html {
  return factorForm({ offer, action, hidden: {}, verb: 'Confirm' });
}

export interface AccountPage {
  readonly link: WaitingLink;
  readonly offer?: Offer;
  readonly refusal?: Card;
}

export function accountPage(frame: PageFrame, { link, offer, refusal }: AccountPage): Html {
  const { name, kind, account } = link;
  return document(frame, {
    title: 'Confirm an account',
    head: factorsHead(frame),
    body: html`<div class="frame narrow factors"><main id="main" tabindex="-1">
<p class="home"><a href="${frame.base}/factors">Second factors</a></p>
<h1>Confirm an account of ${name}</h1>
${refusal && cardOf(refusal, frame)}
<ul class="factor-list">${accountItem(link)}</ul>
<p>Ask ${name} by voice or in person whether the ${kind} account <code>${account}</code> is theirs. From your confirmation on it asks in their name, and approves a day later.</p>
${offer && confirmForm(offer, `${frame.base}/accounts/${pathSegment(link.link)}/confirm`)}
</main></div>`,
  });
}

function accountItem({ link, name, kind, account, proposedAt }: WaitingLink, action?: Html): Html {
  return html`<li><p class="kind">${kind}</p>
<p class="what"><b>${name}</b> · <code>${account}</code> <code class="soft">${link}</code><br>
<span class="soft">proposed ${renderTime(proposedAt)}</span></p>
<p class="standing"><span class="state young">counts for nothing yet</span></p>${action}</li>`;
}

function accountList(frame: PageFrame, links: readonly WaitingLink[]): Html {
  return html`<section class="part" aria-labelledby="accounts-title">
<h2 id="accounts-title">Accounts that others take on</h2>
<p class="soft">Only an account that you have asked its person about.</p>
<ul class="factor-list">${links.map((each) =>
    accountItem(
      each,
      html`<a class="button plain" href="${frame.base}/accounts/${pathSegment(each.link)}/confirm">Confirm</a>`,
    ),
  )}</ul>
</section>`;
}

function cardOf(card: Card, frame: PageFrame): Html {
  return new Html(renderCard(card, { incident: '', sandbox: frame.sandbox }).html);
}

interface FactorForm {
  readonly offer: Offer;
  readonly action: string;
  readonly hidden: Readonly<Record<string, string>>;
  /** What giving it does. */
  readonly verb: string;
  /** A reason that is wanted with it, by its label. */
  readonly asks?: string;
}

/** A passkey by the button, or a code and Enter. Without the script codes still work. */
function factorForm({ offer, action, hidden, verb, asks }: FactorForm): Html {
  const { challenge, passkey, codes } = offer;
  const fields = { challenge, ...hidden, assertion: '' };
  const inputs = Object.entries(fields).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  );
  const reason = (id: string) =>
    asks !== undefined &&
    html`<div class="field"><label for="${id}">${asks}</label>
<input id="${id}" name="reason" required maxlength="400" autocomplete="off"></div>`;
  const field = asks === undefined ? 'factor-code' : 'glass-code';
  const withPasskey =
    passkey !== undefined &&
    html`<form method="post" action="${action}" class="with-passkey fill" data-passkey="get" data-options="${passkey}">${inputs}
${reason('reason-passkey')}
<p><button class="button primary" data-does="passkey" disabled>${verb} with a passkey</button></p>
<p role="status" class="status"></p>
</form>`;
  const withCode =
    codes &&
    html`<form method="post" action="${action}" class="with-code fill">${inputs}
${reason('reason-code')}
<div class="field"><label for="${field}">Code of your app, or a recovery code</label>
<p class="row-of"><input id="${field}" name="code" required autocomplete="one-time-code" autocapitalize="characters" spellcheck="false" maxlength="20"> <button class="button ${passkey === undefined ? 'primary' : 'plain'}">${verb} with the code</button></p></div>
</form>`;
  const or = withPasskey !== false && withCode !== false && html`<p class="or"><span>or</span></p>`;
  return html`<div class="factor-form">${withPasskey}${or}${withCode}</div>`;
}

function factorList(frame: PageFrame, factors: readonly FactorView[], isOpen: boolean): Html {
  if (factors.length === 0) return html`<p class="none">None is enrolled yet.</p>`;
  return html`<ul class="factor-list">${factors.map((factor) =>
    factorItem(
      factor,
      isOpen &&
        html`<form method="post" action="${frame.base}/factors/remove"><input type="hidden" name="factor" value="${factor.id}"><button class="button danger">Remove</button></form>`,
    ),
  )}</ul>`;
}

const kindWords = { passkey: 'Passkey', totp: 'Codes', recovery: 'Recovery' } as const;

function factorItem(factor: FactorView, action: Html | false = false): Html {
  const { id, kind, label, enrolledAt, usedAt, left, confirmedBy } = factor;
  const state = factor.counts
    ? html`<span class="state counts">counts</span>`
    : html`<span class="state young">counts from ${renderTime(factor.countsFrom)}</span>`;
  return html`<li><p class="kind">${kindWords[kind]}</p>
<p class="what"><b>${label}</b>${left !== undefined && html` · ${left} left`} <code class="soft">${id}</code><br>
<span class="soft">enrolled ${renderTime(enrolledAt)}${usedAt !== undefined && html` · used ${renderTime(usedAt)}`}${confirmedBy !== undefined && html` · confirmed by ${confirmedBy}`}</span></p>
<p class="standing">${state}</p>${action}</li>`;
}

function unlockForms(frame: PageFrame, offer: Offer | undefined): Html {
  return html`<section class="part panel" aria-labelledby="unlock-title">
<h2 id="unlock-title">Add or remove</h2>
<p class="soft">Your factors open for ten minutes, in this session, with a factor that counts or with a code from the host.</p>
${offer && factorForm({ offer, action: `${frame.base}/factors/unlock`, hidden: {}, verb: 'Open' })}
${offer && html`<p class="or"><span>or</span></p>`}
<form method="post" action="${frame.base}/factors/unlock" class="fill">
<div class="field"><label for="operator">Code from the host</label>
<p class="row-of"><input id="operator" name="operator" required autocomplete="off" autocapitalize="characters" spellcheck="false" maxlength="40" placeholder="XXXX-XXXX-XXXX-XXXX"> <button class="button ${offer === undefined ? 'primary' : 'plain'}">Open with it</button></p>
<p class="soft">An operator runs <code>tocsin enrol ${frame.person?.id ?? 'PERSON'}</code> there and reads it to you. It holds for ten minutes.</p></div>
</form>
</section>`;
}

function addForms(frame: PageFrame, passkey: PasskeyStart): Html {
  return html`<section class="part" aria-labelledby="add-title">
<h2 id="add-title">Add a factor</h2>
<p class="soft">Two are better than one. Each counts in a day, or when somebody of <code>identity_admins</code> confirms it.</p>
<div class="ways">
<form method="post" action="${frame.base}/factors/passkey" class="way with-passkey" data-passkey="create" data-options="${passkey.options}">
<h3>Passkey</h3>
<p class="about">The fingerprint, face or PIN of a device, or a security key. It cannot be phished.</p>
<input type="hidden" name="challenge" value="${passkey.challenge}"><input type="hidden" name="attestation" value="">
<p><label for="label">It is a</label> <select id="label" name="label">${passkeyLabels.map((label) => html`<option>${label}</option>`)}</select></p>
<p><button class="button primary" data-does="passkey" disabled>Add a passkey</button></p>
<p role="status" class="status"></p>
</form>
<form method="post" action="${frame.base}/factors/totp" class="way">
<h3>Authenticator app</h3>
<p class="about">Six digits of an app on the phone, new every half minute.</p>
<p><button class="button plain">Add an app</button></p>
</form>
<form method="post" action="${frame.base}/factors/recovery" class="way">
<h3>Recovery codes</h3>
<p class="about">Ten codes on paper, each good once. A new sheet voids the old one.</p>
<p><button class="button plain">Make a sheet</button></p>
</form>
</div>
</section>`;
}

function waitingList(frame: PageFrame, waiting: readonly WaitingFactor[]): Html {
  return html`<section class="part" aria-labelledby="others-title">
<h2 id="others-title">New factors of others</h2>
<p class="soft">You are of <code>identity_admins</code>: what you confirm counts at once.</p>
<ul class="factor-list">${waiting.map(({ person, name, factor }) =>
    factorItem(
      { ...factor, label: `${name}: ${factor.label}` },
      html`<a class="button plain" href="${frame.base}/factors/of/${pathSegment(person)}/${pathSegment(factor.id)}/confirm">Confirm</a>`,
    ),
  )}</ul>
</section>`;
}

/** `ABCD EFGH …`: as people read it out. */
function grouped(secret: string): string {
  return secret.replaceAll(/(.{4})(?=.)/g, '$1 ');
}
