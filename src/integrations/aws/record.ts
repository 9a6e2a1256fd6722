import type { Change, Step } from '../../core/operation/plan.ts';
import type { Draft, DraftRequest } from '../../core/ports/step.ts';
import { ProblemError, problem } from '../../core/problem.ts';
import type { Clients } from './clients.ts';
import { refused } from './database.ts';
import { dotted, type RecordPlace } from './schema.ts';
import { recordKind } from './steps/kinds.ts';

/** What a record says, in a form that is shown, compared, and sent again as it is. */
export interface RecordValue {
  /** Addresses or names; one `alias ZONE NAME` for an alias of AWS. */
  readonly values: readonly string[];
  /** 0 for an alias. */
  readonly ttl: number;
}

/** Undefined where there is none of that name and type. Refuses one with a routing policy, which is several at once. */
export async function readRecord(
  clients: Clients,
  { zone, name, type }: Pick<RecordPlace, 'zone' | 'name' | 'type'>,
): Promise<RecordValue | undefined> {
  const { ResourceRecordSets: found = [] } = await clients.route53(
    'ListResourceRecordSets',
    (route53, { ListResourceRecordSetsCommand }) =>
      route53.send(
        new ListResourceRecordSetsCommand({
          HostedZoneId: zone,
          StartRecordName: name,
          // The list begins at what is asked for, or at what comes after it.
          StartRecordType: typeOf(type),
          MaxItems: 2,
        }),
      ),
  );
  const same = found.filter((each) => dotted(each.Name ?? '') === name && each.Type === type);
  const [one, ...more] = same;
  if (one === undefined) return undefined;
  if (more.length > 0 || one.SetIdentifier !== undefined) {
    throw new ProblemError(problem('AWS_RECORD_POLICY', { record: `${name} ${type}` }));
  }
  const alias = one.AliasTarget;
  if (alias) {
    const name = dotted(alias.DNSName ?? '');
    const checks = alias.EvaluateTargetHealth === true ? ' with its health' : '';
    return { values: [`alias ${alias.HostedZoneId ?? ''} ${name}${checks}`], ttl: 0 };
  }
  return { values: (one.ResourceRecords ?? []).map(({ Value = '' }) => Value), ttl: one.TTL ?? 0 };
}

const types = ['A', 'AAAA', 'CNAME'] as const;

export function typeOf(type: string): (typeof types)[number] {
  const found = types.find((each) => each === type);
  if (found === undefined) throw new ProblemError(problem('AWS_RECORD_TYPE', { type }));
  return found;
}

export function saidValue(value: RecordValue | undefined): string {
  if (value === undefined) return '';
  const { values, ttl } = value;
  return `${values.join(', ')}${ttl > 0 ? `, TTL ${ttl} s` : ''}`;
}

/** What `saidValue` wrote. */
export function valueIn(text: string): RecordValue | undefined {
  if (text === '') return undefined;
  const [, values = '', ttl = '0'] = /^(.*?)(?:, TTL (\d+) s)?$/s.exec(text) ?? [];
  return { values: values.split(', '), ttl: Number(ttl) };
}

/** So that traffic comes here: the record says what this environment's `traffic` says. */
export async function draftRepoint(
  request: DraftRequest,
  clients: Clients,
  place: RecordPlace,
): Promise<Draft> {
  if (place.values.length === 0) return refused('AWS_RECORD_NO_VALUE', { record: place.name });
  const isAlias = place.values.some((value) => value.startsWith('alias '));
  const to = saidValue({ values: place.values, ttl: isAlias ? 0 : place.ttl });
  return draftRecord(request, { clients, place, to });
}

export async function draftRecordBack(
  request: DraftRequest,
  clients: Clients,
  place: RecordPlace,
): Promise<Draft> {
  const { from = '', to: wrote = '' } = request.undoes?.params ?? {};
  const now = saidValue(await readRecord(clients, place));
  if (now !== wrote) {
    return refused('AWS_UNDO_MOVED', { what: place.name, wrote, observed: now || 'no record' });
  }
  return draftRecord(request, { clients, place, to: String(from) });
}

async function draftRecord(
  request: DraftRequest,
  {
    clients,
    place,
    to,
  }: { readonly clients: Clients; readonly place: RecordPlace; readonly to: string },
): Promise<Draft> {
  const { zone, name, type } = place;
  const now = await readRecord(clients, place);
  const from = saidValue(now);
  const record = `${name} ${type}`;
  if (from === to) return refused('AWS_RECORD_ALREADY', { record, to });
  const { target, locator } = request.target;
  const named = { id: `aws/${target}/record/${zone}/${name}/${type}`, identity: record };
  const change = recordChange(record, from, to);
  const params = { zone, name, type };
  const step: Step = {
    id: 's1',
    kind: recordKind,
    v: 1,
    target: named,
    at: { integration: 'aws', target, locator },
    change,
    params: { ...params, from, to },
    preconditions: { record: from },
    postconditions: { record: to },
    verify: { what: 'every name server of Route 53 has it (INSYNC)', withinMs: 300_000 },
    guard: 'conditional',
    undo: { change: recordChange(record, to, from), params: { ...params, from: to, to: from } },
    onFailure: 'stop',
    critical: false,
  };
  return {
    ok: true,
    steps: [step],
    targets: [named],
    diff: change,
    warnings: [problem('AWS_RECORD_CACHED', { record, seconds: Math.max(60, now?.ttl ?? 0) })],
    blast: {
      'hosted zone': zone,
      record,
      takes: 'as a rule within 60 s, and as long as resolvers keep the old answer',
    },
    risk: 'danger',
  };
}

function recordChange(record: string, from: string, to: string): readonly Change[] {
  if (from === '') return [{ path: record, what: 'added', to }];
  if (to === '') return [{ path: record, what: 'removed', from }];
  return [{ path: record, what: 'changed', from, to }];
}
