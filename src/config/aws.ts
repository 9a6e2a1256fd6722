import type { z } from 'zod';
import type { TargetRef } from '../core/ports/step.ts';
import type { Facts } from '../core/problem.ts';
import { awsDatabase, awsNotice, awsTarget, awsTraffic, awsWorkload } from './aws-schema.ts';
import type { AwsConfig } from './config.ts';
import { type Path, sayPath } from './error.ts';
import { errorsOf } from './issue.ts';
import type { TargetScope } from './targets.ts';

/** `targets.<name>.aws`. Undefined when it was refused. */
export function readAwsTarget(
  name: string,
  written: unknown,
  scope: TargetScope,
): AwsConfig | undefined {
  const path: Path = ['targets', name, 'aws'];
  const data = parsed(awsTarget, written, { path, scope });
  if (data === undefined) return undefined;
  const { region, access_key_id: accessKeyId, secret_access_key: secretAccessKey } = data;
  const { session_token: sessionToken, endpoint, timeout } = data;
  if ((accessKeyId === undefined) !== (secretAccessKey === undefined)) {
    const [there, missing] = secretAccessKey
      ? ['secret_access_key', 'access_key_id']
      : ['access_key_id', 'secret_access_key'];
    scope.report.error([...path, there], {
      what: `${sayPath([...path, there])} is written without ${missing}`,
      why: 'credentials are both',
      instead: `write ${missing} as well, or take ${there} out`,
    });
  }
  return {
    target: name,
    region,
    timeoutMs: timeout,
    ...(accessKeyId !== undefined && secretAccessKey && { accessKeyId, secretAccessKey }),
    ...(sessionToken && { sessionToken }),
    ...(endpoint !== undefined && { endpoint }),
  };
}

type Place = Pick<TargetRef, 'locator' | 'bounds'>;

export function readAwsDatabase(
  written: unknown,
  path: Path,
  scope: TargetScope,
): Place | undefined {
  const data = parsed(awsDatabase, written, { path, scope });
  if (data === undefined) return undefined;
  const { cluster, instance } = data;
  if ((cluster === undefined) === (instance === undefined)) {
    scope.report.error(path, {
      what: `${sayPath(path)} names ${cluster === undefined ? 'no database' : 'a cluster and an instance'}`,
      why: 'a database of RDS is one of them',
      instead: 'write cluster or instance',
    });
    return undefined;
  }
  return { locator: present({ cluster, instance }), bounds: {} };
}

export function readAwsWorkload(
  written: unknown,
  path: Path,
  scope: TargetScope,
): Place | undefined {
  const data = parsed(awsWorkload, written, { path, scope });
  if (data === undefined) return undefined;
  const { min, max, ...locator } = data;
  if (min !== undefined && max !== undefined && min > max) {
    scope.report.error([...path, 'min'], {
      what: `${sayPath([...path, 'min'])} is ${min} and max is ${max}`,
      why: 'no number of tasks is inside',
      instead: 'write a min that is not above max',
    });
  }
  const bounds = { ...(min !== undefined && { min }), ...(max !== undefined && { max }) };
  return { locator, bounds };
}

export function readAwsTraffic(
  written: unknown,
  path: Path,
  scope: TargetScope,
): Place | undefined {
  const data = parsed(awsTraffic, written, { path, scope });
  if (data === undefined) return undefined;
  const { value, ...record } = data;
  return { locator: present({ ...record, value: value?.join(', ') }), bounds: {} };
}

export function readAwsNotice(written: unknown, path: Path, scope: TargetScope): Place | undefined {
  const data = parsed(awsNotice, written, { path, scope });
  return data && { locator: data, bounds: {} };
}

function present(facts: Readonly<Record<string, string | number | undefined>>): Facts {
  return Object.fromEntries(
    Object.entries(facts).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

function parsed<T>(
  schema: z.ZodType<T>,
  written: unknown,
  { path, scope }: { readonly path: Path; readonly scope: TargetScope },
): T | undefined {
  const found = schema.safeParse(written);
  if (found.success) return found.data;
  scope.report.add(errorsOf(found.error.issues, { document: scope.document, path }));
  return undefined;
}
