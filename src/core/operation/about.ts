import type { OperationState } from './operation.ts';

/** The facts that every sentence about an operation starts from; those of a request are empty where nothing was asked. */
export function about({ id, asked }: OperationState): Record<string, string> {
  const { verb = '', service = '', line = '' } = asked ?? {};
  return { operation: id, verb, service, line };
}
