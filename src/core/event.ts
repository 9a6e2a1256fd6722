/**
 * What the journal keeps. An event is a flat, past-tense fact; its header (stream, version, type, schema version,
 * time, author, cause, digest) is what the chain covers, its payload can be erased without breaking the chain.
 */
export interface Event {
  readonly type: string;
  /** Schema version of this event type. Readers upcast older ones. */
  readonly v: number;
}

/** An event as it stands on disk. */
export interface Recorded<E extends Event = Event> {
  /** `incident/…`, `operation/…`, `target/…`, `person/…`: derived, never drawn. */
  readonly stream: string;
  /** 1 for the first event of the stream. */
  readonly version: number;
  /** Opaque place in the whole journal, growing. */
  readonly position: number;
  /** Milliseconds since 1970, stamped at append: never earlier than the event before it. */
  readonly at: number;
  /** Person id, `source:<name>` or `tocsin`. */
  readonly by: string;
  /** What made it happen: a delivery, an interaction, a loop's turn. Seen once. */
  readonly cause: string;
  /** The payload, or `ErasedEvent` where a person had it erased or it lies in an archive. */
  readonly event: E | ErasedEvent;
}

/** Stands where a payload was erased or archived; the header and the chain remain. */
export interface ErasedEvent extends Event {
  readonly type: 'Erased';
  /** The type the header still names. */
  readonly was: string;
  /** It is not gone: it lies in the archive's file of this number. */
  readonly archived?: { readonly number: number; readonly isPrivate: boolean };
}

/** Somebody did it; no source, no host and no loop of ours. */
export function isByPerson({ by }: Pick<Recorded, 'by'>): boolean {
  return by !== 'tocsin' && by !== 'host' && !by.startsWith('source:');
}

export type Sha256 = (text: string) => string;
