import { describe, expect, it } from 'vitest';
import type { Declare, PinMessage } from '../../../src/core/incident/intent.ts';
import { PIN_MAX, TEXT_MAX } from '../../../src/core/incident/people.ts';
import { problem } from '../../../src/core/problem.ts';
import { T0 } from '../given.ts';
import {
  ana,
  ben,
  closed,
  closedBy,
  fired,
  firing,
  given,
  incidentOf,
  opened,
  refused,
  resolved,
} from './given-incident.ts';

const at = T0;
const open = [opened(), fired(firing('web-1'), firing('web-2'))] as const;
const over = [...open, resolved('web-1', 'web-2'), closed()] as const;
const resolvedFacts = { incident: 'inc-1', severity: 'critical' };
const acked = { type: 'IncidentAcknowledged', v: 1, person: 'ana', surface: 'console' } as const;

describe('acknowledge', () => {
  it('says that a person is looking', () => {
    const then = given(...open)
      .when({ type: 'Acknowledge', at, by: ana })
      .then(acked);
    expect(incidentOf(then.state()).acknowledged?.person).toBe('ana');
  });

  it('is refused once it is over, and names who was first', () => {
    given(...over)
      .when({ type: 'Acknowledge', at, by: ana })
      .then(refused('ana', 'ack', 'INCIDENT_RESOLVED', resolvedFacts));
    given(...open, acked)
      .when({ type: 'Acknowledge', at, by: ben })
      .then(refused('ben', 'ack', 'ALREADY_ACKNOWLEDGED', { person: 'ana' }));
  });

  it('stays quiet for a second press', () => {
    given(...open, acked)
      .when({ type: 'Acknowledge', at, by: ana })
      .then();
  });
});

describe('unacknowledge', () => {
  it('frees the incident', () => {
    const then = given(...open, acked)
      .when({ type: 'Unacknowledge', at, by: ben })
      .then({ type: 'IncidentUnacknowledged', v: 1, person: 'ben', surface: 'console' });
    expect(incidentOf(then.state()).acknowledged).toBeUndefined();
  });

  it('is refused once it is over', () => {
    given(...over)
      .when({ type: 'Unacknowledge', at, by: ana })
      .then(refused('ana', 'unack', 'INCIDENT_RESOLVED', resolvedFacts));
  });

  it('stays quiet when nobody holds it', () => {
    given(...open)
      .when({ type: 'Unacknowledge', at, by: ana })
      .then();
  });
});

describe('resolve', () => {
  it('closes over firing alerts with a reason, and says how many fire', () => {
    const then = given(...open)
      .when({ type: 'Resolve', at, by: ana, reason: ' known, being replaced ' })
      .then(closedBy('ana', 'known, being replaced', 2));
    expect(incidentOf(then.state())).toMatchObject({
      status: 'resolved',
      firing: 2,
      resolved: { how: 'person', person: 'ana', reason: 'known, being replaced', firing: 2 },
    });
  });

  it('needs no reason when nothing fires', () => {
    given(opened({ origin: 'person' }))
      .when({ type: 'Resolve', at, by: ana, reason: '' })
      .then(closedBy('ana', '', 0));
  });

  it('is refused without a reason while alerts fire', () => {
    given(...open)
      .when({ type: 'Resolve', at, by: ana, reason: ' \n' })
      .then(refused('ana', 'resolve', 'REASON_REQUIRED_WHILE_FIRING', { firing: 2 }));
  });

  it('is refused where there is no incident', () => {
    given()
      .when({ type: 'Resolve', at, by: ana, reason: 'x' })
      .then(refused('ana', 'resolve', 'INCIDENT_UNKNOWN'));
  });

  it('stays quiet when it is over already', () => {
    given(...over)
      .when({ type: 'Resolve', at, by: ana, reason: '' })
      .then();
  });
});

