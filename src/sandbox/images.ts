// What an image does when it runs. A table decides, the first rule that matches; the name alone is
// enough for the usual cases.

export type ImageBehaviour = {
  /** It cannot be pulled: ErrImagePull, then ImagePullBackOff. */
  unpullable?: boolean;
  /** Ready this long after its start; false: it runs and never becomes ready. */
  readyMs?: number | false;
  /** It ends this long after its start, again and again: CrashLoopBackOff. */
  crash?: { afterMs: number; backoffMs: number; backoffMaxMs: number; exitCode: number };
  /** A pod that is run to its end ends well this long after its start: 1 s; false: never. */
  endsMs?: number | false;
  /** The share of requests it answers with 500, from 0 to 1. */
  errorShare?: number;
  /** What a container of it prints at each start. */
  logs?: string[];
};

export type ImageRule = { match: string | RegExp; behaviour: ImageBehaviour };

export type ImageTable = {
  /** Later rules win over earlier ones and over the built-in ones. */
  set(match: string | RegExp, behaviour: ImageBehaviour): void;
  of(image: string): ImageBehaviour;
};

/**
 * Built in, by a word in the tag: `bad`, `unpullable` and `missing` cannot be pulled; `crash` crashes
 * before it is ready; `flap` becomes ready and dies ten times a second; `slow` takes 5 s to be
 * ready; `stuck` never is; `errors` serves 40 % errors.
 */
export function createImages(extra: ImageRule[] = []): ImageTable {
  const rules: ImageRule[] = [...extra, ...builtIn];
  return {
    set(match, behaviour) {
      rules.unshift({ match, behaviour });
    },
    of(image) {
      const rule = rules.find(({ match }) =>
        typeof match === 'string' ? image === match : match.test(image),
      );
      return rule?.behaviour ?? {};
    },
  };
}

export const crashLogs = [
  'level=info msg="starting"',
  'level=error msg="cannot read configuration" error="TAX_TABLE_URL is not set"',
  'level=fatal msg="giving up" exit=1',
];

const slowCrash = { afterMs: 400, backoffMs: 1000, backoffMaxMs: 10_000, exitCode: 1 };
const fastCrash = { afterMs: 100, backoffMs: 100, backoffMaxMs: 100, exitCode: 1 };

const builtIn: ImageRule[] = [
  { match: word('bad|unpullable|missing'), behaviour: { unpullable: true } },
  { match: word('crash'), behaviour: { crash: slowCrash, readyMs: false, logs: crashLogs } },
  { match: word('flap'), behaviour: { crash: fastCrash, readyMs: 20, logs: crashLogs } },
  { match: word('slow'), behaviour: { readyMs: 5000 } },
  { match: word('stuck'), behaviour: { readyMs: false } },
  { match: word('errors'), behaviour: { errorShare: 0.4 } },
];

/** The word alone in the repository's last part or in the tag: `bad:9`, `checkout:1.9-crash`. */
function word(words: string): RegExp {
  return new RegExp(`(^|[/:._-])(${words})([:._-]|$)`);
}
