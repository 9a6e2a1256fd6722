import { hash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LABELS_MAX, VALUE_MAX } from '../../../src/handlers/webhooks/alertmanager.schema.ts';
import {
  readAlertmanager,
  readAlertmanagerJson,
} from '../../../src/handlers/webhooks/alertmanager.ts';

const context = {
  source: 'alertmanager/main',
  receivedAt: Date.UTC(2026, 10, 20),
  sha256: (text: string) => hash('sha256', text),
};

const folder = join(import.meta.dirname, '../../fixtures/alertmanager');
const bodies = readdirSync(folder)
  .filter((file) => file.endsWith('.json') && !file.startsWith('api-'))
  .map((file) => readFileSync(join(folder, file)));

describe('whatever is sent', () => {
  it('bytes without sense never throw', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => isSound(bytes)));
  });

  it('real bodies with bytes changed never throw', () => {
    const change = fc.tuple(fc.nat(4000), fc.nat(255));
    fc.assert(
      fc.property(
        fc.constantFrom(...bodies),
        fc.array(change, { maxLength: 8 }),
        (body, changes) => {
          const bytes = Uint8Array.from(body);
          for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
          return isSound(bytes);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('JSON of any shape never throws, and what is taken is bounded', () => {
    const key = fc.constantFrom(
      'status',
      'labels',
      'annotations',
      'startsAt',
      'endsAt',
      'fingerprint',
    );
    const alert = fc.dictionary(fc.oneof(key, fc.string()), fc.jsonValue());
    const top = fc.constantFrom('groupKey', 'groupLabels', 'receiver', 'truncatedAlerts', 'status');
    const body = fc.tuple(
      fc.dictionary(top, fc.jsonValue()),
      fc.array(fc.oneof(alert, fc.jsonValue())),
    );
    fc.assert(
      fc.property(body, ([rest, alerts]) => {
        const outcome = readAlertmanagerJson({ ...rest, alerts }, context);
        if (outcome.kind !== 'accepted') return true;
        for (const { labels, annotations } of outcome.delivery.observations) {
          for (const texts of [labels, annotations]) {
            const values = Object.values(texts);
            expect(values.length).toBeLessThanOrEqual(LABELS_MAX + 1);
            expect(values.every((value) => typeof value === 'string')).toBe(true);
            expect(values.every((value) => value.length < VALUE_MAX + 100)).toBe(true);
          }
        }
        return (
          outcome.delivery.observations.length + outcome.delivery.unreadable.length > 0 ||
          alerts.length === 0
        );
      }),
      { numRuns: 1000 },
    );
  });

  it('the same bytes mean the same delivery', () => {
    for (const body of bodies) {
      expect(readAlertmanager(body, context)).toEqual(readAlertmanager(body, context));
    }
  });
});

function isSound(bytes: Uint8Array): boolean {
  const outcome = readAlertmanager(bytes, context);
  return outcome.kind === 'accepted' || outcome.problem.code.startsWith('WEBHOOK_');
}
