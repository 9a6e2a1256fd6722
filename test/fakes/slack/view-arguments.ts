import { checkView } from './blocks/index.ts';
import { isRecord, type Json } from './json.ts';
import type { Call } from './method.ts';
import { Refusal, refusalWith } from './refusal.ts';
import type { Trigger } from './triggers.ts';

/** https://docs.slack.dev/reference/methods/views.open */
const maxViewBytes = 250_000;

export function viewArgument({ args }: Call, type: 'modal' | 'home'): Json {
  const view = args.json('view');
  if (!isRecord(view)) {
    throw refusalWith('invalid_arguments', ['missing required field: view']);
  }
  if (JSON.stringify(view).length > maxViewBytes) throw new Refusal('view_too_large');
  checkView(view, type);
  return view;
}

export function triggerOf({ platform, team, args }: Call): Trigger {
  const id = args.text('trigger_id');
  if (!id) throw refusalWith('invalid_arguments', ['missing required field: trigger_id']);
  const trigger = platform.triggers.exchange(id);
  if (trigger.team !== team.id) throw new Refusal('invalid_trigger_id');
  return trigger;
}
