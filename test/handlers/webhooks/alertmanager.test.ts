import { execFileSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Delivery, Observation } from '../../../src/core/alert/alert.ts';
import { fill } from '../../../src/core/view/words.ts';
import {
  ALERTS_MAX,
  LABELS_MAX,
  VALUE_MAX,
} from '../../../src/handlers/webhooks/alertmanager.schema.ts';
import {
  readAlertmanager,
  readAlertmanagerJson,
} from '../../../src/handlers/webhooks/alertmanager.ts';
import { webhookProblems } from '../../../src/handlers/webhooks/problem-text.ts';

const receivedAt = Date.UTC(2026, 10, 20, 12, 30);
const context = {
  source: 'alertmanager/main',
  receivedAt,
  sha256: (text: string) => hash('sha256', text),
};

const captured = join(import.meta.dirname, '../../fixtures/alertmanager');

describe('a body captured from Alertmanager 0.25', () => {
  it('is read with every alert and its own status', () => {
    const delivery = capturedDelivery('firing-2-resolved-1');
    expect(delivery).toMatchObject({
      source: 'alertmanager/main',
      groupKey: '{}:{alertname="KubePodCrashLooping"}',
      groupLabels: { alertname: 'KubePodCrashLooping' },
      truncated: 0,
      externalUrl: 'http://alertmanager.example',
      unreadable: [],
    });
    expect(delivery.observations.map(({ status, labels }) => [labels['pod'], status])).toEqual([
      ['checkout-1', 'resolved'],
      ['checkout-2', 'firing'],
      ['checkout-3', 'firing'],
    ]);
  });

  it('has no end while it fires, though the body says the year 1', () => {
    const [first] = capturedDelivery('firing-2').observations;
    expect(first).toMatchObject({ status: 'firing', endsAt: undefined });
    expect(first?.startsAt).toBeGreaterThan(Date.UTC(2026, 0));
  });

  it('has an end once it stopped', () => {
    const ends = capturedDelivery('resolved-all').observations.map(({ endsAt }) => endsAt);
    expect(ends.every((end) => end !== undefined && end > Date.UTC(2026, 0))).toBe(true);
  });

  it('says how many alerts were cut off, whatever its own status says', () => {
    const delivery = capturedDelivery('cut-calls-itself-resolved');
    expect(delivery.truncated).toBe(3);
    expect(delivery.observations.map(({ status }) => status)).toEqual(['resolved', 'resolved']);
  });

  it('names its receiver as the configuration does, without escapes', () => {
    expect(capturedDelivery('firing-2').receiver).toBe('web.hook-main');
    expect(capturedDelivery('hostile-text').receiver).toBe('web.hook+(a|b)');
  });

  it('keeps hostile text as it came, for the surfaces to escape', () => {
    const [first] = capturedDelivery('hostile-text').observations;
    expect(first?.annotations['summary']).toContain('<!channel> @everyone');
    expect(first?.labels['x']).toBe('a"b\\c{}');
  });
});

