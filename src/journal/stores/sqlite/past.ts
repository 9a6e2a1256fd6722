import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Recorded } from '../../../core/event.ts';
import type { IncidentEvent } from '../../../core/incident/event.ts';
import { evolve as evolveIncident, initialIncident } from '../../../core/incident/incident.ts';
import {
  evolve as evolveOperation,
  initialOperation,
  type OperationEvent,
} from '../../../core/operation/operation.ts';
import { isIncidentOver, isOperationOver } from '../../../core/record/past.ts';
import { parseHeader, payloadOf, SALT_BYTES } from '../../chain.ts';
import { recordedFrom } from '../../decode.ts';
import type { PastStream } from './protocol.ts';
import { rowFrom } from './reader.ts';
import { bytesIn, bytesOrNullIn, numberIn, textIn } from './values.ts';

/** What goes together: an incident with its operations and posts, an operation asked outside any, an answered line. */
export interface PastThread {
  readonly streams: readonly PastStream[];
  /** Payloads that stand in the journal. */
  readonly events: number;
}

export interface PastRequest {
  /** Milliseconds since 1970: only what said its last word before. */
  readonly before: number;
  /** Only what lies at or before it: the position that the newest checkpoint covers. */
  readonly upTo: number;
  /** Payloads at most, but one thread at least. */
  readonly eventsMax: number;
}

/** The threads that are over and old, the oldest first. Reads each of them whole, one at a time. */
export function pastThreads(db: DatabaseSync, request: PastRequest): PastThread[] {
  const limit = lastBefore(db, request);
  const sql = statements(db);
  const operations = operationsByIncident(db);
  const found: PastThread[] = [];
  let events = 0;
  for (const row of sql.quiet.iterate(limit)) {
    const name = textIn(row, 'name');
    const thread = threadOf(name, { sql, limit, operations });
    if (thread === undefined || thread.events === 0) continue;
    if (found.length > 0 && events + thread.events > request.eventsMax) break;
    found.push(thread);
    events += thread.events;
  }
  return found;
}

interface Scope {
  readonly sql: ReturnType<typeof statements>;
  readonly limit: number;
  readonly operations: ReadonlyMap<string, readonly string[]>;
}

/** Times grow with positions, so what is old ends at one position. */
function lastBefore(db: DatabaseSync, { before, upTo }: PastRequest): number {
  const at = db.prepare('SELECT header FROM events WHERE position = ?');
  let [low, high] = [0, upTo];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    const row = at.get(middle);
    const header = row === undefined ? undefined : parseHeader(bytesIn(row, 'header'));
    if (header !== undefined && header.at < before) low = middle;
    else high = middle - 1;
  }
  return low;
}

function threadOf(name: string, scope: Scope): PastThread | undefined {
  if (name.startsWith('incident/')) return incidentThread(name, scope);
  if (name.startsWith('operation/')) return looseOperation(name, scope);
  const events = recordedOf(name, scope);
  const isAnswered = events?.at(-1)?.event.type === 'AskAnswered';
  return isAnswered ? whole([name], false, scope) : undefined;
}

function incidentThread(name: string, scope: Scope): PastThread | undefined {
  const events = recordedOf(name, scope);
  if (events === undefined) return undefined;
  let state = initialIncident();
  for (const each of events as readonly Recorded<IncidentEvent>[])
    state = evolveIncident(state, each.event, each);
  if (!isIncidentOver(state) || state.status === 'none') return undefined;
  const id = name.slice('incident/'.length);
  const operations = scope.operations.get(id) ?? [];
  if (!operations.every((operation) => isOver(operation, scope))) return undefined;
  const isPrivate = state.opened.members !== undefined;
  return whole([name, ...operations, ...postsOf(id, scope)], isPrivate, scope);
}

