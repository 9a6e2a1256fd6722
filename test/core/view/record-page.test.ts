import { describe, expect, it } from 'vitest';
import { recordMarkdown } from '../../../src/core/view/record-page.ts';
import { row } from '../record/row-sample.ts';

const proof = { short: 'cp 3 ab12cd34', root: 'root-1', publicKey: 'key-1' };
const page = (...rows: Parameters<typeof recordMarkdown>[1]) =>
  recordMarkdown('inc-1', rows, proof);

describe('the page of a record', () => {
  it('says of a step who, what, where, why, by which rule and with whose approval', () => {
    const step = row({
      event: 'StepApplied',
      person: 'ana',
      surface: 'slack/main',
      account: 'T01/U01',
      operation: 'op-41',
      step: 's1',
      what: 'replicas: 3 → 6',
      target: 'kubernetes/eu-1/shop/deployment/checkout',
      reason: 'the queue grows',
      rule: 'tocsin.yaml:41',
      approvals: 'ben as sre (static) on console, ben',
      outcome: 'applied',
    });
    expect(page(step)).toContain(
      '- 03:00:00 Step s1 of op-41, on kubernetes/eu-1/shop/deployment/checkout, was applied: “replicas: 3 → 6”. Asked for by **ana** (slack/main, T01/U01). Reason: “the queue grows”. Rule tocsin.yaml:41; approved by ben as sre (static) on console, ben.',
    );
  });

  it('reads as sentences from the first alert to the end', () => {
    const of = (event: string, more: Partial<ReturnType<typeof row>> = {}) =>
      page(row({ event, operation: 'op-41', ...more }))
        .split('\n')
        .find((line) => line.startsWith('- 03'))
        ?.slice(11);
    const ana = { person: 'ana', surface: 'console', account: 'ana', ip: '192.0.2.7' };
    expect([
      of('IncidentOpened', { what: 'it is slow', outcome: 'open, critical', target: 'checkout' }),
      of('IncidentAcknowledged', ana),
      of('OperationAsked', { ...ana, what: 'scale checkout 6', reason: 'the queue grows' }),
      of('OperationStarted', ana),
      of('StepVerified', { ...ana, step: 's1' }),
      of('OperationSucceeded', ana),
    ]).toEqual([
      'It opened: “it is slow”, about checkout, open, critical.',
      '**ana** (console, from 192.0.2.7) acknowledged it.',
      '**ana** (console, from 192.0.2.7) asked for “scale checkout 6”, op-41. Reason: “the queue grows”.',
      'op-41 began, as ana had asked.',
      'Step s1 was verified.',
      'op-41 is done.',
    ]);
  });

  it('lets nothing that a stranger wrote be markup, or a line of its own', () => {
    const what = '# owned\n- [x](http://evil) <img src=x> `code` **bold**';
    const line = page(row({ person: 'eve', what }))
      .split('\n')
      .find((each) => each.includes('**eve**'));
    expect(line).toContain(
      '“\\# owned - \\[x\\](http://evil) \\<img src=x\\> \\`code\\` \\*\\*bold\\*\\*”',
    );
  });

  it('says that something was erased, and nothing of what it was', () => {
    const text = page(row({ event: 'NoteAdded', outcome: 'erased' }));
    expect(text).toContain('What happened here (note added) was erased.');
    expect(text).toContain('1 payload erased');
  });

  it('names what proves it, and of each event the digest', () => {
    const text = page(row(), row({ position: 2, isSigned: false }));
    expect(text).toContain('Checkpoint cp 3 ab12cd34 covers 1 of 2 events; root root-1, signed by');
    expect(text.match(/d{64}/g)).toHaveLength(2);
    expect(recordMarkdown('inc-1', [row()], { ...proof, short: '' })).toContain(
      'No checkpoint covers it yet.',
    );
  });

  it('tells days apart, and has a word for an event it does not know', () => {
    const text = page(row(), row({ at: row().at + 86_400_000, event: 'SomethingNew' }));
    expect(text).toContain('## 2026-11-20');
    expect(text).toContain('## 2026-11-21');
    expect(text).toContain('Recorded, something new.');
  });
});