describe('bodies of other versions and senders', () => {
  it('may be the bare list of alerts', () => {
    expect(taken([{ labels: { alertname: 'A' } }]).observations).toMatchObject([
      { status: 'firing' },
    ]);
  });

  it('may name the group by a number', () => {
    expect(taken({ alerts: [alert()], groupKey: 42, version: 4 }).groupKey).toBe('42');
    expect(taken({ alerts: [alert()], groupKey: 0 }).groupKey).toBeUndefined();
  });

  it('may lack a fingerprint: the labels give one, in any order', () => {
    const [one] = observations(alert({ fingerprint: undefined, labels: { a: '1', b: '2' } }));
    const [other] = observations(alert({ fingerprint: undefined, labels: { b: '2', a: '1' } }));
    expect(one?.fingerprint).toMatch(/^[0-9a-f]{16}$/);
    expect(other?.fingerprint).toBe(one?.fingerprint);
  });

  it('may lack a start, which then stays unknown', () => {
    expect(observations(alert({ startsAt: undefined }))[0]?.startsAt).toBeUndefined();
  });

  it.each([
    ['2026-11-20T13:00:00+02:00', Date.UTC(2026, 10, 20, 11)],
    ['2026-11-20T11:00:00.123456789Z', Date.UTC(2026, 10, 20, 11, 0, 0, 123)],
    ['2026-11-20T11:00:00', Date.UTC(2026, 10, 20, 11)],
    [1_795_172_400, 1_795_172_400_000],
    [1_795_172_400_000, 1_795_172_400_000],
  ])('may write a time as %s', (written, at) => {
    expect(observations(alert({ startsAt: written }))[0]?.startsAt).toBe(at);
  });

  it('means UTC where it names no zone, on a machine anywhere', () => {
    // A process of its own: the zone of a running one cannot be changed from a worker.
    const schema = join(
      import.meta.dirname,
      '../../../src/handlers/webhooks/alertmanager.schema.ts',
    );
    const body = { alerts: [alert({ startsAt: '2026-11-20T11:00:00' })] };
    const script = `import { parseBody } from ${JSON.stringify(schema)};
      const read = parseBody(${JSON.stringify(body)}, { receivedAt: 0, sha256: String });
      console.log(read.observations[0].startsAt);`;
    const env = { ...process.env, TZ: 'Asia/Tokyo' };
    const told = execFileSync(process.execPath, ['--input-type=module', '--eval', script], { env });
    expect(Number(told)).toBe(Date.UTC(2026, 10, 20, 11));
  });

  it.each([
    [{ status: undefined, endsAt: '2026-11-20T12:29:00Z' }, 'firing', 'resolved'],
    [{ status: undefined, endsAt: '2026-11-20T12:31:00Z' }, 'firing', 'firing'],
    [{ status: undefined, endsAt: undefined }, 'resolved', 'resolved'],
    [{ status: undefined, endsAt: undefined }, undefined, 'firing'],
    [{ status: 'Resolved' }, 'firing', 'resolved'],
    [{ status: 'firing' }, 'resolved', 'firing'],
  ])(
    'may leave the status to be told from the rest: %o in a %s body is %s',
    (more, body, status) => {
      const delivery = taken({ status: body, alerts: [alert(more)] });
      expect(delivery.observations.map((each) => each.status)).toEqual([status]);
    },
  );

  it('may hold numbers as labels, and empty ones, which are none', () => {
    const [first] = observations(
      alert({ labels: { alertname: 'A', code: 500, up: false, b: '' } }),
    );
    expect(first?.labels).toEqual({ alertname: 'A', code: '500', up: 'false' });
  });

  it('may hold addresses nobody should follow, which are dropped', () => {
    const [first] = observations(alert({ generatorURL: 'javascript:alert(1)' }));
    expect(first?.generatorUrl).toBe('');
    expect(taken({ alerts: [alert()], externalURL: '/relative' }).externalUrl).toBe('');
  });

  it('may name a label like a trap of the language', () => {
    const body = '{"alerts":[{"labels":{"alertname":"A","__proto__":"x","constructor":"y"}}]}';
    const [first] = delivered(readAlertmanager(body, context)).observations;
    expect(Object.entries(first?.labels ?? {})).toEqual([
      ['alertname', 'A'],
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ]);
  });
});

describe('a body without measure', () => {
  it('has long values cut, visibly', () => {
    const [first] = observations(alert({ annotations: { summary: 'x'.repeat(VALUE_MAX + 1) } }));
    const cut = `… (cut, ${VALUE_MAX + 1} characters)`;
    expect(first?.annotations['summary']).toBe('x'.repeat(VALUE_MAX) + cut);
  });

  it('has too many labels left out, counted, and never the name of the alert', () => {
    const many = Object.fromEntries(
      Array.from({ length: LABELS_MAX + 5 }, (_, i) => [`l${i}`, 'v']),
    );
    const [first] = observations(
      alert({ labels: { ...many, alertname: 'A', severity: 'critical' } }),
    );
    expect(first?.labels).toMatchObject({
      alertname: 'A',
      severity: 'critical',
      tocsin_left_out: '7',
    });
    expect(Object.keys(first?.labels ?? {}).length).toBe(LABELS_MAX + 1);
  });

  it('counts the alerts past the limit as cut off', () => {
    const alerts = Array.from({ length: ALERTS_MAX + 3 }, () => alert());
    const delivery = taken({ alerts, truncatedAlerts: 2 });
    expect(delivery.observations.length).toBe(ALERTS_MAX);
    expect(delivery.truncated).toBe(5);
  });
});

describe('a body of which one alert cannot be read', () => {
  it('gives all the others', () => {
    const delivery = taken({ alerts: [alert(), 7, alert({ fingerprint: 'b' })] });
    expect(delivery.observations.map(({ fingerprint }) => fingerprint)).toEqual(['a', 'b']);
    expect(delivery.unreadable).toEqual([
      { index: 1, reason: 'the alert is a number, not an object' },
    ]);
  });

  it.each([
    [null, 'the alert is null, not an object'],
    [[], 'the alert is a list, not an object'],
    [alert({ labels: undefined }), 'the alert has no "labels"'],
    [alert({ labels: 'a=b' }), '"labels" is text, not an object'],
    [alert({ labels: [] }), '"labels" is a list, not an object'],
    [alert({ labels: {} }), '"labels" is empty, so that nothing tells this alert from others'],
    [
      alert({ labels: { a: '' } }),
      '"labels" is empty, so that nothing tells this alert from others',
    ],
    [alert({ labels: { a: { b: 'c' } } }), '"labels" holds "a", an object'],
    [alert({ labels: { a: ['b'] } }), '"labels" holds "a", a list'],
    [alert({ annotations: 'text' }), '"annotations" is text, not an object'],
    [
      alert({ startsAt: 'yesterday' }),
      '"startsAt" is "yesterday", not a time like 2026-11-20T03:05:00Z',
    ],
    [alert({ startsAt: {} }), '"startsAt" is an object, not a time'],
    [alert({ endsAt: true }), '"endsAt" is true or false, not a time'],
    [alert({ status: 'pending' }), '"status" is "pending", neither "firing" nor "resolved"'],
    [alert({ status: 1 }), '"status" is a number, neither "firing" nor "resolved"'],
  ])('says why: %o', (bad, reason) => {
    expect(taken({ alerts: [alert(), bad] }).unreadable).toEqual([{ index: 1, reason }]);
  });
});

