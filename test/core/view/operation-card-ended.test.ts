import { describe, expect, it } from 'vitest';
import { problem } from '../../../src/core/problem.ts';
import {
  applied,
  approved,
  asked,
  intended,
  minute,
  operationFailed,
  operationStarted,
  stepFailed,
  T0,
  target,
  verified,
  waiting,
} from '../operation/sample.ts';
import { begun, brief, crash, failing, lost, read, readWith, rest } from './reading.ts';

describe('a card reads, once', () => {
  it('it is done, and the alert has stopped', () => {
    expect(readWith({ alert: 'stopped' }, ...approved(), ...rest())).toMatchInlineSnapshot(`
      "
      DONE · scale checkout · production · \`kubernetes/eu-1/shop/deployment/checkout\`
        Done at 03:00 UTC, in 4 s. The alert has stopped.
        asked    Ana at 03:00 UTC on console
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
        asked    Ana at 03:00 UTC on console
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
        Changed: s1 replicas 3 → 6. Not known: s2 image web:7 → web:8. It may or may not have taken effect;
          the lock on kubernetes/eu-1/shop/deployment/checkout stays.
        Why: The answer got lost, and the target does not tell.
        Next: Look at kubernetes/eu-1/shop/deployment/checkout, then type \`settle op-41 done\` or \`settle
          op-41 not-done\`.
        STEP_OUTCOME_UNKNOWN
        asked    Ana at 03:00 UTC on console
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
