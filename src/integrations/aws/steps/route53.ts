import type { Step } from '../../../core/operation/plan.ts';
import type { Applied, StepDriver } from '../../../core/ports/step.ts';
import { ProblemError, problem } from '../../../core/problem.ts';
import { type Clients, isRefusal } from '../clients.ts';
import { type RecordValue, readRecord, saidValue, typeOf, valueIn } from '../record.ts';
import { believed, checked, watched } from './driven.ts';

/** Another change of the zone is on its way: it says so with 400, and takes ours a moment later. */
const busyTriesMax = 6;

export type Pause = (ms: number) => Promise<void>;

/**
 * One batch that deletes exactly what was shown and creates what was approved. Route 53 does all of it or nothing, and a
 * deletion has to match every value: who wrote in between is never overwritten.
 * https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html
 */
export function recordDriver(clients: Clients, pause: Pause): StepDriver {
  const read = (step: Step) => readRecord(clients, recordOf(step));
  const isThere = async (step: Step) => saidValue(await read(step)) === step.params['to'];
  return {
    landsWithinMs: 120_000,
    check: (step) =>
      checked(step, async () => {
        const fields = { record: saidValue(await read(step)) };
        return { identity: step.target.identity, fields };
      }),
    apply: (step) => apply(step, { clients, pause }),
    probe: (step) => believed(() => isThere(step)),
    observe: (step, { outputs }) =>
      watched('the name servers take it', async () => {
        const id = outputs['change'];
        if (typeof id !== 'string') return { isDone: await isThere(step), now: '' };
        const { ChangeInfo: info } = await clients.route53('GetChange', (route53, sdk) =>
          route53.send(new sdk.GetChangeCommand({ Id: id })),
        );
        const isDone = info?.Status === 'INSYNC' && (await isThere(step));
        return { isDone, now: info?.Status ?? '' };
      }),
    undo: ({ undo }) => undo,
  };
}

async function apply(
  step: Step,
  { clients, pause }: { readonly clients: Clients; readonly pause: Pause },
): Promise<Applied> {
  for (let tries = 1; ; tries += 1) {
    try {
      return { outcome: 'applied', outputs: { change: await change(step, clients) } };
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      if (!isRefusal(error)) return { outcome: 'unknown', problem: error.problem };
      const why = String(error.problem.facts['why'] ?? '');
      const isBusy =
        why.startsWith('PriorRequestNotComplete') || error.problem.code === 'AWS_THROTTLED';
      if (isBusy && tries < busyTriesMax) {
        await pause(tries * 1000);
        continue;
      }
      if (/protect/i.test(why)) {
        const facts = { record: step.target.identity, why };
        return { outcome: 'refused', problem: problem('AWS_RECORD_PROTECTED', facts) };
      }
      if (why.startsWith('InvalidChangeBatch')) return { outcome: 'moved' };
      return { outcome: 'refused', problem: error.problem };
    }
  }
}

async function change(step: Step, clients: Clients): Promise<string> {
  const [from, to] = [valueIn(String(step.params['from'])), valueIn(String(step.params['to']))];
  const { zone } = recordOf(step);
  const { ChangeInfo: info } = await clients.route53('ChangeResourceRecordSets', (route53, sdk) =>
    route53.send(
      new sdk.ChangeResourceRecordSetsCommand({
        HostedZoneId: zone,
        ChangeBatch: {
          Changes: [
            ...(from ? [{ Action: 'DELETE' as const, ResourceRecordSet: setOf(step, from) }] : []),
            ...(to ? [{ Action: 'CREATE' as const, ResourceRecordSet: setOf(step, to) }] : []),
          ],
        },
      }),
    ),
  );
  return info?.Id ?? '';
}

function setOf(step: Step, { values, ttl }: RecordValue) {
  const { name, type } = recordOf(step);
  const named = { Name: name, Type: typeOf(type) };
  const [, zone, dns, checks] =
    /^alias (\S+) (\S+?)( with its health)?$/.exec(values[0] ?? '') ?? [];
  if (zone !== undefined && dns !== undefined) {
    const alias = { HostedZoneId: zone, DNSName: dns, EvaluateTargetHealth: checks !== undefined };
    return { ...named, AliasTarget: alias };
  }
  return { ...named, TTL: ttl, ResourceRecords: values.map((Value) => ({ Value })) };
}

function recordOf({ params }: Step) {
  return {
    zone: String(params['zone']),
    name: String(params['name']),
    type: String(params['type']),
  };
}
