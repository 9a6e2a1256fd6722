import type { Incident } from '../core/incident/incident.ts';
import { isPrivate } from '../core/incident/privacy.ts';
import {
  isLive,
  isSameProposer,
  liveProposals,
  PROPOSALS_LIVE_MAX,
  type ProposalState,
  type Proposer,
  proposalIn,
  proposalsOf,
  type Sketch,
  sameProposal,
  WHY_MAX,
  whyOver,
} from '../core/incident/proposal.ts';
import { maskedShort } from '../core/masker.ts';
import { canonical } from '../core/operation/hash.ts';
import type { Change } from '../core/operation/plan.ts';
import { withWords } from '../core/operation/split-brain.ts';
import type { Evidence } from '../core/person.ts';
import { type Problem, problem, problemOf } from '../core/problem.ts';
import { type Understood, understand } from './arguments.ts';
import { type Asking, isProblem, type OperationCommand, type Subject } from './command.ts';
import type { Desk } from './desk.ts';
import { parseLine, plain, quoted } from './grammar.ts';
import { ruledArguments } from './judgement.ts';
import { proposable } from './proposable.ts';

/** What something that is no person says about an incident. */
export interface Proposing {
  readonly proposer: Proposer;
  readonly incident: string;
  readonly line: string;
  readonly why: string;
  /** ms. */
  readonly until: number;
  /** Names it among all of the proposer's: told again, it is the same. Empty for none. */
  readonly key: string;
}

export interface Proposal {
  readonly proposal: ProposalState;
  /** `again`: told before, by this key or in the same words. `joined`: somebody else proposes the same. */
  readonly how: 'made' | 'again' | 'joined';
}

/** The most of a draft that a card is for: the plan that counts is made at the press. */
const diffMax = 30;
const warningsMax = 10;
const textMax = 300;

/** Puts it on the record, with a draft of what would be done. Nothing is asked for and nothing is changed. */
export async function propose(desk: Desk, asked: Proposing): Promise<Proposal | Problem> {
  const incident = await incidentFor(desk, asked.incident, asked.proposer);
  if (isProblem(incident)) return incident;
  if (incident.status !== 'open') {
    return problem('PROPOSAL_INCIDENT_OVER', { proposal: asked.line, person: '', why: '' });
  }
  const meant = meantBy(desk, asked.line, incident);
  if (isProblem(meant)) return meant;
  const at = desk.journalNow();
  const { same } = meant;
  const id = idOf(desk, asked, { incident, same });
  const known = proposalIn(incident, id);
  if (known) {
    return known.same === same
      ? { proposal: known, how: 'again' }
      : problem('PROPOSAL_KEY_USED', { key: asked.key, line: known.line });
  }
  const live = sameProposal(incident, same, at);
  if (live && isSameProposer(live.proposer, asked.proposer))
    return { proposal: live, how: 'again' };
  const subject = await meant.command.subject(askingOf(desk, meant, { incident, at, id }));
  if (isProblem(subject)) return subject;
  if (!live && liveProposals(incident, at).length >= PROPOSALS_LIVE_MAX) {
    return problem('PROPOSALS_MANY', { most: PROPOSALS_LIVE_MAX });
  }
  const { proposer, until } = asked;
  const said = {
    ...{ proposal: id, proposer, line: meant.line, verb: meant.command.name, same, until },
    ...{ service: meant.service, environment: meant.environment },
    why: maskedShort(plain(asked.why), WHY_MAX),
    sketch: live ? live.sketch : await sketchOf(desk, meant, subject, id),
  };
  const by = `${proposer.kind}:${proposer.name}`;
  await desk.tellIncident(
    asked.incident,
    { type: 'Propose', at: desk.journalNow(), ...said },
    { cause: `proposal/${id}/${live ? `joins/${live.proposal}` : 'made'}`, by },
  );
  return outcome(await incidentFor(desk, asked.incident, proposer), {
    id,
    same,
    at: desk.journalNow(),
  });
}

/** Takes it back: only whoever proposed it, and while it lives. */
export async function withdrawProposal(
  desk: Desk,
  asked: Pick<Proposing, 'incident' | 'proposer' | 'why'> & { readonly proposal: string },
): Promise<ProposalState | Problem> {
  const { proposer, proposal } = asked;
  const incident = await incidentFor(desk, asked.incident);
  if (isProblem(incident)) return incident;
  const found = proposalIn(incident, proposal);
  if (!found || !isSameProposer(found.proposer, proposer)) {
    return problem('PROPOSAL_UNKNOWN', { proposal });
  }
  if (found.ended?.how === 'withdrawn') return found;
  const at = desk.journalNow();
  const over = whyOver(proposal, incident, at);
  if (over) return over;
  const why = maskedShort(plain(asked.why), WHY_MAX);
  await desk.tellIncident(
    asked.incident,
    { type: 'WithdrawProposal', at, proposal, proposer, why },
    { cause: `proposal/${proposal}/withdrawn`, by: `${proposer.kind}:${proposer.name}` },
  );
  const after = await incidentFor(desk, asked.incident);
  const now = isProblem(after) ? undefined : proposalIn(after, proposal);
  return now && !isLive(now, at) ? now : problem('PROPOSAL_UNKNOWN', { proposal });
}

