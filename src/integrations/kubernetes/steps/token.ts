import type { Workload } from '../workload.ts';

/** The state a write is conditional on, and what is needed to tell afterwards whether it landed. */
export interface Token {
  readonly resourceVersion: string;
  readonly generation: number;
  readonly uid: string;
}

export function encodeToken({ resourceVersion, generation, uid }: Workload): string {
  return [resourceVersion, generation, uid].join('/');
}

export function decodeToken(token: string): Token | undefined {
  const [resourceVersion = '', generation = '', uid = ''] = token.split('/');
  if (resourceVersion === '' || uid === '' || !/^\d+$/.test(generation)) return undefined;
  return { resourceVersion, generation: Number(generation), uid };
}
