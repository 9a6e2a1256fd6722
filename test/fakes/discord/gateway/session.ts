import { may } from '../permissions.ts';
import { type Happening, intents, isInGuild, type World } from '../world.ts';
import type { Websocket } from './websocket.ts';

/** What a bot has started with Identify; it outlives its connection for a while. */
export interface Session {
  readonly id: string;
  readonly intents: number;
  connection: Websocket | undefined;
  seq: number;
  /** Everything that was sent, so that a Resume hears what it missed. */
  readonly sent: { readonly seq: number; readonly text: string }[];
  /** When its connection was lost, in ms of the gateway's clock. */
  lostAt: number | undefined;
  /** A deaf session is connected and hears nothing, not even an answer to its heartbeat. */
  deaf: boolean;
}

/** So many events are there to be heard again; who has missed more needs a new session. */
const kept = 10_000;

export function createSession(id: string, wanted: number, connection: Websocket): Session {
  return {
    id,
    intents: wanted,
    connection,
    seq: 0,
    sent: [],
    lostAt: undefined,
    deaf: false,
  };
}

export function hears(world: World, session: Session, event: Happening): boolean {
  const wanted =
    event.intents.length === 0 || event.intents.some((one) => (session.intents & one) !== 0);
  if (!wanted) return false;
  const { channel, guild } = event;
  if (guild && !isInGuild(world, guild)) return false;
  if (!channel) return true;
  if (channel.guild && !isInGuild(world, channel.guild)) return false;
  return may(channel, world.bot.id, 'viewChannel');
}

/** Sends it now, or keeps it for a Resume. */
export function dispatch(session: Session, name: string, body: unknown): void {
  session.seq += 1;
  const text = JSON.stringify({ op: 0, t: name, s: session.seq, d: body });
  session.sent.push({ seq: session.seq, text });
  if (session.sent.length > kept) session.sent.splice(0, kept / 10);
  if (!session.deaf) session.connection?.send(text);
}

/** What came after `seq`; undefined when not all of it is kept. */
export function missedBy(session: Session, seq: number): readonly string[] | undefined {
  const [oldest] = session.sent;
  if (seq < session.seq && (!oldest || oldest.seq > seq + 1)) return undefined;
  return session.sent.filter((one) => one.seq > seq).map(({ text }) => text);
}

export function tellSession(session: Session, event: Happening): void {
  const content = (session.intents & intents.messageContent) !== 0;
  dispatch(session, event.name, event.body({ content }));
}
