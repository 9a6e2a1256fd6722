import type { Ensured } from '../../../core/ports/surface.ts';
import type { Clock } from '../../clock.ts';
import type { CallArguments, Failure } from './client.ts';
import { isSlacks } from './network.ts';
import type { Workspace } from './workspace.ts';

/**
 * A press brings an address with which the message that was pressed can be changed, beside the fifty `chat.update` a
 * minute that a workspace has. So whoever presses sees it, whatever else is edited in that minute.
 * https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
 */
export interface PressEdits {
  pressed(ref: string, url: string): void;
  /** Whether an edit of this post costs nothing of the workspace's allowance. */
  isFree(ref: string): boolean;
  /** The address, for one edit. */
  take(ref: string): string | undefined;
  forget(ref: string): void;
}

/** Five answers within half an hour; what is said to whoever pressed needs some of them. */
const usesMax = 3;
const freshMs = 25 * 60_000;
/** The newest stay. */
const rememberedMax = 500;

export function createPressEdits({ now }: Pick<Clock, 'now'>): PressEdits {
  const known = new Map<string, { readonly url: string; readonly until: number; left: number }>();

  function fresh(ref: string) {
    const found = known.get(ref);
    if (found && found.left > 0 && found.until > now()) return found;
    known.delete(ref);
    return undefined;
  }

  return {
    pressed(ref, url) {
      known.delete(ref);
      known.set(ref, { url, until: now() + freshMs, left: usesMax });
      const oldest = known.size > rememberedMax ? known.keys().next().value : undefined;
      if (oldest !== undefined) known.delete(oldest);
    },
    isFree: (ref) => fresh(ref) !== undefined,
    take(ref) {
      const found = fresh(ref);
      if (found) found.left -= 1;
      return found?.url;
    },
    forget: (ref) => void known.delete(ref),
  };
}

/** `refused`: surely not applied, and `chat.update` is still there. */
export type PressEdited = Extract<Ensured, { readonly ok: true }> | Failure;

/** Changes the message that was pressed. Undefined where no press opened a way, or it is not taken any more. */
export async function editByPress(
  { options, client, pressEdits }: Workspace,
  ref: string,
  message: CallArguments,
): Promise<PressEdited | undefined> {
  const url = pressEdits.take(ref);
  if (url === undefined || !isSlacks(url, options.api)) return undefined;
  const { network } = await client();
  const told = (outcome: 'ok' | 'refused' | 'unknown') =>
    options.metrics.called(options.name, 'response_url', outcome);
  try {
    const { status } = await network.bytes(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify({ ...message, replace_original: true }),
      max: 64 * 1024,
    });
    told(status === 200 ? 'ok' : status < 500 ? 'refused' : 'unknown');
    if (status === 200) return { ok: true, ref };
    // Used up, over, or too many: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks#handling_errors
    if (status < 500) {
      pressEdits.forget(ref);
      return undefined;
    }
    return { kind: 'unanswered', error: `HTTP ${status}` };
  } catch (error) {
    told('unknown');
    return { kind: 'unanswered', error: error instanceof Error ? error.name : 'no reason given' };
  }
}
