import { folderOf } from '../../core/backup/manifest.ts';
import type { Step } from '../../core/operation/plan.ts';
import type { Draft, DraftRequest } from '../../core/ports/step.ts';
import { type Facts, type Problem, ProblemError, problem } from '../../core/problem.ts';
import { duration } from '../../core/view/words.ts';
import { snapshotStep, withinMs } from './backup.ts';
import type { Clients } from './clients.ts';
import { refused } from './database.ts';
import { factsOf, type Original, readOriginal, type Settings, sayMain } from './settings.ts';
import { backupTag, type DatabasePlace, readSnapshot, shortened } from './snapshots.ts';
import { memberKind, putInUseKind, renameKind, restoreKind } from './steps/kinds.ts';
import { restoredIdentity } from './steps/rename.ts';

/** Where it is restored from. */
interface Source {
  /** '' for a moment. */
  readonly snapshot: string;
  /** Milliseconds since 1970. */
  readonly moment: number;
  readonly says: string;
}

interface Reach {
  readonly clients: Clients;
  readonly now: number;
}

/** A safety snapshot, a new database beside, and then their names change, unless the new one is to stay beside. */
export async function draftRestore(
  request: DraftRequest,
  { clients, now }: Reach,
  place: DatabasePlace,
): Promise<Draft> {
  const { args } = request;
  if (args['in'] === 'place') return refused('AWS_NOT_IN_PLACE', { name: place.name });
  const original = await readOriginal(clients, place);
  const { status, settings } = original;
  if (args['name'] !== place.name) return { ok: false, problem: nameNotTyped(request, place) };
  if (status !== 'available') return refused('AWS_NOT_AVAILABLE', { name: place.name, status });
  const source = await sourceIn(request, { clients, now }, { place, original });
  const members = await membersOf(clients, original);
  const names = namesOf(place.name, request.operation);
  const swaps = args['swap'] !== 'no';
  const steps = stepsOf(request, { place, original, source, members, names, swaps });
  const [safety, made] = steps;
  return {
    ok: true,
    steps,
    targets: [safety.target, made.target],
    diff: steps.flatMap(({ change }) => change),
    warnings: [
      problem('AWS_RESTORE_LOSES', {
        since: new Date(source.moment).toISOString(),
        name: place.name,
      }),
      ...(swaps ? swapWarnings(place, original, names) : []),
    ],
    blast: {
      restores: `${source.says}, ${duration(Math.max(0, now - source.moment))} old`,
      into: `${place.kind} ${names.next}, a new one`,
      settings: sayMain(settings),
      ...(members.length > 0 && { instances: `${members.length}, as ${place.name} has` }),
      ...(swaps
        ? {
            keeps: `what is in use now, as ${names.aside}`,
            interrupts: `every connection to ${place.name}, for minutes, while both names change`,
          }
        : { keeps: `${place.name} in use, as it is`, interrupts: 'nobody' }),
      costs: `a second ${place.kind}, from then on, until somebody deletes one of them`,
      takes: `as a rule minutes to hours, by its size; ${duration(withinMs(request))} at most for each`,
    },
    risk: 'danger',
  };
}

function swapWarnings(
  { name }: DatabasePlace,
  { replicas }: Original,
  { aside }: Names,
): readonly Problem[] {
  return [
    problem('AWS_RESTORE_ENDPOINT', { name, aside }),
    ...(replicas.length > 0
      ? [problem('AWS_REPLICAS_STAY', { name, aside, replicas: replicas.join(', ') })]
      : []),
  ];
}

interface Names {
  readonly next: string;
  readonly aside: string;
}

/** Named by the operation, so that two restores never meet. */
function namesOf(current: string, operation: string): Names {
  const mark = operation.replace(/^op-/, '').toLowerCase().slice(0, 6);
  return {
    next: shortened('', current, `-restored-${mark}`),
    aside: shortened('', current, `-before-${mark}`),
  };
}

function nameNotTyped({ service, args }: DraftRequest, { name }: DatabasePlace): Problem {
  const { what, environment } = args;
  const which = args['at'] === undefined ? `from=${args['from']}` : `at=${args['at']}`;
  const line = `restore ${service} ${what} ${which} env=${environment} name=${name}`;
  return problem('RESTORE_NAME_NOT_TYPED', { service, what: String(what), name, line });
}

async function sourceIn(
  request: DraftRequest,
  { clients, now }: Reach,
  { place, original }: { readonly place: DatabasePlace; readonly original: Original },
): Promise<Source> {
  const { args, service } = request;
  const { at, from } = args;
  if (at !== undefined) return momentIn(String(at), { original, name: place.name, now });
  const subject = {
    service,
    environment: String(args['environment']),
    what: String(args['what']),
  };
  const found = await readSnapshot(clients, place, String(from));
  // One that was taken of it under another name still says so.
  const isOurs = found?.tags.get(backupTag) === folderOf(subject);
  if (!found || (found.of !== place.name && !isOurs)) {
    const facts = { service, what: subject.what, id: String(from) };
    throw new ProblemError(problem('BACKUP_UNKNOWN', facts));
  }
  if (found.status !== 'available') {
    const facts = { snapshot: found.name, status: found.status };
    throw new ProblemError(problem('AWS_SNAPSHOT_NOT_WHOLE', facts));
  }
  return { snapshot: found.name, moment: found.at, says: `snapshot ${found.name}` };
}

