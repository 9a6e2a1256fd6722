import { type Acknowledge, type At, isHeard, personOf, take, threadOf } from './deeds.ts';
import { publishHome } from './home.ts';
import { afterMention, lineOr, typedText } from './lines.ts';
import { findPinned, pinCause, pinOf } from './pins.ts';
import type { Origin } from './reply.ts';
import type { EventBody } from './schema.ts';

/** What Slack tells without being asked: a mention, a reaction, somebody at App Home. It tells again what is not acknowledged. */
export async function takeEvent(at: At, body: EventBody, acknowledge: Acknowledge): Promise<void> {
  switch (body.event.type) {
    case 'app_mention':
      return mention(at, body.event, { cause: `event/${body.event_id}`, acknowledge });
    case 'reaction_added':
      return reaction(at, body.event, acknowledge);
    case 'user_change':
      await acknowledge();
      return changed(at, body.event);
    case 'app_home_opened':
      await acknowledge();
      if (body.event.tab === 'home') await publishHome(at, body.event.user);
      return;
    default:
      return body.event satisfies never;
  }
}

/** Somebody is a member no more, or a guest now: what was known of them serves nobody, and whoever left is nobody at once. */
function changed({ workspace }: At, { user }: EventOf<'user_change'>): void {
  const { desk, team, log, name } = workspace.options;
  workspace.members.forget(user.id);
  if (!user.deleted) return;
  desk.left?.('slack', `${team}/${user.id}`).catch((error: unknown) => {
    log('a leaver was not recorded; the next look finds them', { surface: name, error });
  });
}

type EventOf<T extends string> = Extract<EventBody['event'], { readonly type: T }>;

async function mention(
  at: At,
  said: EventOf<'app_mention'>,
  { cause, acknowledge }: { readonly cause: string; readonly acknowledge: Acknowledge },
): Promise<void> {
  // What a bot says is heard by nobody, our own words least of all.
  if (said.user === undefined || said.bot_id !== undefined) {
    at.workspace.options.metrics.refused(at.workspace.options.name, 'SLACK_STRANGER');
    return acknowledge();
  }
  const root = said.thread_ts ?? said.ts;
  const inThread = said.thread_ts !== undefined;
  const place = { channel: said.channel, root, inThread };
  const origin: Origin = { ...place, user: said.user, responseUrl: '' };
  if (!(await isHeard(at, origin, acknowledge))) return;
  const known = await at.workspace.identity();
  const text = known.ok ? afterMention(said.text, known.identity.user) : said.text;
  const line = lineOr(typedText(text, personOf(at.workspace)));
  const thread = said.thread_ts === undefined ? '' : threadOf(at.workspace, origin, '');
  await take(at, { origin, deed: { kind: 'line', line, thread, cause } }, acknowledge);
}

async function reaction(
  at: At,
  { user, reaction: name, item }: EventOf<'reaction_added'>,
  acknowledge: Acknowledge,
): Promise<void> {
  const { channel, ts } = item;
  if (name !== 'pushpin' || channel === undefined || ts === undefined) return acknowledge();
  const found = await findPinned(at.workspace, { channel, ts });
  // A pin outside the threads of incidents is somebody's own affair.
  if (found === undefined) return acknowledge();
  const place = { channel, root: found.root, inThread: found.root !== ts };
  const origin: Origin = { ...place, user, responseUrl: '' };
  if (!(await isHeard(at, origin, acknowledge))) return;
  const pin = await pinOf(at, channel, found.message);
  const deed = {
    kind: 'pin',
    pin,
    thread: found.thread,
    cause: pinCause(found.message, channel),
  } as const;
  await take(at, { origin, deed }, acknowledge);
}
