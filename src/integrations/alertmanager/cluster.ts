import type { AlertSource, SourceAlert } from '../../core/ports/alert-source.ts';
import type {
  HeldSilence,
  SilenceDone,
  SilenceNotDone,
  Silences,
  SilencesListed,
  SilenceWanted,
} from '../../core/ports/silences.ts';
import type { SourceSilence } from './schema.ts';

/** One Alertmanager of a cluster. */
export interface Peer {
  readonly source: AlertSource;
  readonly silences: PeerSilences;
}

export interface PeerSilences extends Pick<Silences, 'source' | 'landsWithinMs'> {
  /** Of all states. */
  matching(
    matchers: SilenceWanted['matchers'],
  ): Promise<{ readonly ok: true; readonly alerts: readonly SourceAlert[] } | SilenceNotDone>;
  create(wanted: SilenceWanted): Promise<PeerDone>;
  remove(ref: string): Promise<PeerDone>;
  /** Whether they still hold or not. */
  list(): Promise<{ readonly ok: true; readonly all: readonly SourceSilence[] } | SilenceNotDone>;
}

/** `isUnknown`: the one that was meant was never known there. */
type PeerDone = SilenceDone & { readonly isUnknown?: boolean };

/**
 * The peers of a cluster as one source. Prometheus tells each of them every alert, so that one answer is enough, and what
 * any of them sends still wakes somebody: an alert fires while one of them says so.
 */
export function joinSources(name: string, peers: readonly Pick<Peer, 'source'>[]): AlertSource {
  /** Who gave an answer: only they say how young it is. */
  const answered = new WeakMap<readonly SourceAlert[], readonly AlertSource[]>();
  return {
    name,
    async current() {
      const told = await Promise.allSettled(peers.map(({ source }) => source.current()));
      const answers = told.flatMap((each, index) => {
        const source = peers[index]?.source;
        return each.status === 'fulfilled' && source ? [{ source, alerts: each.value }] : [];
      });
      const [lost] = told.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
      if (answers.length === 0) throw lost;
      const all = union(answers.map(({ alerts }) => alerts));
      answered.set(
        all,
        answers.map(({ source }) => source),
      );
      return all;
    },
    async upSince(answer) {
      const asked = (answer && answered.get(answer)) ?? peers.map(({ source }) => source);
      const told = await Promise.allSettled(asked.map((source) => source.upSince?.()));
      const since = told.flatMap((each) =>
        each.status === 'fulfilled' && each.value !== undefined ? [each.value] : [],
      );
      // The eldest that answered has been told everything.
      return since.length === 0 ? undefined : Math.min(...since);
    },
  };
}

function union(answers: readonly (readonly SourceAlert[])[]): readonly SourceAlert[] {
  const [only, ...others] = answers;
  if (only && others.length === 0) return only;
  const all = new Map<string, SourceAlert>();
  for (const alert of answers.flat()) {
    const known = all.get(alert.fingerprint);
    all.set(alert.fingerprint, known ? louder(known, alert) : alert);
  }
  return [...all.values()];
}

/** Of two words on one alert the one that still wakes somebody, with the earlier start. */
function louder(one: SourceAlert, other: SourceAlert): SourceAlert {
  const said = one.state !== 'firing' && other.state === 'firing' ? other : one;
  return { ...said, startsAt: Math.min(one.startsAt, other.startsAt) };
}

/**
 * A silence is made at one peer, which tells the others within milliseconds. It is looked for at all of them, so that one
 * whose answer got lost is found wherever it is; what is over at one of them is over.
 */
export function joinSilences(
  source: AlertSource,
  peers: readonly Pick<Peer, 'silences'>[],
): Silences {
  const ports = peers.map(({ silences }) => silences);

  /** What is over at one of them is over. */
  async function list(): Promise<SilencesListed> {
    const told = await Promise.all(ports.map((port) => port.list()));
    const found = told.flatMap((each) => (each.ok ? each.all : []));
    const [lost] = told.flatMap((each) => (each.ok ? [] : [each]));
    if (lost && told.every(({ ok }) => !ok)) return lost;
    const ended = new Set(found.flatMap(({ ref, ends }) => (ends ? [ref] : [])));
    const all = [...new Map(found.map(({ ends: _, ...each }) => [each.ref, each])).values()];
    return {
      ok: true,
      held: all.filter(({ ref }) => !ended.has(ref)),
      over: all.filter(({ ref }) => ended.has(ref)),
      isWhole: lost === undefined,
    };
  }

  return {
    source: source.name,
    landsWithinMs: Math.max(...ports.map(({ landsWithinMs }) => landsWithinMs)),
    async find({ silence }) {
      const listed = await list();
      if (!listed.ok) return listed;
      const { held, over, isWhole } = listed;
      const isMine = (each: HeldSilence) => each.silence === silence;
      return { ok: true, held: held.filter(isMine), isOver: over.some(isMine), isWhole };
    },
    list,
    async matching(matchers) {
      const told = await Promise.all(ports.map((port) => port.matching(matchers)));
      const answers = told.flatMap((each) => (each.ok ? [each.alerts] : []));
      const [lost] = told.flatMap((each) => (each.ok ? [] : [each]));
      return lost && answers.length === 0 ? lost : { ok: true, alerts: union(answers) };
    },
    create: (wanted) =>
      inTurn(
        ports.map((port) => () => port.create(wanted)),
        // Only what was surely not taken goes to the next, and a change to one that knows what is changed.
        (done) => !done.ok && (done.why === 'wait' || done.isUnknown === true),
      ),
    remove: async (ref) => {
      const done = await inTurn(
        ports.map((port) => () => port.remove(ref)),
        // A peer that does not know it may not have been told of it yet.
        (each) => !each.ok || each.isUnknown === true,
      );
      return done.ok ? { ok: true, ref } : done;
    },
  };
}

/** The first that is done, else the first that kept it from being done. */
async function inTurn<Done extends PeerDone>(
  turns: readonly (() => Promise<Done>)[],
  goesOn: (done: Done) => boolean,
): Promise<Done> {
  const stayed: Done[] = [];
  for (const turn of turns) {
    const done = await turn();
    if (!goesOn(done)) return done;
    stayed.push(done);
  }
  const last = stayed.find(({ ok }) => !ok) ?? stayed[0];
  if (!last) throw new RangeError('a cluster without a peer');
  return last;
}