describe('a body of which nothing can be read', () => {
  it.each([
    ['', 'WEBHOOK_NOT_JSON', 'empty'],
    ['   \n', 'WEBHOOK_NOT_JSON', 'empty'],
    ['{"alerts":[', 'WEBHOOK_NOT_JSON', '11 characters that begin with "{"'],
    ['<html>', 'WEBHOOK_NOT_JSON', '6 characters that begin with "<"'],
    ['null', 'WEBHOOK_NOT_ALERTS', 'the body is null, not an object'],
    ['"x"', 'WEBHOOK_NOT_ALERTS', 'the body is text, not an object'],
    ['{"text":"hello"}', 'WEBHOOK_NOT_ALERTS', 'the body has no "alerts"'],
    ['{"alerts":{}}', 'WEBHOOK_NOT_ALERTS', '"alerts" is an object, not a list'],
    [
      '{"alerts":[5]}',
      'WEBHOOK_NO_READABLE_ALERT',
      'alert 1: the alert is a number, not an object',
    ],
  ])('is refused with a sentence: %s', (body, code, why) => {
    const outcome = readAlertmanager(body, context);
    expect(outcome).toMatchObject({
      kind: 'unreadable',
      problem: { code, facts: { source: 'alertmanager/main', why } },
    });
  });

  it('names the alerts that could not be read, so that an incident can', () => {
    const outcome = readAlertmanager('{"alerts":[5,6]}', context);
    expect(outcome).toMatchObject({ unreadable: [{ index: 0 }, { index: 1 }] });
  });

  it('never quotes the body: it may hold a secret', () => {
    const outcome = readAlertmanager('canary-secret', context);
    expect(JSON.stringify(outcome)).not.toContain('canary');
  });

  it('is said in whole sentences', () => {
    const outcome = readAlertmanager('{}', context);
    if (outcome.kind !== 'unreadable') throw new Error('it was read');
    const words = webhookProblems[outcome.problem.code];
    expect(fill(words?.why ?? '', outcome.problem.facts)).toBe('In it, the body has no "alerts".');
  });
});

it('takes an empty list for a body that says nothing', () => {
  expect(taken({ alerts: [] }).observations).toEqual([]);
});

const shared = join(import.meta.dirname, '../../../../shared/fixtures');

describe.skipIf(!existsSync(shared))('bodies captured elsewhere', () => {
  const files = ['alertmanager', 'alertmanager-captured'].flatMap((folder) =>
    existsSync(join(shared, folder))
      ? readdirSync(join(shared, folder)).map((file) => join(shared, folder, file))
      : [],
  );
  const webhooks = files.filter((file) => readFileSync(file, 'utf8').includes('"receiver"'));

  it.each(webhooks)('are read whole: %s', (file) => {
    const text = readFileSync(file, 'utf8');
    // Some are kept with their headers, the body beside them.
    const kept = JSON.parse(text) as {
      body?: { alerts?: readonly unknown[] };
      alerts?: readonly unknown[];
    };
    const body = kept.body ?? kept;
    if (!body.alerts) return;
    const { alerts } = body;
    const delivery = taken(body);
    expect(delivery.observations.length).toBe(alerts.length);
    expect(delivery.unreadable).toEqual([]);
  });
});

function alert(more: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  const labels = { alertname: 'HighErrorRate' };
  return { status: 'firing', labels, startsAt: '2026-11-20T12:00:00Z', fingerprint: 'a', ...more };
}

function observations(...alerts: readonly unknown[]): readonly Observation[] {
  return taken({ alerts }).observations;
}

function taken(body: unknown): Delivery {
  return delivered(readAlertmanagerJson(body, context));
}

function delivered(outcome: ReturnType<typeof readAlertmanager>): Delivery {
  if (outcome.kind === 'accepted') return outcome.delivery;
  throw new Error(`not read: ${JSON.stringify(outcome.problem)}`);
}

function capturedDelivery(name: string): Delivery {
  return delivered(readAlertmanager(readFileSync(join(captured, `${name}.json`)), context));
}
