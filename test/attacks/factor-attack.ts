import { countingFactors, totp, visitor } from '../bot/step-up/own-factors.ts';
import { type Browser, fieldsOf, openBrowser } from '../support/console-browser.ts';
import { textOf } from '../support/console-client.ts';
import { type StepUpStage, startStepUpStage } from '../support/step-up-stage.ts';
import { exchange, type Reply } from '../surfaces/console/stage.ts';
import { type Attack, decidedIn, type Outcome, sawOf } from './attack.ts';
import { codesIn } from './world.ts';

/**
 * One way round a second factor or an account's confirmation. Each has a bot of its own behind a real console, because what
 * is locked, used or linked stays so.
 */
export interface FactorAttack extends Pick<Attack, 'name' | 'refusal' | 'allows'> {
  /** What the door answered last, or all that several asked at once were answered. */
  readonly attempt: (scene: FactorScene) => Promise<Reply | readonly Reply[]>;
}

export interface FactorScene {
  readonly stage: StepUpStage;
  begin(): void;
  browser(person: string, via?: string): Promise<Browser>;
  /** Both kinds of factor of a person, old enough to count. */
  counting(person: string): ReturnType<typeof countingFactors>;
  /** What an app with this secret shows now. */
  code(secret: string): string;
  /** The form of a plan of cleo's that waits, as this browser was shown it. */
  form(of: Browser): Promise<ApprovalForm>;
}

export interface ApprovalForm {
  readonly path: string;
  readonly operation: string;
  readonly fields: ReturnType<typeof fieldsOf>;
}

/** A challenge of the right shape that nobody gave out. */
export const noChallenge = 'A'.repeat(75);

export interface Given {
  readonly ana: Browser;
  readonly form: ApprovalForm;
  readonly own: Awaited<ReturnType<FactorScene['counting']>>;
  /** Those of somebody else, where there is one: `also`. */
  readonly theirs: Awaited<ReturnType<FactorScene['counting']>>;
}

/** Ana has factors that count and the page of a plan before her; what is sent from there on is the attacker's. */
export function given(
  name: string,
  refusal: FactorAttack['refusal'],
  attempt: (scene: FactorScene, given: Given) => ReturnType<FactorAttack['attempt']>,
  also?: string,
): FactorAttack {
  return {
    name: `Factors: ${name}`,
    refusal,
    async attempt(scene) {
      const own = await scene.counting('ana');
      // A factor counts a day after it was enrolled: sessions and plans would be over by then.
      const theirs = also === undefined ? own : await scene.counting(also);
      const ana = await scene.browser('ana');
      const form = await scene.form(ana);
      return attempt(scene, { ana, form, own, theirs });
    },
  };
}

/** The form of a plan, sent with a code. */
export const send = (of: Browser, { path, fields }: ApprovalForm, code: string) =>
  of.post(path, { ...fields, code });

/** Opens somebody's list of factors with a code from the host. */
export async function unlockAs({ stage }: FactorScene, of: Browser, person: string): Promise<void> {
  const operator = (await stage.stepUps.makeCode(person))?.code ?? '';
  const { status } = await of.post('/factors/unlock', { operator });
  if (status !== 303) throw new Error(`the factors of ${person} stay locked: ${status}`);
}

/** A line of a program, through the API. */
export function programSays({ url, apiToken }: StepUpStage, line: string, thread: string) {
  return exchange(`${url}/api/v1/incidents/${thread}/lines`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${apiToken}` },
    body: JSON.stringify({ line }),
  });
}

export async function attackFactors({ name, attempt, refusal, allows }: FactorAttack) {
  const stage = await startStepUpStage();
  try {
    let from = 0;
    const scene = sceneOf(stage, () => {
      from = stage.small.journal.all.length;
    });
    const replies = [await attempt(scene)].flat();
    const seen = replies.flatMap(({ status, body }) => [
      `HTTP ${status}`,
      ...codesIn(textOf(body)),
    ]);
    const decided = decidedIn(stage.small.journal.all.slice(from), allows);
    const refused = [refusal].flat().some((code) => seen.includes(code));
    const accepted = decided.length > 0 || (!allows && stage.small.target.writes.length > 0);
    return { name, accepted, refused, saw: sawOf(seen, decided) } satisfies Outcome;
  } finally {
    await stage.close();
  }
}

function sceneOf(stage: StepUpStage, begin: () => void): FactorScene {
  return {
    stage,
    begin,
    browser: (person, via) => openBrowser(stage, person, via),
    counting: (person) => countingFactors(stage, visitor(person)),
    code: (secret) => totp(secret, stage.clock.now()),
    async form(of) {
      const { operation } = await stage.asks();
      const path = `/operations/${operation}/approve`;
      return { path, operation, fields: fieldsOf(await of.get(path)) };
    },
  };
}