/** What is no person is a member of nothing. */
export async function proposalsFor(
  desk: Desk,
  incident: string,
): Promise<readonly ProposalState[] | Problem> {
  const found = await incidentFor(desk, incident);
  return isProblem(found) ? found : proposalsOf(found);
}

/** A watch may speak where its route is private: it is the configuration's own, and reads nothing. */
async function incidentFor(
  desk: Desk,
  incident: string,
  proposer?: Proposer,
): Promise<Incident | Problem> {
  const found = await desk.incident(incident);
  const isLetIn = proposer?.kind === 'watch';
  return found && (isLetIn || !isPrivate(found))
    ? found
    : problem('INCIDENT_NOT_FOUND', { incident });
}

interface Meant extends Understood {
  readonly command: OperationCommand;
  /** With service and environment named, whatever the incident is about. */
  readonly line: string;
  readonly same: string;
}

/** The line as a change of ours; the same for whoever checks it beforehand. */
export function meantBy(
  { settings }: Pick<Desk, 'settings'>,
  line: string,
  incident: Incident | undefined,
): Meant | Problem {
  const utterance = parseLine(line);
  if ('code' in utterance) return utterance;
  const command = proposable(utterance.verb);
  if (isProblem(command)) return command;
  for (const name of ['accept', 'another', 'incident', 'reason', 'ticket']) {
    if (name in utterance.named) return problem('PROPOSAL_ARGUMENT', { name, line });
  }
  const understood = understand(command, utterance, { settings, incident });
  if (isProblem(understood)) return understood;
  const { args, service, environment } = understood;
  const words = command.args.flatMap(({ name, kind, named }) => {
    const value = kind === 'environment' ? environment : args[name];
    if (value === undefined || value === '') return [];
    return [named ? `${name}=${quoted(String(value))}` : quoted(String(value))];
  });
  const same = canonical([command.name, service, environment, { ...ruledArguments(args) }]);
  return { ...understood, command, line: [command.name, ...words].join(' '), same };
}

/** Of a proposer without keys: the next one of these words, once the last one is over. */
function idOf(
  desk: Desk,
  { proposer, key }: Proposing,
  { incident, same }: { readonly incident: Incident; readonly same: string },
): string {
  const before = proposalsOf(incident).filter((each) => each.same === same).length;
  const name = key === '' ? `${same}/${before}` : `key/${key}`;
  const { kind } = proposer;
  const whole = canonical([incident.opened.incident, kind, proposer.name, name]);
  return `pr-${desk.sha256(whole).slice(0, 10)}`;
}

function askingOf(
  desk: Desk,
  { args, service, environment, line }: Meant,
  { incident, at, id }: { readonly incident: Incident; readonly at: number; readonly id: string },
): Asking {
  const request = `proposal/${id}`;
  return { desk, at, by: nobody, line, args, service, environment, incident, request };
}

/** Whoever asks for it will be somebody else. */
const nobody: Evidence = { person: '', surface: '', account: '', memberships: [] };

async function sketchOf(
  desk: Desk,
  { command, line, service }: Meant,
  subject: Subject,
  id: string,
): Promise<Sketch> {
  const draft = withWords(await drafted(subject, { id, line, service }), {});
  const at = desk.now();
  if (!draft.ok) return { ok: false, at, problem: draft.problem };
  return {
    ok: true,
    at,
    risk: draft.risk === 'danger' ? 'danger' : command.risk,
    targets: draft.targets.map((target) => target.id),
    diff: draft.diff.slice(0, diffMax).map(bounded),
    warnings: draft.warnings.slice(0, warningsMax),
  };
}

async function drafted(
  subject: Subject,
  { id, line, service }: { readonly id: string; readonly line: string; readonly service: string },
) {
  try {
    return await subject.draft(id);
  } catch (error) {
    const otherwise = problem('PLANNING_FAILED', { line, service });
    return { ok: false, problem: problemOf(error, otherwise) } as const;
  }
}

function bounded(change: Change): Change {
  const { from, to } = change;
  return {
    ...change,
    ...(from === undefined ? {} : { from: short(from) }),
    ...(to === undefined ? {} : { to: short(to) }),
  };
}

function short(text: string): string {
  return text.length <= textMax ? text : `${text.slice(0, textMax - 1).toWellFormed()}…`;
}

function outcome(
  incident: Incident | Problem,
  { id, same, at }: { readonly id: string; readonly same: string; readonly at: number },
): Proposal | Problem {
  if (isProblem(incident)) return incident;
  const own = proposalIn(incident, id);
  if (own) return { proposal: own, how: 'made' };
  const other = sameProposal(incident, same, at);
  if (other) return { proposal: other, how: 'joined' };
  return incident.status === 'open'
    ? problem('PROPOSALS_MANY', { most: PROPOSALS_LIVE_MAX })
    : problem('PROPOSAL_INCIDENT_OVER', { proposal: id, person: '', why: '' });
}
