import type { Check } from '../../core/backup/compare.ts';
import { estimateOf, sayBytes } from '../../core/backup/estimate.ts';
import type { TakenBackup } from '../../core/backup/record.ts';
import type { Step } from '../../core/operation/plan.ts';
import type { Draft, DraftRequest } from '../../core/ports/step.ts';
import { type Problem, problem } from '../../core/problem.ts';
import { duration } from '../../core/view/words.ts';
import { draftBeside } from './beside-plan.ts';
import { draftInPlace } from './in-place-plan.ts';
import type { BackupLedger } from './ledger.ts';
import { type Moment, momentOf } from './moment.ts';
import { takeStepOf } from './planner.ts';
import { discardKind, intoKind, type Restoring, swapKind } from './restore-steps.ts';
import { lackOfKey } from './sealed.ts';
import { lackOfRoom } from './take-step.ts';
import { wantedOf } from './taking.ts';
import { chosen, lackOfScratch, unknownBackup } from './verify-step.ts';
import { vouched } from './verifying.ts';

/** A safety backup, the old one beside what is in use, and then their names change. */
export async function draftRestore(
  restoring: Restoring,
  ledger: BackupLedger,
  { args, operation }: DraftRequest,
): Promise<Draft> {
  const { rule, source, restorer, store, now } = restoring;
  const record = await ledger.of(rule.subject);
  const at = args['at'];
  const moment = at === undefined ? undefined : await momentOf(restoring, record, String(at));
  const backup = moment?.backup ?? chosen(record, store.name, args['from']);
  if (!backup) return { ok: false, problem: unknownBackup(rule.subject, args['from']) };
  const survey = await source.survey(wantedOf(rule));
  if (!survey.ok) return survey;
  const { place, encoding, bytesAtMost } = survey.value;
  const current = await restorer.nameOf(wantedOf(rule));
  if (args['name'] !== current)
    return { ok: false, problem: nameNotTyped(restoring, backup, { current, args }) };
  const { sound, checks } = await vouched(restoring, backup);
  if (!sound || backup.verified?.ok === false) {
    return { ok: false, problem: invalid(backup, sound ? [] : checks) };
  }
  const keyless = await lackOfKey(restoring, sound);
  if (keyless) return { ok: false, problem: keyless };
  const mark = operation.replace(/^op-/, '').slice(0, 6);
  if (!restorer.swap && args['in'] === undefined) {
    return draftBeside(restoring, { backup, sound, current, mark });
  }
  const lack =
    (await lackOfRoom(restoring, ledger, bytesAtMost)) ??
    // A copy of the whole server is brought up here first.
    (sound.content.log && (await lackOfScratch(restoring, sound.source.bytes)));
  if (lack) return { ok: false, problem: lack };
  const estimate = estimateOf(record, bytesAtMost).bytes;
  const safety = takeStepOf(restoring, { estimate, encoding });
  if (args['in'] === 'place') {
    return moment ? elsewhere : draftInPlace(restoring, { backup, sound, current, place, safety });
  }
  const { next, aside, identity, interrupts, needs } = await restorer.place(wantedOf(rule), {
    mark,
    content: sound.content,
    bytes: sound.source.bytes,
  });
  const steps = stepsOf(restoring, {
    backup,
    swap: { current, next, aside },
    identity,
    safety,
    ...(moment && { moment }),
  });
  const since = moment?.at ?? backup.startedAt;
  const [{ target: lock } = steps[0]] = steps.slice(-1);
  return {
    ok: true,
    steps,
    targets: [steps[0].target, lock],
    diff: steps.flatMap(({ change }) => change),
    warnings: [
      ...(backup.verified ? [] : [problem('RESTORE_NOT_VERIFIED', { id: backup.id })]),
      problem('RESTORE_LOSES', { since: new Date(since).toISOString(), current, aside }),
    ],
    blast: {
      restores: `${backup.id} of ${store.name}, ${sayBytes(backup.bytes)}, ${duration(Math.max(0, now() - backup.startedAt))} old`,
      ...(moment && reachOf(moment, now())),
      over: place,
      keeps: `what is in use now, as ${aside}`,
      interrupts,
      needs,
      takes: `${duration(rule.timeoutMs)} at most for the safety backup, and as long for the restore`,
    },
    risk: 'danger',
    // What is in use is kept until the names change, with all that was written until then.
    quiet: { from: 's3', to: 's3' },
  };
}

