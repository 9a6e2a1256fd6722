import { describe, expect, it } from 'vitest';
import type { OperationEvent } from '../../../src/core/operation/operation.ts';
import { operationProblems } from '../../../src/core/operation/problem-text.ts';
import { problem } from '../../../src/core/problem.ts';
import { type OperationCardContext, operationCard } from '../../../src/core/view/operation-card.ts';
import { cardText } from '../../../src/core/view/text.ts';
import type { Past } from '../given.ts';
import {
  applied,
  approvalGiven,
  approved,
  asked,
  ben,
  cleo,
  dbaAndSre,
  dora,
  given,
  intended,
  minute,
  missed,
  operationApproved,
  operationFailed,
  operationStarted,
  operationUnknown,
  type Story,
  step,
  stepFailed,
  succeeded,
  T0,
  target,
  verified,
  waiting,
} from '../operation/sample.ts';

const image = (from: string, to: string) => [{ path: 'image', what: 'changed', from, to }] as const;

const askedToDeploy: OperationEvent = {
  ...(asked as Extract<OperationEvent, { type: 'OperationAsked' }>),
  verb: 'deploy',
  line: 'deploy checkout 8 replicas=6',
};

/** Scale, then a new image; if the image fails, back to three replicas. */
const twoSteps: Story = {
  plan: {
    verb: 'deploy',
    line: 'deploy checkout 8 replicas=6',
    risk: 'danger',
    diff: [
      { path: 'replicas', what: 'changed', from: '3', to: '6' },
      { path: 'containers.web.image', what: 'changed', from: 'web:7', to: 'web:8' },
      { path: 'containers.web.env.DB_URL', what: 'changed' },
      { path: 'labels.canary', what: 'added', to: 'yes' },
    ],
    blast: { pods: 6, namespaces: 1 },
    warnings: [problem('HPA_WILL_UNDO', { hpa: 'checkout', max: 5 })],
    steps: [
      step('s1'),
      step('s2', {
        change: image('web:7', 'web:8'),
        guard: 'unguarded',
        critical: true,
        undo: 'irreversible',
        onFailure: {
          compensate: [
            step('c1', { change: [{ path: 'replicas', what: 'changed', from: '6', to: '3' }] }),
          ],
        },
      }),
    ],
  },
  rule: { places: dbaAndSre },
};
const crash = problem('POD_CRASHES', { pod: 'checkout-7d4f', restarts: 4 });
const begun = [
  askedToDeploy,
  ...waiting(twoSteps).slice(1),
  approvalGiven(ben, twoSteps),
  approvalGiven(cleo, twoSteps),
  operationApproved(twoSteps),
  operationStarted(twoSteps),
];
const failing = [...begun, intended(), applied(), verified(), intended('s2'), applied('s2')];