/** RDS keeps the log of writes for as long as it keeps its own snapshots. */
function momentIn(
  at: string,
  {
    original,
    name,
    now,
  }: { readonly original: Original; readonly name: string; readonly now: number },
): Source {
  const { latest, earliest, settings } = original;
  const from = earliest || now - settings.backupDays * 86_400_000;
  const said = (time: number) => new Date(time).toISOString();
  const reach = latest === 0 ? 'no moment' : `${said(from)} to ${said(latest)}`;
  const moment = at === 'latest' ? latest : written.test(at) ? Date.parse(at) : Number.NaN;
  if (Number.isNaN(moment) || latest === 0 || moment > latest || moment < from) {
    throw new ProblemError(problem('AWS_MOMENT_OUT', { name, at, reach }));
  }
  return { snapshot: '', moment, says: `${said(moment)} (RDS reaches from ${reach})` };
}

/** A whole moment: a day, a time and where that is so. */
const written = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/;

async function membersOf(clients: Clients, { members }: Original): Promise<readonly Settings[]> {
  const found = await Promise.all(
    members.map((name) => readOriginal(clients, { kind: 'instance', name })),
  );
  return found.map(({ settings }) => settings);
}

interface Plan {
  readonly place: DatabasePlace;
  readonly original: Original;
  readonly source: Source;
  readonly members: readonly Settings[];
  readonly names: Names;
  readonly swaps: boolean;
}

function stepsOf(request: DraftRequest, plan: Plan): readonly [Step, Step, ...Step[]] {
  const { place, original, source, members, names, swaps } = plan;
  const { target, locator } = request.target;
  const safety = snapshotStep(request, place, original);
  const id = source.snapshot || `at ${new Date(source.moment).toISOString()}`;
  const lock = { id: `aws/${target}/${place.kind}/${place.name}`, identity: original.resource };
  const common = {
    ...safety,
    target: lock,
    at: { integration: 'aws', target, locator },
    onFailure: 'stop',
  } as const;
  const where = { ...safety.params, next: names.next, engine: original.engine };
  const made: Step = {
    ...common,
    id: 's2',
    kind: restoreKind,
    change: [
      { path: names.next, what: 'added', to: `${source.says}, with the settings of ${place.name}` },
    ],
    params: {
      ...where,
      ...factsOf(original.settings),
      ...{ snapshot: source.snapshot, moment: source.moment, version: original.version },
    },
    preconditions: {
      settings: sayMain(original.settings),
      source: source.snapshot === '' ? 'the log' : 'available',
    },
    postconditions: { [names.next]: 'available' },
    verify: { what: 'RDS says that it is available', withinMs: withinMs(request) },
  };
  const instances = members.map((settings, index): Step => {
    const member = shortened('', names.next, `-${index + 1}`);
    return {
      ...made,
      id: `s${index + 3}`,
      kind: memberKind,
      change: [{ path: member, what: 'added', to: `instance of ${names.next}, ${settings.class}` }],
      params: { ...where, ...factsOf(settings), member },
      preconditions: {},
      postconditions: { [member]: 'available' },
    };
  });
  const last = instances.length + 3;
  const rename = (more: { id: string; from: string; to: string; params?: Facts }): Step => ({
    ...common,
    id: more.id,
    kind: renameKind,
    change: [{ path: more.from, what: 'changed', from: more.from, to: more.to }],
    params: { ...safety.params, from: more.from, to: more.to, ...more.params },
    preconditions: { [more.to]: 'free' },
    postconditions: { [more.to]: 'available' },
    verify: { what: 'it is available under that name', withinMs: renameWithinMs },
  });
  const back = rename({ id: 'c1', from: names.aside, to: place.name });
  const aside: Step = {
    ...rename({ id: `s${last}`, from: place.name, to: names.aside }),
    onFailure: { compensate: [back] },
    // Between the two nothing is called so: nobody stops there.
    critical: true,
  };
  const use: Step = {
    ...rename({
      ...{ id: `s${last + 1}`, from: names.next, to: place.name },
      params: { id, aside: names.aside },
    }),
    kind: putInUseKind,
    target: { ...lock, identity: restoredIdentity },
    onFailure: { compensate: [back] },
  };
  return [safety, made, ...instances, ...(swaps ? [aside, use] : [])];
}

const renameWithinMs = 1_800_000;