const elsewhere: Draft = {
  ok: false,
  problem: problem('RESTORE_NOT_IN_PLACE', {
    why: 'It is brought to a moment elsewhere, and only then put back.',
  }),
};

/** Without a check that says so, its verification did. */
function invalid({ id }: TakenBackup, checks: readonly Check[]): Problem {
  const wrong = checks.filter(({ ok }) => !ok).map(({ says }) => says);
  const found = wrong.length === 0 ? 'its verification said so' : wrong.join('; ');
  return problem('BACKUP_INVALID', { id, found });
}

/** Times as the plan says them. */
function reachOf({ at, to, backup }: Moment, now: number) {
  const said = (time: number) => new Date(time).toISOString();
  return {
    goesOn: `by the archived log, to ${said(at)}`,
    reaches: `from the end of ${backup.id} to ${said(to)}`,
    loses: `what was written in the ${duration(Math.max(0, now - at))} since`,
  };
}

function nameNotTyped(
  { rule }: Restoring,
  { id }: TakenBackup,
  { current: name, args }: { readonly current: string; readonly args: DraftRequest['args'] },
): Problem {
  const { service, environment, what } = rule.subject;
  const which = args['at'] === undefined ? `from=${id}` : `at=${args['at']}`;
  const line = `restore ${service} ${what} ${which} env=${environment} name=${name}${args['in'] === undefined ? '' : ` in=${args['in']}`}`;
  return problem('RESTORE_NAME_NOT_TYPED', { service, what, name, line });
}

function stepsOf(
  { rule, store }: Restoring,
  {
    backup,
    swap,
    identity,
    safety,
    moment,
  }: {
    readonly backup: TakenBackup;
    readonly moment?: Moment;
    readonly swap: { readonly current: string; readonly next: string; readonly aside: string };
    readonly identity: string;
    readonly safety: Step;
  },
): readonly [Step, Step, Step] {
  const { integration, target, locator } = rule.source;
  const common = {
    v: 1,
    // A failover of the same servers waits for this, and this for it.
    target: { id: `${integration}/${target}`, identity: swap.current },
    at: { integration, target, locator },
    params: { ...rule.subject, to: rule.to, query: rule.query ?? '', id: backup.id, ...swap },
    guard: 'conditional',
    undo: 'irreversible',
    critical: false,
  } as const;
  const discard: Step = {
    ...common,
    id: 'c1',
    kind: discardKind,
    change: [{ path: swap.next, what: 'removed', from: 'restored' }],
    preconditions: {},
    postconditions: { [swap.next]: 'gone' },
    verify: { what: 'it is gone', withinMs: 300_000 },
    onFailure: 'stop',
  };
  return [
    safety,
    {
      ...common,
      id: 's2',
      kind: intoKind,
      params: { ...common.params, ...(moment && { at: moment.at }) },
      change: [
        {
          path: swap.next,
          what: 'added',
          to: `from ${backup.name} in ${store.name}${moment ? `, as of ${new Date(moment.at).toISOString()}` : ''}`,
        },
      ],
      preconditions: { sha256: backup.sha256 },
      postconditions: { rows: moment ? 'as in what was brought up' : 'as counted' },
      verify: {
        what: moment
          ? 'every table has the rows of the server that was brought to that moment'
          : 'every table has the rows that it had',
        withinMs: rule.timeoutMs + 60_000,
      },
      onFailure: 'stop',
    },
    {
      ...common,
      id: 's3',
      kind: swapKind,
      change: [
        { path: swap.current, what: 'changed', from: 'what is in use', to: swap.aside },
        { path: swap.next, what: 'changed', from: 'restored', to: swap.current },
      ],
      preconditions: { identity },
      postconditions: { [swap.aside]: 'kept' },
      verify: { what: 'both names are changed', withinMs: 120_000 },
      onFailure: { compensate: [discard] },
    },
  ];
}