describe('a card reads, while', () => {
  it('the plan is being drafted', () => {
    expect(read(asked)).toMatchInlineSnapshot(`
      "
      PLANNING · scale checkout · production
        Looks at the target to draft the plan. That changes nothing.
        asked   Ana at 03:00 UTC
        reason  the queue grows
        \`op-41\` · cp 41 7f3a9c21
      "
    `);
  });

  it('it waits for one approval', () => {
    expect(read(...waiting())).toMatchInlineSnapshot(`
      "
      WAITING · scale checkout · production · \`kubernetes/eu-1/shop/deployment/checkout\`
        asked    Ana at 03:00 UTC
        reason   the queue grows
        risk     change
        touches  pods 6
        What changes
          ~ replicas 3 → 6
        Steps
          waiting  s1 replicas 3 → 6
                   the target refuses it if somebody wrote first · if it fails: stop
                   checked: 6 of 6 pods ready, for 2 min at most
        Undo
          s1: replicas 6 → 3
        needs    1 of sre, but not Ana
        expires  03:30 UTC
        or type  \`approve op-41 30502be976\`
        [Approve] [Decline]
        \`op-41\` · plan \`30502be9766e40af\` · rule tocsin.yaml:41 · cp 41 7f3a9c21
      "
    `);
  });

  it('it waits for two groups, with everything that an approver has to know', () => {
    expect(read(askedToDeploy, ...waiting(twoSteps).slice(1))).toMatchInlineSnapshot(`
      "
      WAITING · deploy checkout · production · \`kubernetes/eu-1/shop/deployment/checkout\`
        asked    Ana at 03:00 UTC
        reason   the queue grows
        risk     danger
        touches  pods 6 · namespaces 1
        Mind
          Autoscaler checkout may undo this. It allows 5 replicas at most. \`HPA_WILL_UNDO\`
        What changes
          ~ replicas 3 → 6
          ~ containers.web.image web:7 → web:8
          ~ containers.web.env.DB_URL changed
          + labels.canary yes
        Steps
          waiting  s1 replicas 3 → 6
                   the target refuses it if somebody wrote first · if it fails: stop
                   checked: 6 of 6 pods ready, for 2 min at most
          waiting  s2 image web:7 → web:8
                   sent once, never again · if it fails: take back, as below
                   checked: 6 of 6 pods ready, for 2 min at most
                   nothing stops it between this step and the next
        Undo
          s1: replicas 6 → 3
          s2 cannot be taken back
        Taken back by itself
          if s2 fails: c1 replicas 6 → 3
        needs    1 of dba and 1 of sre, but not Ana
        expires  03:30 UTC
        or type  \`approve op-41 47421739be\`
        [Approve] [Decline]
        \`op-41\` · plan \`47421739be51ace3\` · rule tocsin.yaml:41 · cp 41 7f3a9c21
      "
    `);
  });

  it('somebody who is in both groups has approved', () => {
    expect(
      brief(read(askedToDeploy, ...waiting(twoSteps).slice(1), approvalGiven(dora, twoSteps))),
    ).toMatchInlineSnapshot(`
      "
      WAITING · deploy checkout · production · \`kubernetes/eu-1/shop/deployment/checkout\`
        Steps
          waiting  s1 replicas 3 → 6
                   the target refuses it if somebody wrote first · if it fails: stop
                   checked: 6 of 6 pods ready, for 2 min at most
          waiting  s2 image web:7 → web:8
                   sent once, never again · if it fails: take back, as below
                   checked: 6 of 6 pods ready, for 2 min at most
                   nothing stops it between this step and the next
        [Approve] [Decline]"
    `);
  });

  it('it is approved and waits for another operation on its target', () => {
    expect(brief(readWith({ heldBy: 'op-40' }, ...approved()))).toMatchInlineSnapshot(`
      "
      APPROVED · scale checkout · production · \`kubernetes/eu-1/shop/deployment/checkout\`
        Approved. Waits for \`op-40\` on the same target.
        Steps
          waiting  s1 replicas 3 → 6
                   the target refuses it if somebody wrote first · if it fails: stop
                   checked: 6 of 6 pods ready, for 2 min at most
        [Stop]"
    `);
  });

  it('it runs', () => {
    expect(
      read(...begun, intended(), missed(), intended('s1', 2), applied('s1', 2), {
        type: 'StepProgressed',
        v: 1,
        step: 's1',
        progress: { done: 4, of: 6, what: 'pods ready' },
      }),
    ).toMatchInlineSnapshot(`
      "
      RUNNING · deploy checkout · production · \`kubernetes/eu-1/shop/deployment/checkout\`
        asked    Ana at 03:00 UTC
        reason   the queue grows
        risk     danger
        touches  pods 6 · namespaces 1
        Steps
          running  s1 replicas 3 → 6
                   4 of 6 pods ready
                   attempt 2
          waiting  s2 image web:7 → web:8
        What changes
          ~ replicas 3 → 6
          ~ containers.web.image web:7 → web:8
          ~ containers.web.env.DB_URL changed
          + labels.canary yes
        Undo
          s1: replicas 6 → 3
          s2 cannot be taken back
        Taken back by itself
          if s2 fails: c1 replicas 6 → 3
        Approved by
          Ben at 03:00 UTC on console
          Cleo at 03:00 UTC on console
        [Stop]
        \`op-41\` · plan \`47421739be51ace3\` · rule tocsin.yaml:41 · cp 41 7f3a9c21
      "
    `);
  });

  it('it is being stopped', () => {
    expect(
      brief(read(...begun, intended(), { type: 'StopRequested', v: 1, person: 'ben' })),
    ).toMatchInlineSnapshot(`
      "
      RUNNING · deploy checkout · production · \`kubernetes/eu-1/shop/deployment/checkout\`
        Stops before the next step, as Ben asked.
        Steps
          running  s1 replicas 3 → 6
          waiting  s2 image web:7 → web:8"
    `);
  });

  it('a failure is being taken back', () => {
    expect(brief(read(...failing, stepFailed(crash, 's2'), intended('c1')))).toMatchInlineSnapshot(`
      "
      RUNNING · deploy checkout · production · \`kubernetes/eu-1/shop/deployment/checkout\`
        A step failed. What was done is being taken back.
        Steps
          done     s1 replicas 3 → 6
          failed   s2 image web:7 → web:8
                   Pod checkout-7d4f crashes. It was restarted 4 times since the rollout. \`POD_CRASHES\`
          running  c1 replicas 6 → 3"
    `);
  });
});

