import type { BoardRow } from '../../../src/bot/surfaces/console/ports.ts';
import type { TrailRow } from '../../../src/core/record/row.ts';
import type { Card, Entry, Thread } from '../../../src/core/view/card.ts';

const at = Date.UTC(2026, 2, 14, 3, 5);
const minute = 60_000;

export const planHash = '7f3a9c21e4b05d6f8a1c3e5079b2d4f61837a5c9e0b2d4f6a8c1e3057f9b2d4e';

export const incidentCard: Card = {
  key: 'root',
  tone: 'critical',
  mark: 'CRITICAL',
  title: ['checkout is crash-looping'],
  blocks: [
    {
      kind: 'text',
      text: [
        '3 of 3 pods restarting: ',
        { kind: 'code', text: 'back-off 5m0s restarting failed container' },
      ],
    },
    {
      kind: 'facts',
      facts: [
        { label: 'Since', value: [{ kind: 'time', at }] },
        { label: 'Service', value: ['checkout · production'] },
        { label: 'Cluster', value: ['eu-1 · namespace shop'] },
        { label: 'On call', value: [{ kind: 'person', person: 'ben', name: 'Ben' }, ' (primary)'] },
        { label: 'Alerts', value: ['3 firing, 0 resolved'] },
        {
          label: 'Runbook',
          value: [
            {
              kind: 'link',
              text: 'KubePodCrashLooping',
              url: 'https://runbooks.example.com/KubePodCrashLooping',
            },
          ],
        },
      ],
    },
    {
      kind: 'list',
      title: 'First steps',
      items: [
        ['What changed last? ', { kind: 'code', text: 'timeline' }],
        ['Why does it exit? ', { kind: 'code', text: 'logs checkout previous=true' }],
      ],
      more: 2,
    },
  ],
  actions: [
    {
      key: 'ack',
      label: 'Acknowledge',
      style: 'primary',
      press: { kind: 'line', line: 'ack', incident: 'inc-1' },
    },
    {
      key: 'logs',
      label: 'Logs',
      style: 'plain',
      press: { kind: 'line', line: 'logs checkout', incident: 'inc-1' },
    },
    {
      key: 'runbook',
      label: 'Runbook',
      style: 'plain',
      press: { kind: 'open', url: 'https://runbooks.example.com/KubePodCrashLooping' },
    },
  ],
  footnote: ['inc-1 · checkpoint ', { kind: 'code', text: 'cp 41 7f3a9c21' }],
};

export const planCard: Card = {
  key: 'operation/op-41',
  tone: 'warning',
  mark: 'WAITING',
  title: ['rollback checkout · production · eu-1/shop/deployment/checkout'],
  blocks: [
    {
      kind: 'facts',
      facts: [
        {
          label: 'Asked by',
          value: [
            { kind: 'person', person: 'ana', name: 'Ana' },
            ' at ',
            { kind: 'time', at: at + 7 * minute },
          ],
        },
        { label: 'Needs', value: ['1 of sre, not Ana'] },
        { label: 'Blast radius', value: ['3 pods, one at a time; 2 stay ready'] },
        { label: 'Undo', value: ['put revision 7 back'] },
        { label: 'Expires', value: [{ kind: 'time', at: at + 37 * minute }] },
        { label: 'Plan', value: [{ kind: 'code', text: planHash }] },
      ],
    },
    {
      kind: 'diff',
      title: 'What changes',
      lines: [
        {
          sign: '~',
          text: 'spec.template.spec.containers[checkout].image  registry.example.com/checkout:1.9.0 → registry.example.com/checkout:1.8.4',
        },
        { sign: '-', text: 'spec.template.spec.nodeSelector.disk  ssd' },
        {
          sign: '+',
          text: 'spec.template.spec.containers[checkout].env[DB_POOL]  added (digest 3fa9)',
        },
        { sign: ' ', text: 'spec.replicas  3' },
      ],
    },
    {
      kind: 'steps',
      steps: [
        {
          state: 'waiting',
          text: [
            'Set the template of ',
            { kind: 'code', text: 'deployment/checkout' },
            ' to revision 6',
          ],
          details: [
            ['only while: template digest is ', { kind: 'code', text: '5b1e' }, ', not paused'],
            ['verified by: 3 of 3 new pods ready within 5 min'],
            ['fails: stops; revision 7 can be put back'],
          ],
        },
        {
          state: 'compensation',
          text: ['If step 1 fails and the template is still ours: set it back to revision 7'],
          details: [],
        },
      ],
    },
  ],
  actions: [
    {
      key: 'approve',
      label: 'Approve',
      style: 'primary',
      press: { kind: 'approve', operation: 'op-41', hash: planHash },
    },
    {
      key: 'decline',
      label: 'Decline',
      style: 'danger',
      press: { kind: 'decline', operation: 'op-41', hash: planHash },
    },
  ],
  footnote: ['op-41 · policy rule 2, tocsin.yaml:41'],
};

