import { estimateOf, sayBytes } from '../../core/backup/estimate.ts';
import { folderOf, streamOf } from '../../core/backup/manifest.ts';
import type { Step } from '../../core/operation/plan.ts';
import type { Cipher } from '../../core/ports/backup.ts';
import type { Draft } from '../../core/ports/step.ts';
import { ProblemError, problem } from '../../core/problem.ts';
import { duration } from '../../core/view/words.ts';
import type { BackupLedger } from './ledger.ts';
import { lackOfRoom, takeKind } from './take-step.ts';
import { type Taking, wantedOf } from './taking.ts';

/** Looks at what would be copied and where to, and changes neither. */
export async function draftBackup(taking: Taking, ledger: BackupLedger): Promise<Draft> {
  const { rule, source, store } = taking;
  try {
    const survey = await source.survey(wantedOf(rule));
    if (!survey.ok) return survey;
    const { place, server, program, bytesAtMost, encoding } = survey.value;
    const lack = await lackOfRoom(taking, ledger, bytesAtMost);
    if (lack) return { ok: false, problem: lack };
    const estimate = estimateOf(await ledger.of(rule.subject), bytesAtMost);
    const free = await store.room();
    const step = takeStepOf(taking, { estimate: estimate.bytes, encoding });
    return {
      ok: true,
      steps: [step],
      targets: [step.target],
      diff: step.change,
      warnings: taking.cipher ? [] : [problem('BACKUP_NOT_ENCRYPTED', { store: store.name })],
      blast: {
        copies: `${place} (${server}, by ${program})`,
        size:
          estimate.by === 'the last one'
            ? `about ${sayBytes(estimate.bytes)}, as the last one`
            : `at most ${sayBytes(estimate.bytes)}, which is what it holds`,
        free: free === undefined ? 'without an end' : `${sayBytes(free)} in ${store.name}`,
        ...(taking.cipher && { encrypted: `for ${taking.cipher.recipients.join(', ')}` }),
        takes:
          estimate.ms === undefined
            ? `not known yet, ${duration(rule.timeoutMs)} at most`
            : `about ${duration(estimate.ms)}, ${duration(rule.timeoutMs)} at most`,
      },
      risk: 'change',
    };
  } catch (error) {
    if (error instanceof ProblemError) return { ok: false, problem: error.problem };
    throw error;
  }
}

/** One backup as a step: of a plan of its own, or the one that a restore takes first. */
export function takeStepOf(
  { rule, store, cipher }: Pick<Taking, 'rule' | 'store' | 'cipher'>,
  { estimate, encoding }: { readonly estimate: number; readonly encoding: string },
): Step {
  const { integration, target, locator } = rule.source;
  return {
    id: 's1',
    kind: takeKind,
    v: 1,
    target: { id: streamOf(rule.subject), identity: `${integration}/${target}` },
    at: { integration, target, locator },
    change: [
      {
        path: `backup (${encoding}, ${cipher ? `encrypted for ${sayRecipients(cipher)}` : 'not encrypted'})`,
        what: 'added',
        to: `${store.name}/${folderOf(rule.subject)}/, named by when it begins`,
      },
    ],
    params: {
      ...rule.subject,
      to: rule.to,
      query: rule.query ?? '',
      estimate,
      recipients: cipher?.recipients.join(' ') ?? '',
    },
    preconditions: {},
    postconditions: { manifest: 'signed' },
    verify: {
      what: 'it is whole and on disk, and its manifest is signed',
      // Its own limit ends it, with better words than ours.
      withinMs: rule.timeoutMs + 60_000,
    },
    guard: 'conditional',
    undo: 'irreversible',
    onFailure: 'stop',
    critical: false,
  };
}

/** Whole they stand below the plan, and are what is held against the entry when it runs. */
function sayRecipients({ recipients }: Cipher): string {
  return recipients.map((each) => `${each.slice(0, 12)}…`).join(', ');
}
