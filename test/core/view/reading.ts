import type { OperationEvent } from '../../../src/core/operation/operation.ts';
import { operationProblems } from '../../../src/core/operation/problem-text.ts';
import { problem } from '../../../src/core/problem.ts';
import { type OperationCardContext, operationCard } from '../../../src/core/view/operation-card.ts';
import { cardText } from '../../../src/core/view/text.ts';
import type { Past } from '../given.ts';
import {
  applied,
  approvalGiven,
  asked,
  ben,
  cleo,
  dbaAndSre,
  given,
  intended,
  operationApproved,
  operationStarted,
  operationUnknown,
  type Story,
  step,
  succeeded,
  target,
  verified,
  waiting,
} from '../operation/sample.ts';

const image = (from: string, to: string) => [{ path: 'image', what: 'changed', from, to }] as const;

export const askedToDeploy: OperationEvent = {
  ...(asked as Extract<OperationEvent, { type: 'OperationAsked' }>),
  verb: 'deploy',
  line: 'deploy checkout 8 replicas=6',
};

/** Scale, then a new image; if the image fails, back to three replicas. */
export const twoSteps: Story = {
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
export const crash = problem('POD_CRASHES', { pod: 'checkout-7d4f', restarts: 4 });
export const begun = [
  askedToDeploy,
  ...waiting(twoSteps).slice(1),
  approvalGiven(ben, twoSteps),
  approvalGiven(cleo, twoSteps),
  operationApproved(twoSteps),
  operationStarted(twoSteps),
];
export const failing = [...begun, intended(), applied(), verified(), intended('s2'), applied('s2')];

export function rest(): readonly OperationEvent[] {
  return [operationStarted(), intended(), applied(), verified(), succeeded];
}

export function lost(): readonly OperationEvent[] {
  const unknown = problem('STEP_OUTCOME_UNKNOWN', {
    operation: 'op-41',
    line: 'deploy checkout 8 replicas=6',
    step: 's2',
    target: target.id,
  });
  return [intended(), applied(), verified(), intended('s2'), operationUnknown(unknown, 's2')];
}

export function read(...events: readonly Past<OperationEvent>[]): string {
  return readWith({}, ...events);
}

export function readWith(
  more: Partial<OperationCardContext>,
  ...events: readonly Past<OperationEvent>[]
): string {
  return `\n${cardText(operationCard({ ...given(...events).state(), checkpoint: 'cp 41 7f3a9c21' }, { ...context, ...more }))}`;
}

/** The news, the steps and the buttons: what the rest of a card looks like stands above. */
export function brief(text: string): string {
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
  alert: 'none',
  heldBy: '',
};
