import type { TargetRef } from '../../core/ports/step.ts';
import type { Finding } from '../../core/ports/target.ts';
import { ProblemError, problem } from '../../core/problem.ts';
import { mayI, missingRight, type Right } from './access.ts';
import { simulator } from './client.ts';
import type { Clock, Connection } from './connection.ts';
import { jobPlaceOf } from './jobs.ts';
import { replyProblem } from './replies.ts';
import {
  jobReadRights,
  jobWriteRights,
  readRights,
  serviceReadRights,
  serviceWriteRights,
  writeRights,
} from './rights.ts';
import { type Locator, locatorOf } from './schema.ts';

/** One thing that was looked at: well, or the problem with it. */
export interface Patient {
  readonly read: Connection;
  readonly write?: Connection;
  readonly clock: Clock;
  /** Namespaces with a Service that is turned. */
  readonly serviced: readonly string[];
}

const skewMaxMs = 30_000;

/** Reaches the cluster with each credential and asks which rights they lack; changes nothing. */
export async function examine(
  { read, write, clock, serviced }: Patient,
  targets: readonly TargetRef[],
): Promise<readonly Finding[]> {
  const reached = await reach(read, 'read', clock);
  const reachedToWrite = write && (await reach(write, 'write', clock));
  const findings = reachedToWrite ? [reached, reachedToWrite] : [reached];
  for (const target of targets) {
    const job = jobPlaceOf(target.locator);
    const locator = job ?? locatorOf(target.locator);
    if (locator === undefined) {
      findings.push({ check: 'locator', facts: {}, problem: problem('K8S_LOCATOR') });
      continue;
    }
    if (answers(reached)) {
      findings.push(
        ...(await rights(read, locator, { who: 'read', wanted: job ? jobReadRights : readRights })),
      );
    }
    if (!write || !reachedToWrite || !answers(reachedToWrite)) continue;
    const wanted = 'kind' in locator ? writeRights(locator.kind) : jobWriteRights;
    findings.push(...(await rights(write, locator, { who: 'write', wanted })));
  }
  for (const namespace of serviced) {
    if (answers(reached)) {
      findings.push(
        ...(await rights(read, { namespace }, { who: 'read', wanted: serviceReadRights })),
      );
    }
    if (!write || !reachedToWrite || !answers(reachedToWrite)) continue;
    findings.push(
      ...(await rights(write, { namespace }, { who: 'write', wanted: serviceWriteRights })),
    );
  }
  return findings;
}

async function reach(connection: Connection, who: string, clock: Clock): Promise<Finding> {
  const facts = { cluster: connection.cluster, credential: who };
  const call = { method: 'GET', path: '/version', query: {}, urgent: true } as const;
  try {
    const reply = await connection.send(call);
    if (reply.status !== 200) {
      const context = { cluster: connection.cluster, verb: 'get', path: call.path };
      return { check: 'reach', facts, problem: replyProblem(reply, context) };
    }
    const skewMs = Math.abs(clock.now() - Date.parse(reply.headers['date'] ?? ''));
    if (skewMs > skewMaxMs) {
      const skew = { cluster: connection.cluster, seconds: Math.round(skewMs / 1000) };
      return { check: 'reach', facts, problem: problem('K8S_CLOCK_SKEW', skew) };
    }
    return { check: 'reach', facts };
  } catch (error) {
    if (error instanceof ProblemError) return { check: 'reach', facts, problem: error.problem };
    throw error;
  }
}

/** Of a cluster that does not let this credential in, nobody can say what it may do there. */
function answers({ problem: found }: Finding): boolean {
  return found === undefined || found.code === 'K8S_CLOCK_SKEW';
}

async function rights(
  connection: Connection,
  locator: Pick<Locator, 'namespace'>,
  { who, wanted }: { readonly who: string; readonly wanted: readonly Right[] },
): Promise<readonly Finding[]> {
  const { cluster } = connection;
  const asked = await Promise.all(
    wanted.map(async (right) => ({
      right,
      allowed: await mayI(simulator(connection), locator.namespace, right),
    })),
  );
  const missing = asked.filter(({ allowed }) => allowed === false);
  const unsaid = asked.filter(({ allowed }) => allowed === undefined).length;
  const more = unsaid === 0 ? {} : { notAnswered: unsaid };
  const facts = { cluster, credential: who, namespace: locator.namespace, ...more };
  if (missing.length === 0) return [{ check: 'rights', facts }];
  const user = `the ${who} credential`;
  return missing.map(({ right }) => ({
    check: 'rights',
    facts,
    problem: missingRight(cluster, locator, { ...right, user }),
  }));
}