describe('a card reads, once', () => {
  it('it is done, and the alert has stopped', () => {
    expect(readWith({ alert: 'stopped' }, ...approved(), ...rest())).toMatchInlineSnapshot(`
      "
      DONE · scale checkout · production · \`kubernetes/eu-1/shop/deployment/checkout\`
        Done at 03:00 UTC, in 4 s. The alert has stopped.
        asked    Ana at 03:00 UTC
        reason   the queue grows
        risk     change
        touches  pods 6
        Steps
          done  s1 replicas 3 → 6
        What was planned
          ~ replicas 3 → 6
        Approved by
          Ben at 03:00 UTC on console
        [Plan the undo]
        \`op-41\` · plan \`30502be9766e40af\` · rule tocsin.yaml:41 · cp 41 7f3a9c21
      "
    `);
  });

  it('it is done, and the alert still fires', () => {
    expect(brief(readWith({ alert: 'firing' }, ...approved(), ...rest()))).toMatchInlineSnapshot(`
      "
      DONE · scale checkout · production · \`kubernetes/eu-1/shop/deployment/checkout\`
        Done at 03:00 UTC, in 4 s. The alert still fires.
        Steps
          done  s1 replicas 3 → 6
        [Plan the undo]"
    `);
  });

  it('it failed before anything was changed', () => {
    const because = problem('K8S_FORBIDDEN', { user: 'tocsin', verb: 'patch' });
    expect(
      brief(read(...begun, intended(), stepFailed(because), operationFailed(because))),
    ).toMatchInlineSnapshot(`
      "
      FAILED · deploy checkout · production · \`kubernetes/eu-1/shop/deployment/checkout\`
        tocsin may not patch there.
        Nothing was changed.
        Why: No role grants it.
        Next: Add the rule.
        K8S_FORBIDDEN
        Steps
          failed   s1 replicas 3 → 6
          skipped  s2 image web:7 → web:8"
    `);
  });

  it('it failed and its effect stands, so that the undo is offered', () => {
    const late = problem('VERIFY_TIMED_OUT', {
      operation: 'op-41',
      line: 'scale checkout 6',
      seconds: 120,
      progress: '4 of 6 pods ready',
    });
    expect(
      read(
        ...approved(),
        operationStarted(),
        intended(),
        applied(),
        stepFailed(late),
        operationFailed(late),
      ),
    ).toMatchInlineSnapshot(`
      "
      FAILED · scale checkout · production · \`kubernetes/eu-1/shop/deployment/checkout\`
        \`scale checkout 6\` was applied but is not healthy.
        Changed: s1 replicas 3 → 6.
        Why: After 120 s it still says: 4 of 6 pods ready.
        Next: \`undo op-41\` plans the way back.
        VERIFY_TIMED_OUT
        asked    Ana at 03:00 UTC
        reason   the queue grows
        risk     change
        touches  pods 6
        Steps
          failed  s1 replicas 3 → 6
        What was planned
          ~ replicas 3 → 6
        Approved by
          Ben at 03:00 UTC on console
        [Plan the undo]
        \`op-41\` · plan \`30502be9766e40af\` · rule tocsin.yaml:41 · cp 41 7f3a9c21
      "
    `);
  });

  it('it failed and was taken back', () => {
    expect(
      brief(
        read(
          ...failing,
          stepFailed(crash, 's2'),
          intended('c1'),
          applied('c1'),
          verified('c1'),
          operationFailed(crash, true),
        ),
      ),
    ).toMatchInlineSnapshot(`
      "
      FAILED · deploy checkout · production · \`kubernetes/eu-1/shop/deployment/checkout\`
        Pod checkout-7d4f crashes.
        Changed: s1 replicas 3 → 6; s2 image web:7 → web:8. Taken back: c1 replicas 6 → 3.
        Why: It was restarted 4 times since the rollout.
        Next: \`logs checkout\` shows its last words.
        POD_CRASHES
        Steps
          done    s1 replicas 3 → 6
          failed  s2 image web:7 → web:8
          done    c1 replicas 6 → 3"
    `);
  });

  it('it failed, and so did taking it back', () => {
    const moved = problem('STEP_STALE', {
      operation: 'op-41',
      line: 'deploy checkout 8 replicas=6',
      step: 'c1',
      target: target.id,
      field: 'replicas',
      planned: 6,
      observed: 9,
    });
    expect(
      brief(
        read(...failing, stepFailed(crash, 's2'), stepFailed(moved, 'c1'), operationFailed(moved)),
      ),
    ).toMatchInlineSnapshot(`
      "
      FAILED · deploy checkout · production · \`kubernetes/eu-1/shop/deployment/checkout\`
        \`deploy checkout 8 replicas=6\` stopped at step c1.
        Changed: s1 replicas 3 → 6; s2 image web:7 → web:8. Not taken back: c1 replicas 6 → 3.
        Why: replicas is 9 now; the plan was made when it was 6.
        Next: Look at kubernetes/eu-1/shop/deployment/checkout; \`undo op-41\` plans the way back.
        STEP_STALE
        Steps
          done    s1 replicas 3 → 6
          failed  s2 image web:7 → web:8
                  Pod checkout-7d4f crashes. It was restarted 4 times since the rollout. \`POD_CRASHES\`
          failed  c1 replicas 6 → 3
        [Plan the undo]"
    `);
  });

  it('it was stopped half way', () => {
    const stopped = problem('STOPPED', {
      operation: 'op-41',
      line: 'deploy checkout 8 replicas=6',
      person: 'ben',
    });
    expect(
      brief(
        read(
          ...begun,
          intended(),
          applied(),
          { type: 'StopRequested', v: 1, person: 'ben' },
          verified(),
          operationFailed(stopped),
        ),
      ),
    ).toMatchInlineSnapshot(`
      "
      FAILED · deploy checkout · production · \`kubernetes/eu-1/shop/deployment/checkout\`
        \`deploy checkout 8 replicas=6\` was stopped by ben.
        Changed: s1 replicas 3 → 6. Not changed: s2 image web:7 → web:8.
        Why: A person asked for it to stop.
        Next: \`undo op-41\` plans the way back.
        STOPPED
        Steps
          done     s1 replicas 3 → 6
          skipped  s2 image web:7 → web:8
        [Plan the undo]"
    `);
  });

  it('nobody knows how it ended', () => {
    expect(read(...begun, ...lost())).toMatchInlineSnapshot(`
      "
      UNKNOWN · deploy checkout · production · \`kubernetes/eu-1/shop/deployment/checkout\`
        How step s2 of \`deploy checkout 8 replicas=6\` ended is unknown.
        Changed: s1 replicas 3 → 6. Not known: s2 image web:7 → web:8. The lock on
          kubernetes/eu-1/shop/deployment/checkout stays until it is settled.
        Why: The answer got lost, and the target does not tell.
        Next: Look at kubernetes/eu-1/shop/deployment/checkout, then type \`settle op-41 done\` or \`settle
          op-41 not-done\`.
        STEP_OUTCOME_UNKNOWN
        asked    Ana at 03:00 UTC
        reason   the queue grows
        risk     danger
        touches  pods 6 · namespaces 1
        Steps
          done     s1 replicas 3 → 6
          unknown  s2 image web:7 → web:8
        What was planned
          ~ replicas 3 → 6
          ~ containers.web.image web:7 → web:8
          ~ containers.web.env.DB_URL changed
          + labels.canary yes
        Approved by
          Ben at 03:00 UTC on console
          Cleo at 03:00 UTC on console
        [It is done] [It is not done]
        \`op-41\` · plan \`47421739be51ace3\` · rule tocsin.yaml:41 · cp 41 7f3a9c21
      "
    `);
  });

  it('a person has settled it', () => {
    expect(
      brief(
        read(...begun, ...lost(), {
          event: {
            type: 'OperationSettled',
            v: 1,
            person: 'ben',
            as: 'not-done',
            reason: 'still on web:7',
          },
          at: T0 + 25 * minute,
          by: 'ben',
        }),
      ),
    ).toMatchInlineSnapshot(`
      "
      FAILED · deploy checkout · production · \`kubernetes/eu-1/shop/deployment/checkout\`
        Settled as not-done by Ben at 03:25 UTC: still on web:7
        Changed: s1 replicas 3 → 6. Not changed, as settled: s2 image web:7 → web:8.
        Steps
          done     s1 replicas 3 → 6
          unknown  s2 image web:7 → web:8
        [Plan the undo]"
    `);
  });

  it('the world has moved', () => {
    const stale = problem('PLAN_STALE', {
      line: 'scale checkout 6',
      field: 'replicas',
      observed: 5,
      planned: 3,
    });
    expect(
      brief(
        read(...approved(), operationStarted(), { type: 'OperationStale', v: 1, problem: stale }),
      ),
    ).toMatchInlineSnapshot(`
      "
      STALE · scale checkout · production · \`kubernetes/eu-1/shop/deployment/checkout\`
        \`scale checkout 6\` did not run.
        Nothing was changed.
        Why: replicas is 5 now; the plan was made when it was 3.
        Next: \`scale checkout 6\` makes a fresh plan.
        PLAN_STALE
        Steps
          skipped  s1 replicas 3 → 6
        [Plan again]"
    `);
  });

  it('it was declined', () => {
    expect(
      brief(
        read(...waiting(), {
          type: 'OperationDeclined',
          v: 1,
          person: 'ben',
          reason: 'the queue is draining already',
        }),
      ),
    ).toMatchInlineSnapshot(`
      "
      DECLINED · scale checkout · production · \`kubernetes/eu-1/shop/deployment/checkout\`
        Declined by Ben at 03:00 UTC: the queue is draining already
        Nothing was changed."
    `);
  });

  it('it was cancelled', () => {
    expect(
      brief(read(...waiting(), { type: 'OperationCancelled', v: 1, person: 'ana' })),
    ).toMatchInlineSnapshot(`
      "
      CANCELLED · scale checkout · production · \`kubernetes/eu-1/shop/deployment/checkout\`
        Cancelled by Ana at 03:00 UTC.
        Nothing was changed."
    `);
  });

  it('it has expired', () => {
    expect(
      brief(
        read(...waiting(), {
          event: { type: 'OperationExpired', v: 1 },
          at: T0 + 30 * minute,
          by: 'tocsin',
        }),
      ),
    ).toMatchInlineSnapshot(`
      "
      EXPIRED · scale checkout · production · \`kubernetes/eu-1/shop/deployment/checkout\`
        Expired at 03:30 UTC, before it could begin.
        Nothing was changed.
        [Plan again]"
    `);
  });

  it('the policy has refused it', () => {
    const denied = problem('NOT_A_REQUESTER', {
      verb: 'scale',
      service: 'checkout',
      groups: 'dba',
      rule: 'tocsin.yaml:41',
    });
    expect(
      brief(read(asked, { type: 'OperationRefused', v: 1, problem: denied })),
    ).toMatchInlineSnapshot(`
      "
      REFUSED · scale checkout · production
        scale checkout was refused.
        Nothing was changed.
        Why: Only members of dba may ask for it (tocsin.yaml:41).
        Next: Ask somebody of dba to type the command.
        NOT_A_REQUESTER"
    `);
  });
});

