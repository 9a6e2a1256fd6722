import type { OperationIntent } from '../core/operation/decide.ts';
import type { OperationState } from '../core/operation/operation.ts';
import type { Held } from './readings.ts';

/** The intents by which an undo is planned or begun, with what it takes back. That has ended, so it changes no more. */
export async function withOriginal(
  intent: OperationIntent,
  { asked }: OperationState,
  operation: (id: string) => Promise<Held<OperationState>>,
): Promise<OperationIntent> {
  if ((intent.type !== 'Plan' && intent.type !== 'Begin') || !asked?.undoes) return intent;
  return { ...intent, original: (await operation(asked.undoes)).state };
}
