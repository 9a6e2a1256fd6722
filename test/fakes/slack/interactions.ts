import type { Delivery } from './deliveries.ts';
import type { Json } from './json.ts';
import { messageJson } from './message-json.ts';
import type { Platform } from './platform.ts';
import type { Channel, Message, Team, User, View } from './state.ts';
import { viewJson } from './views.ts';

/** A person in a workspace, who does something there. */
export interface Actor {
  readonly platform: Platform;
  readonly team: Team;
  readonly user: User;
}

export function commandOf(
  { platform, team, user }: Actor,
  line: string,
  channel: Channel,
): Promise<Delivery> {
  const [, command = '', text = ''] = /^(\/\S+)\s*([\s\S]*)$/.exec(line) ?? [];
  return platform.deliveries.send({
    kind: 'slash_commands',
    what: command,
    payload: {
      token: 'verification',
      team_id: team.id,
      team_domain: team.domain,
      channel_id: channel.id,
      channel_name: channel.kind === 'private' ? 'privategroup' : channel.name,
      user_id: user.id,
      user_name: user.name,
      command,
      text,
      api_app_id: platform.app.id,
      is_enterprise_install: 'false',
      response_url: platform.responseUrls.issue({
        team,
        channel,
        user: user.id,
        message: undefined,
      }),
      trigger_id: platform.triggers.issue({ team: team.id, user: user.id, view: undefined }),
    },
  });
}

/** Where a press happened: a message somebody sees, or a view somebody has open. */
export type Place =
  | { readonly channel: Channel; readonly message: Message }
  | { readonly view: View };

export function actionOf(actor: Actor, place: Place, action: Json): Promise<Delivery> {
  const { platform, team, user } = actor;
  return platform.deliveries.send({
    kind: 'interactive',
    what: String(action['action_id']),
    payload: {
      ...envelope(actor, 'block_actions'),
      ...placeJson(actor, place),
      trigger_id: platform.triggers.issue({
        team: team.id,
        user: user.id,
        view: 'view' in place ? place.view.id : undefined,
      }),
      actions: [{ ...action, action_ts: platform.ids.ts() }],
    },
  });
}

function placeJson({ platform, team, user }: Actor, place: Place): Json {
  if ('view' in place) {
    return {
      container: { type: 'view', view_id: place.view.id },
      view: viewJson(place.view, { platform, team }),
    };
  }
  const { channel, message } = place;
  const ephemeral = message.visibleTo !== undefined;
  return {
    container: {
      type: 'message',
      message_ts: message.ts,
      channel_id: channel.id,
      is_ephemeral: ephemeral,
      ...(message.thread ? { thread_ts: message.thread } : {}),
    },
    channel: { id: channel.id, name: channel.kind === 'private' ? 'privategroup' : channel.name },
    // What only one person saw is kept by nobody: the app is not told what it was.
    ...(ephemeral ? {} : { message: messageJson(message, { team, channel }) }),
    state: { values: {} },
    response_url: platform.responseUrls.issue({ team, channel, user: user.id, message }),
  };
}

export function suggestionOf(
  actor: Actor,
  place: Place,
  typed: { readonly action: string; readonly block: string; readonly value: string },
): Promise<Delivery> {
  const { response_url: _none, state: _state, ...where } = placeJson(actor, place);
  return actor.platform.deliveries.send({
    kind: 'interactive',
    what: typed.action,
    payload: {
      ...envelope(actor, 'block_suggestion'),
      ...where,
      action_id: typed.action,
      block_id: typed.block,
      value: typed.value,
    },
  });
}

export function submissionOf(actor: Actor, view: View): Promise<Delivery> {
  const { platform, team, user } = actor;
  const shown = viewJson(view, { platform, team });
  return platform.deliveries.send({
    kind: 'interactive',
    what: String(shown['callback_id']),
    payload: {
      ...envelope(actor, 'view_submission'),
      trigger_id: platform.triggers.issue({ team: team.id, user: user.id, view: view.id }),
      view: shown,
      response_urls: [],
    },
  });
}

export function closingOf(actor: Actor, view: View, all: boolean): Promise<Delivery> {
  const shown = viewJson(view, actor);
  return actor.platform.deliveries.send({
    kind: 'interactive',
    what: String(shown['callback_id']),
    payload: {
      ...envelope(actor, 'view_closed'),
      view: shown,
      is_cleared: all,
      response_urls: [],
    },
  });
}

export function messageShortcutOf(
  actor: Actor,
  callback: string,
  { channel, message }: { readonly channel: Channel; readonly message: Message },
): Promise<Delivery> {
  const { platform, team, user } = actor;
  return platform.deliveries.send({
    kind: 'interactive',
    what: callback,
    payload: {
      ...envelope(actor, 'message_action'),
      callback_id: callback,
      action_ts: platform.ids.ts(),
      trigger_id: platform.triggers.issue({ team: team.id, user: user.id, view: undefined }),
      channel: { id: channel.id, name: channel.name },
      message_ts: message.ts,
      message: messageJson(message, { team, channel }),
      response_url: platform.responseUrls.issue({ team, channel, user: user.id, message }),
    },
  });
}

function envelope({ platform, team, user }: Actor, type: string): Json {
  return {
    type,
    token: 'verification',
    api_app_id: platform.app.id,
    team: { id: team.id, domain: team.domain },
    enterprise: null,
    is_enterprise_install: false,
    user: { id: user.id, username: user.name, name: user.name, team_id: user.team },
  };
}
