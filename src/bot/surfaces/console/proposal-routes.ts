import { parseDuration } from '../../../core/duration.ts';
import { isLive, type ProposalState, WHY_MAX } from '../../../core/incident/proposal.ts';
import { isProblem } from '../../../handlers/command.ts';
import { sendApiProblem, sendDeskProblem } from './api-problem.ts';
import { lineProblem } from './deeds.ts';
import type { ConsoleActor, ConsoleProposals } from './ports.ts';
import { readBody, sendJson } from './requests.ts';
import type { Call, DeskSite } from './site.ts';

/** How long a proposal is meant to hold. */
const hourMs = 3_600_000;
const livesMs = { least: 60_000, most: 24 * hourMs, usual: hourMs };

/** A program says what could be done. It answers what is on the record; nothing is asked for. */
export async function takeProposal(site: DeskSite, call: Call, actor: ConsoleActor): Promise<void> {
  const open = openFor(site, call, actor);
  const body = open && (await readBody(call.request, 'application/json'));
  if (!open || body === undefined) return;
  if (typeof body !== 'string') return sendApiProblem(site, call, body.status, body.code);
  const asked = readProposal(body);
  if (typeof asked === 'string') {
    return sendApiProblem(site, call, 400, 'CONSOLE_PROPOSAL_UNREADABLE', { fault: asked });
  }
  const wrong = lineProblem(asked.line);
  if (wrong !== undefined) return sendApiProblem(site, call, 400, wrong);
  const { incident = '' } = call.params;
  const { line, why, key, forMs } = asked;
  const { name, proposals } = open;
  const until = site.now() + forMs;
  const made = await proposals.propose({ token: name, incident, line, why, key, until });
  if (isProblem(made)) return refuse(site, call, made);
  const { how, proposal } = made;
  const written = { how, proposal: writeProposal(proposal, site.now()) };
  sendJson(call.response, written, how === 'made' ? 201 : 200);
}

export async function listProposals(site: DeskSite, call: Call): Promise<void> {
  const { proposals } = site.desk;
  const found = await proposals?.list(call.params['incident'] ?? '');
  if (found === undefined) return sendApiProblem(site, call, 404, 'CONSOLE_NOT_FOUND');
  if ('code' in found) return refuse(site, call, found);
  const written = found.map((each) => writeProposal(each, site.now()));
  sendJson(call.response, { proposals: written });
}

export async function withdrawProposal(
  site: DeskSite,
  call: Call,
  actor: ConsoleActor,
): Promise<void> {
  const open = openFor(site, call, actor);
  const body = open && (await readBody(call.request, 'application/json'));
  if (!open || body === undefined) return;
  if (typeof body !== 'string') return sendApiProblem(site, call, body.status, body.code);
  const why = textOf(parsed(body), 'why');
  if (why === undefined || why.trim() === '' || why.length > WHY_MAX) {
    return sendApiProblem(site, call, 400, 'CONSOLE_PROPOSAL_UNREADABLE', { fault: whyFault });
  }
  const { incident = '', proposal = '' } = call.params;
  const { name, proposals } = open;
  const withdrawn = await proposals.withdraw({ token: name, incident, proposal, why });
  if (isProblem(withdrawn)) return refuse(site, call, withdrawn);
  sendJson(call.response, { proposal: writeProposal(withdrawn, site.now()) });
}

/** People ask for what they want; only a program proposes. */
function openFor(
  site: DeskSite,
  call: Call,
  actor: ConsoleActor,
): { readonly name: string; readonly proposals: ConsoleProposals } | undefined {
  const { proposals } = site.desk;
  if (actor.kind !== 'token') {
    sendApiProblem(site, call, 403, 'CONSOLE_PROPOSAL_OF_PERSON');
    return undefined;
  }
  if (proposals) return { name: actor.name, proposals };
  sendApiProblem(site, call, 404, 'CONSOLE_NOT_FOUND');
  return undefined;
}

const statuses: Readonly<Record<string, number>> = {
  INCIDENT_NOT_FOUND: 404,
  PROPOSAL_UNKNOWN: 404,
  PROPOSAL_KEY_USED: 409,
  PROPOSAL_INCIDENT_OVER: 409,
  PROPOSAL_DISMISSED: 409,
  PROPOSAL_EXPIRED: 409,
  PROPOSALS_MANY: 409,
  TOO_MANY_REQUESTS: 429,
};

function refuse(
  site: DeskSite,
  call: Call,
  because: Parameters<typeof sendDeskProblem>[2]['because'],
) {
  sendDeskProblem(site, call, { status: statuses[because.code] ?? 422, because });
}

interface AskedProposal {
  readonly line: string;
  readonly why: string;
  readonly key: string;
  readonly forMs: number;
}

const whyFault = `why is a text of at most ${WHY_MAX} characters`;

/** The fault, where there is one. */
function readProposal(body: string): AskedProposal | string {
  const value = parsed(body);
  const known = ['line', 'why', 'for', 'key'];
  if (typeof value !== 'object' || value === null) return 'it is no JSON object';
  const odd = Object.keys(value).find((name) => !known.includes(name));
  if (odd !== undefined) return 'a field is none of line, why, for and key';
  const line = textOf(value, 'line');
  const why = textOf(value, 'why');
  const key = 'key' in value ? textOf(value, 'key') : '';
  const lasts = 'for' in value ? textOf(value, 'for') : undefined;
  const forMs = 'for' in value ? parseDuration(lasts ?? '') : livesMs.usual;
  if (line === undefined) return 'line is a text';
  if (why === undefined || why.trim() === '' || why.length > WHY_MAX) return whyFault;
  if (key === undefined || !/^([\w-]{8,64})?$/.test(key)) {
    return 'key is 8 to 64 letters, digits, - and _';
  }
  if (forMs === undefined || forMs < livesMs.least || forMs > livesMs.most) {
    return 'for is a time from 1m to 24h';
  }
  return { line, why, key, forMs };
}

function textOf(value: unknown, name: string): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const found: unknown = new Map<string, unknown>(Object.entries(value)).get(name);
  return typeof found === 'string' && found.isWellFormed() ? found : undefined;
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function writeProposal(proposal: ProposalState, now: number) {
  const { proposer, line, service, environment, why, at, until, request, ended } = proposal;
  return {
    proposal: proposal.proposal,
    state: ended?.how ?? (isLive(proposal, now) ? 'live' : 'expired'),
    line,
    service,
    environment,
    why,
    proposedBy: proposer,
    proposedAt: new Date(at).toISOString(),
    until: new Date(until).toISOString(),
    request: request
      ? {
          operation: request.operation,
          person: request.person,
          at: new Date(request.at).toISOString(),
        }
      : null,
  };
}
