import type { ProvenRow } from '../../../src/core/record/format.ts';
import { T0 } from '../given.ts';

/** A row as tests want it: what they do not name is empty. */
export function row(more: Partial<ProvenRow> = {}): ProvenRow {
  return {
    stream: 'incident/inc-1',
    version: 1,
    position: 1,
    at: T0,
    event: 'NoteAdded',
    person: '',
    account: '',
    surface: '',
    workspace: '',
    session: '',
    ip: '',
    operation: '',
    step: '',
    what: '',
    target: '',
    reason: '',
    rule: '',
    hash: '',
    approvals: '',
    outcome: '',
    output: '',
    digest: 'd'.repeat(64),
    headerHash: 'e'.repeat(64),
    isSigned: true,
    ...more,
  };
}
