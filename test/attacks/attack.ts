import { eventually } from '../support/eventually.ts';
import { type Hands, type HttpTold, handsOf } from './hands.ts';
import { codesIn, type World } from './world.ts';

/** One way to get past the gate, and by which refusal it is met. */
export interface Attack {
  readonly name: string;
  /**
   * Calls `begin` once everything that is right has been done: what is decided from there on would be the attacker's.
   * What a door answered is returned.
   */
  readonly attempt: (scene: Scene) => Promise<HttpTold | undefined>;
  /** A code that is seen then, one of several, `HTTP 413`, or `ANSWERED` for what is answered and changes nothing. */
  readonly refusal: string | readonly string[];
  /** It is about how the bot is called: it has no meaning on a socket that we opened. */
  readonly called?: true;
  /** What must be so afterwards, besides that nothing was decided. */
  readonly holds?: (scene: Scene) => boolean;
  /** Of these as many may be decided, by those who may. */
  readonly allows?: Readonly<Record<string, number>>;
}

export interface Scene {
  readonly world: World;
  readonly hands: Hands;
  begin(): void;
}

export interface Outcome {
  readonly name: string;
  readonly accepted: boolean;
  /** It was met by the refusal that was meant. */
  readonly refused: boolean;
  readonly saw: string;
}

/** Events by which something is decided, begun or let in. */
const decisive: ReadonlySet<string> = new Set([
  'OperationPlanned',
  'ApprovalGiven',
  'OperationApproved',
  'OperationDeclined',
  'OperationCancelled',
  'OperationStarted',
  'OperationSettled',
  'StopRequested',
  'StepIntended',
  'StepApplied',
  'FreezeBegun',
  'ReadOnlyBegun',
  'AlertsFired',
  'IncidentAcknowledged',
  'IncidentResolved',
  'IncidentAssigned',
  'SeveritySet',
  'NoteAdded',
  'SessionOpened',
  'GlassBroken',
  'EnrolmentCodeUsed',
  'FactorEnrolled',
  'FactorConfirmed',
  'FactorRemoved',
  'FactorSpent',
  'RecoveryUsed',
  'AccountProposed',
  'AccountLinked',
  'PageSeen',
  'UnreadableReceived',
]);

export async function attack(world: World, { attempt, refusal, holds, allows }: Attack) {
  // Each from a full allowance of everything that is counted by the minute.
  world.clock.passes(61_000);
  world.codes();
  let from = world.journal.all.length;
  let writes = world.target.writes.length;
  const scene: Scene = {
    world,
    hands: handsOf(world),
    begin() {
      world.codes();
      from = world.journal.all.length;
      writes = world.target.writes.length;
    },
  };
  const told = await attempt(scene);
  const seen = told ? [`HTTP ${told.status}`, ...codesIn(told.text)] : [];
  const wanted = typeof refusal === 'string' ? [refusal] : refusal;
  const refused = await eventually(
    'the refusal',
    () => {
      seen.push(...world.codes());
      return wanted.some((code) => seen.includes(code));
    },
    { withinMs: 3000 },
  ).catch(() => false);
  await settled();
  const decided = decidedIn(world.journal.all.slice(from), allows);
  const written = allows ? 0 : world.target.writes.length - writes;
  const polluted = Object.keys(Object.prototype).length > 0;
  const broken = polluted || written > 0 || holds?.(scene) === false;
  return { accepted: decided.length > 0 || broken, refused, saw: sawOf(seen, decided) };
}

/** Types of what was decided, but for as many as may be. */
export function decidedIn(
  events: readonly { readonly event: { readonly type: string } }[],
  allows: Attack['allows'] = {},
): readonly string[] {
  const left: Record<string, number> = { ...allows };
  const types = events.map(({ event }) => event.type).filter((type) => decisive.has(type));
  return types.filter((type) => {
    const allowed = left[type] ?? 0;
    left[type] = allowed - 1;
    return allowed <= 0;
  });
}

export function sawOf(seen: readonly string[], decided: readonly string[]): string {
  const codes = [...new Set(seen)].join(' ');
  return decided.length === 0 ? codes : `${codes} · decided: ${decided.join(', ')}`;
}

/** What waits for nothing but its turn has had it. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) {
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}