function rest(): readonly OperationEvent[] {
  return [operationStarted(), intended(), applied(), verified(), succeeded];
}

function lost(): readonly OperationEvent[] {
  const unknown = problem('STEP_OUTCOME_UNKNOWN', {
    operation: 'op-41',
    line: 'deploy checkout 8 replicas=6',
    step: 's2',
    target: target.id,
  });
  return [intended(), applied(), verified(), intended('s2'), operationUnknown(unknown, 's2')];
}

function read(...events: readonly Past<OperationEvent>[]): string {
  return readWith({}, ...events);
}

function readWith(
  more: Partial<OperationCardContext>,
  ...events: readonly Past<OperationEvent>[]
): string {
  return `\n${cardText(operationCard(given(...events).state(), { ...context, ...more }))}`;
}

/** The news, the steps and the buttons: what the rest of a card looks like stands above. */
function brief(text: string): string {
  const lines = text.split('\n');
  const news = lines.findIndex((line) => line.startsWith('  asked'));
  const first = lines.indexOf('  Steps');
  const after = lines.findIndex((line, index) => index > first && !line.startsWith('    '));
  const steps = first < 0 ? [] : lines.slice(first, after);
  const buttons = lines.filter((line) => line.startsWith('  ['));
  return [...lines.slice(0, news), ...steps, ...buttons].join('\n');
}

const context: OperationCardContext = {
  names: new Map([
    ['ana', 'Ana'],
    ['ben', 'Ben'],
    ['cleo', 'Cleo'],
    ['dora', 'Dora'],
  ]),
  book: {
    ...operationProblems,
    POD_CRASHES: {
      what: 'Pod {pod} crashes.',
      changed: 'Nothing was changed.',
      why: 'It was restarted {restarts} times since the rollout.',
      next: '`logs checkout` shows its last words.',
    },
    HPA_WILL_UNDO: {
      what: 'Autoscaler {hpa} may undo this.',
      changed: 'Nothing was changed.',
      why: 'It allows {max} replicas at most.',
      next: 'Raise its limit first.',
    },
    K8S_FORBIDDEN: {
      what: '{user} may not {verb} there.',
      changed: 'Nothing was changed.',
      why: 'No role grants it.',
      next: 'Add the rule.',
    },
  },
  checkpoint: 'cp 41 7f3a9c21',
  alert: 'none',
  heldBy: '',
};
