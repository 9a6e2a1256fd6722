import { describe, expect, it } from 'vitest';
import { approvalAddress } from '../../../src/core/view/operation-card.ts';
import {
  applied,
  approvalGiven,
  approved,
  asked,
  dora,
  hashOf,
  intended,
  missed,
  stepFailed,
  waiting,
} from '../operation/sample.ts';
import {
  askedToDeploy,
  begun,
  brief,
  crash,
  failing,
  read,
  readWith,
  twoSteps,
} from './reading.ts';

describe('a card reads, while', () => {
  it('the plan is being drafted', () => {
    expect(read(asked)).toMatchInlineSnapshot(`
      "
      PLANNING · scale checkout · production
        Looks at the target to draft the plan. That changes nothing.
        asked   Ana at 03:00 UTC on console
        reason  the queue grows
        \`op-41\` · cp 41 7f3a9c21
      "
    `);
  });

  it('it waits for one approval', () => {
    expect(read(...waiting())).toMatchInlineSnapshot(`
      "
      WAITING · scale checkout · production · \`kubernetes/eu-1/shop/deployment/checkout\`
        asked    Ana at 03:00 UTC on console
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
        asked    Ana at 03:00 UTC on console
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

  it('each approval needs a second factor, it leads to the page that takes one', () => {
    const careful = { rule: { stepUp: true } } as const;
    const card = (publicUrl?: string) =>
      readWith(publicUrl === undefined ? {} : { publicUrl }, ...waiting(careful));
    expect(card('https://ops.example.com/')).toContain(
      'second factor  a passkey or a code, in the console',
    );
    expect(card('https://ops.example.com/')).toContain('[Approve in the console] [Decline]');
    const glass = { rule: { stepUp: true, breakGlass: { from: ['sre'], perDay: 1 } } } as const;
    const alone = readWith({}, ...waiting(glass));
    expect(alone).toContain('sre may break the glass, in the console');
    expect(alone).not.toContain('[Break the glass');
    expect(card()).not.toContain('[Approve');
    expect(card()).not.toContain('or type');
    expect(approvalAddress('https://ops.example.com/', 'op-41')).toBe(
      'https://ops.example.com/operations/op-41/approve',
    );
    const stepUp = { factor: 'passkey', credential: 'f-1', hash: hashOf(careful), at: 1 } as const;
    expect(read(...waiting(careful), approvalGiven({ ...dora, stepUp }, careful))).toMatch(
      /dora at .* on console with a passkey/i,
    );
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
        asked    Ana at 03:00 UTC on console
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