describe('severity', () => {
  const set = { type: 'SeveritySet', v: 1, person: 'ana', surface: 'console' } as const;

  it('set by a person outranks what the alerts say', () => {
    const then = given(...open)
      .when({ type: 'SetSeverity', at, by: ana, severity: 'Info' })
      .then({ ...set, severity: 'info' });
    expect(incidentOf(then.state())).toMatchObject({
      setSeverity: 'info',
      observedSeverity: 'critical',
    });
  });

  it('is refused in a word nobody knows', () => {
    given(...open)
      .when({ type: 'SetSeverity', at, by: ana, severity: 'apocalyptic' })
      .then(refused('ana', 'severity', 'SEVERITY_UNKNOWN', { word: 'apocalyptic' }));
  });

  it('stays quiet when the same person set it so already', () => {
    given(...open, { ...set, severity: 'info' })
      .when({ type: 'SetSeverity', at, by: ana, severity: 'info' })
      .then();
  });

  it('is confirmed by a second person who says the same, once', () => {
    const confirmed = { ...set, person: 'ben', severity: 'info' } as const;
    const then = given(...open, { ...set, severity: 'info' })
      .when({ type: 'SetSeverity', at, by: ben, severity: 'info' })
      .then(confirmed);
    expect(incidentOf(then.state())).toMatchObject({ severityBy: ['ana', 'ben'] });
    given(...open, { ...set, severity: 'info' }, confirmed)
      .when({ type: 'SetSeverity', at, by: ana, severity: 'info' })
      .then();
  });

  it('that is changed is whoever changed it', () => {
    const then = given(...open, { ...set, severity: 'info' })
      .when({ type: 'SetSeverity', at, by: ben, severity: 'major' })
      .then({ ...set, person: 'ben', severity: 'major' });
    expect(incidentOf(then.state())).toMatchObject({ severityBy: ['ben'] });
  });
});

describe('assign', () => {
  const assigned = {
    type: 'IncidentAssigned',
    v: 1,
    person: 'ana',
    surface: 'console',
    to: 'ben',
  } as const;

  it('names who leads', () => {
    const then = given(...open)
      .when({ type: 'Assign', at, by: ana, to: 'ben' })
      .then(assigned);
    expect(incidentOf(then.state()).assignee).toBe('ben');
  });

  it('is refused once it is over', () => {
    given(...over)
      .when({ type: 'Assign', at, by: ana, to: 'ben' })
      .then(refused('ana', 'assign', 'INCIDENT_RESOLVED', resolvedFacts));
  });

  it('stays quiet when that person leads already', () => {
    given(...open, assigned)
      .when({ type: 'Assign', at, by: ana, to: 'ben' })
      .then();
  });
});

describe('a note', () => {
  const noted = {
    type: 'NoteAdded',
    v: 1,
    person: 'ana',
    surface: 'console',
    text: 'drained by hand',
  } as const;

  it('goes on the record, after the end too', () => {
    given(...open)
      .when({ type: 'AddNote', at, by: ana, text: 'drained by hand' })
      .then(noted);
    given(...over)
      .when({ type: 'AddNote', at, by: ana, text: 'drained by hand' })
      .then(noted);
  });

  it('is cut, visibly, where it is a log', () => {
    const [event] = given(...open).when({
      type: 'AddNote',
      at,
      by: ana,
      text: 'x'.repeat(5000),
    }).events;
    expect(event).toMatchObject({ text: `${'x'.repeat(TEXT_MAX - 1)}…` });
  });

  it('is refused when it is empty', () => {
    given(...open)
      .when({ type: 'AddNote', at, by: ana, text: ' ' })
      .then(refused('ana', 'note', 'NOTE_EMPTY'));
  });

  it('stays quiet when the same person says the same again', () => {
    given(...open, noted)
      .when({ type: 'AddNote', at, by: ana, text: 'drained by hand' })
      .then();
  });
});

