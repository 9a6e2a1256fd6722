import type { Step } from '../../../core/operation/plan.ts';
import type { Applied, ApplyContext, StepContext, StepDriver } from '../../../core/ports/step.ts';
import { ProblemError, problem } from '../../../core/problem.ts';
import { oldOf } from '../fencing.ts';
import { digestOf, readText, replaceText } from '../files.ts';
import { meetWrite } from '../proof.ts';
import { turned } from '../repointing.ts';
import { type FileRepoint, isFile } from '../schema.ts';
import { nodeNamed, type Reach } from '../topology.ts';
import { applying, checking, watching } from './outcome.ts';

/**
 * Turns one file of a proxy to the new primary and has it read. The write is of the whole file and only over what was
 * shown. After a crash between the write and the reload both are done again: neither harms when it is done twice.
 */
export function repointDriver(reach: Reach): StepDriver {
  return {
    landsWithinMs:
      Math.max(0, ...reach.config.repoint.filter(isFile).map(({ timeoutMs }) => timeoutMs)) + 5_000,
    check: (step, context) =>
      checking(async () => {
        const { config, now, state } = await looked(reach, step, context);
        const facts = { target: step.target.id, field: config.file };
        const planned = String(step.params['digest']).slice(0, 12);
        const observed = digestOf(now).slice(0, 12);
        const moved = problem('PLAN_STALE', { ...facts, planned, observed });
        if (state === 'other') return { ok: false, problem: moved };
        return state === 'turned' && config.reload === undefined
          ? { ok: false, ours: true, problem: moved }
          : { ok: true, token: digestOf(now) };
      }),
    apply: (step, context) => applying((sent) => apply(reach, { step, context, sent })),
    // Whoever wrote the file is this process or has ended: what is not there does not come. A reload shows in what it lets through.
    async probe(step, context) {
      const { config, state } = await looked(reach, step, context);
      if (state !== 'turned') return state === 'shown' ? 'no' : 'cannot-know';
      if (config.reload === undefined) return 'yes';
      if (config.through === undefined) return 'cannot-know';
      return (await meetWrite(reach.connections, config.through)).how === 'taken' ? 'yes' : 'no';
    },
    observe: (step, context) =>
      watching('a write of the application reaches the new primary', async () => {
        const { config } = await looked(reach, step, context);
        const exit = String(context.outputs[`${step.id}-reload`] ?? '0');
        if (exit !== '0') {
          const said = String(context.outputs[`${step.id}-said`] ?? '');
          return problem('PG_RELOAD_FAILED', { file: config.file, exit, said });
        }
        const through = config.through ?? nodeNamed(reach, context.outputs['candidate']).address;
        return (await meetWrite(reach.connections, through)).how === 'taken';
      }),
    undo: () => 'irreversible',
  };
}

async function apply(
  reach: Reach,
  {
    step,
    context,
    sent,
  }: { readonly step: Step; readonly context: ApplyContext; readonly sent: () => void },
): Promise<Applied> {
  const { config, after, now, state } = await looked(reach, step, context);
  if (state === 'other' || digestOf(now) !== context.token) return { outcome: 'moved' };
  if (state === 'shown') await replaceText(config.file, after);
  sent();
  if (config.reload === undefined) return { outcome: 'applied' };
  const ran = await reach.run({ argv: config.reload, env: {}, timeoutMs: config.timeoutMs });
  return {
    outcome: 'applied',
    outputs: { [`${step.id}-reload`]: ran.exit, [`${step.id}-said`]: ran.said },
  };
}

interface Looked {
  readonly config: FileRepoint;
  readonly now: string;
  /** As it is to be. */
  readonly after: string;
  /** As it was shown; as we wrote it, which turned back is what was shown; or as somebody else did. */
  readonly state: 'shown' | 'turned' | 'other';
}

async function looked(reach: Reach, step: Step, { outputs }: StepContext): Promise<Looked> {
  const config = reach.config.repoint
    .filter(isFile)
    .find(({ file }) => file === step.params['file']);
  if (!config) {
    const facts = { file: String(step.params['file']), why: 'it is no longer configured' };
    throw new ProblemError(problem('PG_FILE_UNREADABLE', facts));
  }
  const from = oldOf(reach, step.params);
  const to = nodeNamed(reach, outputs['candidate']);
  const now = await readText(config.file);
  const shown = step.params['digest'];
  const isTurned = digestOf(turned(config, now, { from: to, to: from })) === shown;
  const state = digestOf(now) === shown ? 'shown' : isTurned ? 'turned' : 'other';
  return { config, now, after: turned(config, now, { from, to }), state };
}