/** Of an incident's operations its incident decides. */
function looseOperation(name: string, scope: Scope): PastThread | undefined {
  if (!scope.operations.get('')?.includes(name) || !isOver(name, scope)) return undefined;
  const id = name.slice('operation/'.length);
  return whole([name, ...postsOf(id, scope)], false, scope);
}

function isOver(name: string, scope: Scope): boolean {
  const events = recordedOf(name, scope);
  if (events === undefined) return false;
  let state = initialOperation(name.slice('operation/'.length));
  for (const each of events as readonly Recorded<OperationEvent>[])
    state = evolveOperation(state, each.event, each);
  return isOperationOver(state);
}

function postsOf(id: string, { sql }: Scope): readonly string[] {
  const name = `posts/${id}`;
  return sql.end.get(name) === undefined ? [] : [name];
}

/** Undefined unless each of them ended by then. */
function whole(
  names: readonly string[],
  isPrivate: boolean,
  { sql, limit }: Scope,
): PastThread | undefined {
  const streams: PastStream[] = [];
  let events = 0;
  for (const name of names) {
    const row = sql.end.get(name);
    if (row === undefined || numberIn(row, 'last') > limit) return undefined;
    streams.push({ name, version: numberIn(row, 'version'), isPrivate });
    events += numberIn(sql.bodies.get(name) ?? {}, 'bodies');
  }
  return { streams, events };
}

/** Undefined where it was archived, or goes on after what is old. */
function recordedOf(name: string, { sql, limit }: Scope): readonly Recorded[] | undefined {
  const recorded: Recorded[] = [];
  for (const raw of sql.stream.iterate(name)) {
    const body = bytesOrNullIn(raw, 'body');
    if (numberIn(raw, 'position') > limit) return undefined;
    if (body !== null && body.byteLength < SALT_BYTES) return undefined;
    recorded.push(recordedFrom(rowFrom(raw), {}));
  }
  return recorded;
}

/** By incident, '' for none: of every operation that the journal still holds the payloads of. */
function operationsByIncident(db: DatabaseSync): ReadonlyMap<string, readonly string[]> {
  const asked = db.prepare(`SELECT s.name, e.header, e.body FROM streams s JOIN events e
    ON e.stream = s.id AND e.version = 1 WHERE s.name >= 'operation/' AND s.name < 'operation0'`);
  const found = new Map<string, string[]>();
  for (const row of asked.iterate()) {
    const body = bytesOrNullIn(row, 'body');
    if (body === null || body.byteLength < SALT_BYTES) continue;
    const event: unknown = JSON.parse(payloadOf(body));
    const isAsked = typeof event === 'object' && event !== null && 'incident' in event;
    // An operation that nobody can place keeps nothing from going, and does not go.
    if (!isAsked || typeof event.incident !== 'string') continue;
    const list = found.get(event.incident);
    if (list) list.push(textIn(row, 'name'));
    else found.set(event.incident, [textIn(row, 'name')]);
  }
  return found;
}

function statements(
  db: DatabaseSync,
): Record<'quiet' | 'stream' | 'end' | 'bodies', StatementSync> {
  const joined = 'FROM streams s JOIN events e ON e.stream = s.id WHERE s.name = ?';
  return {
    quiet: db.prepare(`SELECT s.name, MAX(e.position) AS last FROM streams s JOIN events e
      ON e.stream = s.id WHERE (s.name >= 'inbox/' AND s.name < 'inbox0')
      OR (s.name >= 'incident/' AND s.name < 'incident0')
      OR (s.name >= 'operation/' AND s.name < 'operation0') GROUP BY s.id HAVING last <= ? ORDER BY last`),
    stream: db.prepare(`SELECT e.position, e.header, e.body ${joined} ORDER BY e.version`),
    end: db.prepare(
      `SELECT e.version, e.position AS last ${joined} ORDER BY e.version DESC LIMIT 1`,
    ),
    bodies: db.prepare(`SELECT count(*) AS bodies ${joined} AND length(e.body) >= ${SALT_BYTES}`),
  };
}
