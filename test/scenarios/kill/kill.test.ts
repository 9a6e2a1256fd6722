import { beforeAll, describe, expect, it } from 'vitest';
import { good } from '../night/cluster.ts';
import { type Boundary, type Ending, playStory, seeded } from './story.ts';

const events = [
  'AlertsFired',
  'OperationAsked',
  'OperationPlanned',
  'ApprovalGiven',
  'OperationStarted',
  'StepVerified',
  'AlertsResolved',
];

const at = (when: 'before' | 'after', type: string): Boundary => ({
  name: `${when} ${type} is on disk`,
  when,
  type,
});

/** What would hurt most if it went wrong. */
const dangerous: readonly Boundary[] = [
  { ...at('after', 'StepIntended'), name: 'between the intent and the write' },
  { ...at('before', 'StepApplied'), name: 'between the write and its result' },
];

const others: readonly Boundary[] = [
  ...events.flatMap((type) => [at('before', type), at('after', type)]),
  at('before', 'StepIntended'),
  at('after', 'StepApplied'),
  at('after', 'StepProgressed'),
  { name: 'waiting for a write that lands later', fault: { kind: 'apply-late', ms: 1500 } },
  { name: 'waiting for a write that never arrives', fault: { kind: 'hang' } },
  { name: 'waiting for an answer that got lost', fault: { kind: 'drop-response' } },
];

const chosen = process.env['TOCSIN_FULL']
  ? [...dangerous, ...others]
  : [...dangerous, ...seeded(process.env['TOCSIN_SEED'] ?? '1', others, 2)];

/** A plan that was being made is lost with its process, and said to be. */
const lostPlan = 'OperationAsked OperationRefused';

describe('killed at a boundary of the story, the bot brings it to the same end', () => {
  let undisturbed: Ending;

  beforeAll(async () => {
    undisturbed = await playStory(undefined);
  }, 120_000);

  it('ends well when nobody kills it', () => {
    expect(undisturbed).toMatchObject({ writes: 1, image: good, verified: true, killed: false });
    expect(undisturbed.streams).toHaveLength(2);
  });

  it.each(chosen)('$name', { timeout: 180_000 }, async (boundary) => {
    const ending = await playStory(boundary);
    expect(ending).toMatchObject({ writes: 1, image: good, verified: true, killed: true });
    expect(told(ending)).toEqual(told(undisturbed));
    expect(new Set(ending.keys).size).toBe(ending.keys.length);
    expect(count(ending, 'opened it: KubePodCrashLooping')).toBe(1);
    expect(count(ending, 'Resolved: every alert has stopped')).toBe(1);
    expect(count(ending, 'a critical incident')).toBe(1);
  });
});

/** What was looked up beside comes when it comes, or not at all before the end. */
function told({ streams }: Ending): readonly string[] {
  return streams
    .filter((types) => types !== lostPlan)
    .map((types) => types.replaceAll(' IncidentEnriched', ''));
}

function count({ text }: Ending, what: string): number {
  return text.split(what).length - 1;
}
