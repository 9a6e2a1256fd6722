import { type Json, recordOf, recordsOf, textOf } from './json.ts';
import { normalBlocks, normalTexts } from './normal-blocks.ts';
import type { Platform } from './platform.ts';
import { Refusal } from './refusal.ts';
import type { Team, View } from './state.ts';

/** https://docs.slack.dev/surfaces/modals */
export const stackLimit = 3;

interface Where {
  readonly platform: Platform;
  readonly team: Team;
}

export function createView(
  { platform, team }: Where,
  draft: {
    readonly user: string;
    readonly content: Json;
    /** The view it is pushed onto. */
    readonly below: View | undefined;
  },
): View {
  const id = platform.ids.next('V');
  const view: View = {
    id,
    type: draft.content['type'] === 'home' ? 'home' : 'modal',
    user: draft.user,
    content: asKept(platform, draft.content),
    hash: platform.ids.ts(),
    root: draft.below?.root ?? id,
    previous: draft.below?.id,
    externalId: externalIdOf(team, draft.content),
    state: {},
    errors: {},
    closed: false,
  };
  team.views.set(id, view);
  platform.changed();
  return view;
}

export function replaceContent(platform: Platform, view: View, content: Json): void {
  view.content = asKept(platform, content);
  view.hash = platform.ids.ts();
  view.errors = {};
  // What was entered stays where the same field is still asked for.
  const kept = recordsOf(view.content['blocks']).map((block) => textOf(block['block_id']) ?? '');
  view.state = Object.fromEntries(
    Object.entries(view.state).filter(([block]) => kept.includes(block)),
  );
  platform.changed();
}

export function requireHash(view: View, hash: string | undefined): void {
  if (hash !== undefined && hash !== view.hash) throw new Refusal('hash_conflict');
}

/** The views above it go with it. */
export function closeView(team: Team, view: View): void {
  const stack = team.modals.get(view.user) ?? [];
  const at = stack.indexOf(view);
  for (const one of at < 0 ? [view] : stack.splice(at)) one.closed = true;
}

function externalIdOf(team: Team, content: Json): string {
  const externalId = textOf(content['external_id']) ?? '';
  const taken = [...team.views.values()].some(
    (one) => !one.closed && one.externalId === externalId,
  );
  if (externalId && taken) throw new Refusal('duplicate_external_id');
  return externalId;
}

function asKept(platform: Platform, content: Json): Json {
  const { blocks, ...texts } = content;
  return {
    ...recordOf(normalTexts(texts)),
    blocks: normalBlocks(platform.ids, recordsOf(blocks)),
  };
}

export function viewJson(view: View, { platform, team }: Where): Json {
  const { content } = view;
  return {
    id: view.id,
    team_id: team.id,
    type: view.type,
    blocks: content['blocks'],
    private_metadata: textOf(content['private_metadata']) ?? '',
    callback_id: textOf(content['callback_id']) ?? '',
    state: { values: view.state },
    hash: view.hash,
    title: content['title'] ?? { type: 'plain_text', text: 'View Title', emoji: true },
    close: content['close'] ?? null,
    submit: content['submit'] ?? null,
    clear_on_close: recordOf(content)['clear_on_close'] === true,
    notify_on_close: recordOf(content)['notify_on_close'] === true,
    previous_view_id: view.previous ?? null,
    root_view_id: view.root,
    app_id: platform.app.id,
    external_id: view.externalId,
    app_installed_team_id: team.id,
    bot_id: team.bot.id,
  };
}