describe('a pinned message', () => {
  const message = {
    author: { person: 'ben', account: 'T01/U02', name: 'Ben' },
    writtenAt: T0 - 60_000,
    text: 'the disk is full',
    link: 'https://chat.example/p1',
    images: ['c0ffee'],
  };
  const pin = (by = ana, more: Partial<PinMessage> = {}): PinMessage => {
    return { type: 'PinMessage', at, by, ...message, ...more };
  };
  const pinned = {
    type: 'MessagePinned',
    v: 1,
    person: 'ana',
    surface: 'console',
    ...message,
  } as const;

  it('goes on the record with the author and the time it had, after the end too', () => {
    given(...open)
      .when(pin())
      .then(pinned);
    given(...over)
      .when(pin())
      .then(pinned);
  });

  it('may be a picture alone, is cut where it is a log, and leads only to a web address', () => {
    given(...open)
      .when(pin(ana, { text: '' }))
      .then({ ...pinned, text: '' });
    const text = 'x'.repeat(5000);
    given(...open)
      .when(pin(ana, { text, link: 'javascript:alert(1)' }))
      .then({ ...pinned, text: `${'x'.repeat(PIN_MAX - 1)}…`, link: '' });
  });

  it('is refused when there is nothing in it, and where there is no incident', () => {
    given(...open)
      .when(pin(ana, { text: ' ', images: [] }))
      .then(refused('ana', 'pin', 'PIN_EMPTY'));
    given()
      .when(pin())
      .then(refused('ana', 'pin', 'INCIDENT_UNKNOWN'));
  });

  it('stays quiet when anybody pins the same again, and not when it was edited since', () => {
    given(...open, pinned)
      .when(pin(ben))
      .then();
    given(...open, pinned)
      .when(pin(ben, { text: 'the disk was full' }))
      .then({ ...pinned, person: 'ben', text: 'the disk was full' });
  });
});

describe('a declaration', () => {
  const declare: Declare = {
    type: 'Declare',
    at,
    by: ana,
    incident: 'inc-2',
    key: 'key-2',
    ordinal: 1,
    title: 'checkout is slow',
    severity: 'critical',
    service: 'checkout',
    environment: 'production',
    places: {},
    notify: 'sre',
  };
  const declared = opened({
    incident: 'inc-2',
    key: 'key-2',
    origin: 'person',
    source: '',
    sourceAnswers: false,
    title: 'checkout is slow',
    groupLabels: {},
    externalUrl: '',
    places: {},
    surface: 'console',
  });

  it('opens an incident that alerts have not seen', () => {
    given().when(declare).then(declared);
  });

  it('is a warning when it does not say how bad it is', () => {
    given()
      .when({ ...declare, severity: '' })
      .then({ ...declared, severity: 'warning' });
  });

  it('is refused without a title or with a word nobody knows', () => {
    given()
      .when({ ...declare, title: '  ' })
      .then(refused('ana', 'declare', 'TITLE_REQUIRED'));
    given()
      .when({ ...declare, severity: 'loud' })
      .then(refused('ana', 'declare', 'SEVERITY_UNKNOWN', { word: 'loud' }));
  });

  it('stays quiet when it was declared already', () => {
    given(declared).when(declare).then();
  });
});

describe('an operation asked in the incident', () => {
  const linked = { type: 'OperationLinked', v: 1, operation: 'op-1' } as const;

  it('belongs to it, even once it is over', () => {
    given(...open)
      .when({ type: 'LinkOperation', at, operation: 'op-1' })
      .then(linked);
    given(...over)
      .when({ type: 'LinkOperation', at, operation: 'op-1' })
      .then(linked);
  });

  it('stays quiet where there is no incident', () => {
    given().when({ type: 'LinkOperation', at, operation: 'op-1' }).then();
  });

  it('stays quiet when it belongs already', () => {
    given(...open, linked)
      .when({ type: 'LinkOperation', at, operation: 'op-1' })
      .then();
  });
});

describe('a refusal found elsewhere', () => {
  it('goes on the record as it is', () => {
    const because = problem('POLICY_NO_RULE', { verb: 'ack' });
    given(...open)
      .when({ type: 'Refuse', at, by: ana, what: 'ack', problem: because })
      .then({ ...refused('ana', 'ack', 'POLICY_NO_RULE'), problem: because });
  });
});
