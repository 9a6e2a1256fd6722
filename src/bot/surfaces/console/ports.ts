import type { ProposalState } from '../../../core/incident/proposal.ts';
import type { StepUp } from '../../../core/person.ts';
import type { Problem } from '../../../core/problem.ts';
import type { RecordFormat } from '../../../core/record/format.ts';
import type { TrailRow } from '../../../core/record/row.ts';
import type { SessionBirth, SessionRefusal, SessionVia } from '../../../core/session.ts';
import type { Answer, Card, Press, Text, Thread, Tone } from '../../../core/view/card.ts';
import type { Form } from '../../../handlers/form.ts';
import type { Waits } from '../../../handlers/home.ts';
import type { Proposal } from '../../../handlers/propose.ts';

/** Who typed or pressed. The desk judges what they may do; the console only says how it knows them. */
export type ConsoleActor =
  | {
      readonly kind: 'person';
      readonly person: string;
      readonly name: string;
      /** `session`: signed in by a link made on the host. `demo`: picked from a list, believed only in the sandbox. */
      readonly via: 'session' | 'demo';
      /** Names the session on the record; `demo` in the demo. Never the secret. */
      readonly session: string;
      /** Address of the request. */
      readonly ip?: string;
      /** The chat account that the session was born of: it may do what that account may do. */
      readonly account?: SessionVia | undefined;
    }
  /** A program with a configured token. It can never approve, whatever it types. */
  | { readonly kind: 'token'; readonly name: string; readonly scopes: readonly TokenScope[] };

export type TokenScope = 'read' | 'commands' | 'export';

/** What the console needs of the bot. */
export interface ConsoleDesk {
  /** A typed line. `cause` is unique per submission, so that a repeated request is answered and not done twice. */
  say(said: SaidLine): Promise<Answer>;
  press(pressed: PressedButton): Promise<Answer>;
  /** What a line lacks, asked for before it is said; undefined for a line that no form mends. `incident` is '' for none. */
  form(line: string, incident: string, actor: ConsoleActor): Promise<Form | undefined>;
  /** Each suggestion's `insert` replaces the whole line. */
  complete(asked: AskedCompletion): Promise<readonly Suggestion[]>;
  /** Open incidents that everybody may see, the most urgent first, then the recently closed. */
  board(): readonly BoardRow[];
  /** Private incidents that this person may see: they are on no board, because everybody hears of a board. */
  privately(actor: ConsoleActor): Promise<readonly BoardRow[]>;
  /** Whether there is such a page for them. Somebody who looks for what is private is counted. */
  sees(page: string, actor: ConsoleActor): Promise<boolean>;
  /** How many are open, those beyond the board's end included. */
  openTotal(): number;
  /** An operation as its thread shows it, for the page on which a second factor is given. */
  plan(operation: string, actor: ConsoleActor): Promise<ShownPlan | undefined>;
  /** Accounts that wait for somebody to confirm them. */
  links(): readonly WaitingLink[];
  /** The five parts of a problem as a card. */
  refusal(problem: Problem): Card;
  /** What an incident shows, open or closed; undefined when there is none of that id for them. */
  thread(incident: string, by: ConsoleActor | Followers): Promise<Thread | undefined>;
  /** Plans that this person could approve, and broken glasses that they could review. */
  waits(actor: ConsoleActor): Promise<readonly Waits[]>;
  /** The bytes of a picture by its digest; absent where there are none. */
  picture?(digest: string): Promise<Uint8Array | undefined>;
  /** Absent where no record is handed out. */
  readonly records?: ConsoleRecords;
  /** Absent where no program may propose. */
  readonly proposals?: ConsoleProposals;
}

export interface ConsoleProposals {
  propose(asked: ProposedByToken): Promise<Proposal | Problem>;
  withdraw(
    asked: Pick<ProposedByToken, 'token' | 'incident' | 'why'> & { readonly proposal: string },
  ): Promise<ProposalState | Problem>;
  list(incident: string): Promise<readonly ProposalState[] | Problem>;
}

export interface ProposedByToken {
  readonly token: string;
  readonly incident: string;
  readonly line: string;
  readonly why: string;
  /** ms. */
  readonly until: number;
  /** Of the program; empty for none. */
  readonly key: string;
}

/** Whoever follows a page was let in when they opened it, and is asked again while they stay. */
export type Followers = 'followers';