export const runningCard: Card = {
  ...planCard,
  tone: 'info',
  mark: 'RUNNING',
  blocks: [
    ...planCard.blocks.slice(0, 1),
    {
      kind: 'steps',
      steps: [
        {
          state: 'running',
          text: ['Set the template of deployment/checkout to revision 6'],
          details: [['2 of 3 new pods ready']],
        },
      ],
    },
  ],
  actions: [],
};

export function lineEntry(
  key: string,
  minutes: number,
  ...text: (string | { kind: 'person'; person: string; name: string })[]
): Entry {
  return { kind: 'line', key, at: at + minutes * minute, text };
}

export const sampleThread: Thread = {
  incident: 'inc-1',
  root: incidentCard,
  entries: [
    lineEntry('line/1', 2, { kind: 'person', person: 'ana', name: 'Ana' }, ' acknowledged'),
    lineEntry(
      'line/2',
      7,
      { kind: 'person', person: 'ana', name: 'Ana' },
      ' asked: rollback checkout',
    ),
    { kind: 'card', key: 'operation/op-41', card: planCard },
    lineEntry(
      'line/3',
      8,
      'Refused: ',
      { kind: 'person', person: 'ana', name: 'Ana' },
      ' asked for this, so somebody else approves it',
    ),
  ],
};

export const refusalCard: Card = {
  key: 'answer',
  tone: 'failed',
  mark: 'REFUSED',
  title: ['Your approval was not taken'],
  blocks: [
    {
      kind: 'problem',
      code: 'APPROVE_OWN_REQUEST',
      what: 'Your approval of rollback checkout was not taken.',
      changed: 'Nothing was changed.',
      why: 'You asked for this, so somebody else approves it.',
      next: 'Ask one of sre: Ben, Carla.',
    },
  ],
  actions: [],
  footnote: ['op-41'],
};

export const sampleRows: readonly BoardRow[] = [
  {
    incident: 'inc-1',
    mark: 'CRITICAL',
    tone: 'critical',
    title: ['checkout is crash-looping'],
    service: 'checkout',
    environment: 'production',
    openedAt: at,
    counts: { alerts: 3, muted: 0, operations: 1, waiting: 1 },
  },
  {
    incident: 'inc-2',
    mark: 'WARNING',
    tone: 'warning',
    title: ['disk of pg-main is 91 % full'],
    service: 'payments',
    environment: 'production',
    openedAt: at - 90 * minute,
    counts: { alerts: 1, muted: 1, operations: 0, waiting: 0 },
  },
  {
    incident: 'inc-0',
    mark: 'RESOLVED',
    tone: 'good',
    title: ['search answers slowly'],
    service: 'search',
    environment: 'staging',
    openedAt: at - 900 * minute,
    closedAt: at - 840 * minute,
    counts: { alerts: 2, muted: 0, operations: 2, waiting: 0 },
  },
];

const trailRow: TrailRow = {
  stream: 'operation/op-41',
  version: 1,
  position: 7,
  at: Date.UTC(2026, 8, 24, 2, 31, 7),
  event: 'OperationAsked',
  person: 'ana',
  account: 'T01/U01',
  surface: 'slack/main',
  workspace: 'T01',
  session: '',
  ip: '192.0.2.7',
  operation: 'op-41',
  step: '',
  what: 'scale <b>6</b>',
  target: 'kubernetes/eu-1/shop/deployment/checkout',
  reason: 'it is <slow>',
  rule: 'tocsin.yaml:41',
  hash: '7f3a9c21d0aa',
  approvals: 'ben as sre (static)',
  outcome: 'asked',
  output: '',
};

/** More than a page of it holds. */
export const sampleTrail: readonly TrailRow[] = Array.from({ length: 250 }, (_each, index) => ({
  ...trailRow,
  version: index + 1,
  position: 7 + index,
  ...(index === 249 && { event: 'StepApplied', person: '', what: 'replicas 3 → 6' }),
}));