export interface ConsoleRecords {
  mayExport(actor: ConsoleActor): Promise<boolean>;
  /** The file; a problem for whoever has no right to it. */
  export(asked: AskedRecord): Promise<string | Problem>;
  /** One row an event, oldest first, to look at: as much of it as they may see. */
  trail(incident: string, actor: ConsoleActor): Promise<readonly TrailRow[]>;
}

export interface AskedRecord {
  readonly incident: string;
  readonly format: RecordFormat;
  readonly actor: ConsoleActor;
  readonly cause: string;
}

/** An account that somebody says is theirs, and that nobody has confirmed. */
export interface WaitingLink {
  readonly link: string;
  readonly person: string;
  readonly name: string;
  readonly kind: string;
  readonly account: string;
  readonly proposedAt: number;
}

export interface ShownPlan {
  readonly card: Card;
  /** '' where there is no plan yet. */
  readonly hash: string;
  /** The page it stands on. */
  readonly thread: string;
  /** For approvals. */
  readonly waits: boolean;
  /** Whether its rule lets anybody do without the approvals. */
  readonly breakable: boolean;
}

export interface SaidLine {
  readonly line: string;
  readonly actor: ConsoleActor;
  readonly incident?: string;
  readonly cause: string;
  /** A second factor that was spent on the plan that the line names. */
  readonly stepUp?: StepUp;
}

export interface PressedButton {
  readonly press: Press;
  readonly actor: ConsoleActor;
  readonly incident: string;
  readonly cause: string;
  /** Digest of the card as this person saw it, for the record. */
  readonly shown: { readonly digest: string };
  /** A second factor that was spent on the plan of the press. */
  readonly stepUp?: StepUp;
}

export interface AskedCompletion {
  readonly line: string;
  readonly actor: ConsoleActor;
  readonly incident?: string;
}

export interface Suggestion {
  readonly insert: string;
  readonly label: string;
}

export interface BoardRow {
  readonly incident: string;
  /** `CRITICAL`, `RESOLVED`: the same word as on the card. */
  readonly mark: string;
  readonly tone: Tone;
  readonly title: Text;
  readonly service: string;
  readonly environment: string;
  readonly openedAt: number;
  readonly closedAt?: number;
  readonly counts: {
    readonly alerts: number;
    /** Of the alerts, those that their source mutes. */
    readonly muted: number;
    readonly operations: number;
    /** Plans that wait for somebody's approval. */
    readonly waiting: number;
  };
}

export interface ConsolePerson {
  readonly id: string;
  readonly name: string;
}

/** Sign-in without chat. Tokens are handed out once and kept only as digests. */
export interface ConsoleSessions {
  /** Undefined when nobody of that id is configured. */
  makeLink(person: string, by: string, via?: SessionVia): Promise<MadeLink | undefined>;
  /** Whom a link would sign in, without using it. */
  look(token: string): Promise<Looked>;
  redeem(token: string): Promise<Redeemed>;
  /** Without a link: a passkey has said who is there. Undefined for somebody who is not configured. */
  begin(person: string, factor: string): Promise<Begun | undefined>;
  /** The session behind a cookie, if it still holds. */
  find(cookie: string): Promise<OpenSession | undefined>;
  /** Says that the person is there; keeps the idle time from running out. */
  touch(session: OpenSession): Promise<void>;
  revoke(session: OpenSession): Promise<void>;
  /** Ends every session and every unused link of a person. */
  revokeAll(person: string, by: string): Promise<void>;
}

export interface MadeLink {
  readonly token: string;
  readonly expiresAt: number;
  readonly person: ConsolePerson;
}

export type Looked =
  | { readonly ok: true; readonly person: ConsolePerson }
  | { readonly ok: false; readonly code: SessionRefusal };

export type Redeemed =
  | { readonly ok: true; readonly cookie: string; readonly session: OpenSession }
  | { readonly ok: false; readonly code: SessionRefusal };

export interface Begun {
  readonly cookie: string;
  readonly session: OpenSession;
}

export interface OpenSession {
  readonly id: string;
  readonly person: ConsolePerson;
  readonly expiresAt: number;
  readonly via: SessionVia | undefined;
  readonly born: SessionBirth;
}

export interface ConsoleMetrics {
  clients(count: number): void;
  /** A client that could not keep up was cut; it reconnects to the full state. */
  dropped(): void;
  /** Requests refused before the desk saw them, by code. */
  refused(code: string): void;
}

/** A program's key to `/api/v1/`. */
export interface ApiToken {
  readonly name: string;
  readonly token: string;
  readonly scopes: readonly TokenScope[];
}
