import { describe, expect, it } from 'vitest';
import { createPersonRecord } from '../../src/bot/person-record.ts';
import { createRecordExports, type Exporter } from '../../src/bot/record-exports.ts';
import type { Evidence } from '../../src/core/person.ts';
import { ana, cleo, sha256 } from '../core/operation/sample.ts';
import { startSmallBot } from '../fakes/small-bot.ts';

async function stage(groups: readonly string[] | undefined) {
  const { bot, journal } = await startSmallBot();
  const asked: string[] = [];
  const exports = createRecordExports({
    journal,
    settings: () => ({ ...bot.desk.settings, ...(groups && { record: { export: groups } }) }),
    recordPerson: createPersonRecord(journal),
    operationsOf: (incident) => (incident === 'inc-1' ? ['op-1', 'op-2'] : []),
    text: async (_thread, streams, format) => {
      asked.push(...streams);
      return `${format} of ${streams.join(' ')}`;
    },
    sha256,
  });
  const take = (by: Evidence, thread = 'inc-1') =>
    exports.export({
      thread,
      format: 'csv',
      by: { kind: 'person', evidence: by },
      cause: `${by.person}/1`,
    });
  const last = () => journal.all.at(-1);
  return { exports, take, last, asked, journal };
}

describe('the record of an incident to look at', () => {
  it('has what was done in it and in its operations, by their places; accounts only for whoever may export', async () => {
    const small = await startSmallBot();
    await small.says('ana', 'restart checkout env=production');
    const operation = [...small.bot.engine.readings.operations.keys()].at(-1) ?? '';
    const { journal, bot } = small;
    const exports = createRecordExports({
      journal,
      settings: () => ({ ...bot.desk.settings, record: { export: ['sre'] } }),
      recordPerson: createPersonRecord(journal),
      operationsOf: () => [],
      text: async () => '',
      sha256,
    });
    const rows = await exports.trail(operation, ana);
    expect(rows.map(({ event }) => event)).toEqual(
      journal.all
        .filter(({ stream }) => stream === `operation/${operation}`)
        .map(({ event }) => event.type),
    );
    expect(rows[0]).toMatchObject({ event: 'OperationAsked', person: 'ana', operation });
    expect(rows[0]?.account).not.toBe('');
    const seen = await exports.trail(operation, cleo);
    expect(seen).toHaveLength(rows.length);
    for (const { account, workspace, session, ip, approvals } of seen)
      expect([account, workspace, session, ip, approvals]).toEqual(['', '', '', '', '']);
  });
});

describe('the record of an incident', () => {
  it('leaves with a member of a group that may take it, and that it does is on record with its digest', async () => {
    const { take, last, asked } = await stage(['sre']);
    const text = await take({ ...ana, ip: '192.0.2.7' });
    expect(asked).toEqual(['incident/inc-1', 'operation/op-1', 'operation/op-2']);
    expect(last()).toMatchObject({
      stream: 'record/exports',
      by: 'ana',
      event: {
        type: 'RecordExported',
        thread: 'inc-1',
        format: 'csv',
        digest: sha256(String(text)),
        person: 'ana',
        where: { ip: '192.0.2.7' },
      },
    });
  });

  it.each([
    ['nobody, where no group is named', undefined],
    ['nobody, where the list is empty', []],
    ['nobody of another group', ['sre']],
  ])('leaves with %s', async (_who, groups) => {
    const { take, last, asked } = await stage(groups);
    expect(await take(cleo)).toMatchObject({ code: 'EXPORT_NOT_ALLOWED' });
    expect(asked).toEqual([]);
    expect(last()).toMatchObject({
      stream: 'person/cleo',
      event: { type: 'RequestTurnedDown', line: 'export inc-1' },
    });
  });

  it('of an operation outside any incident is that operation', async () => {
    const { take, asked } = await stage(['sre']);
    await take(ana, 'op-9');
    expect(asked).toEqual(['operation/op-9']);
  });

  it('leaves with a program whose token says so, under the name of the token', async () => {
    const { exports, last } = await stage(undefined);
    const by: Exporter = {
      kind: 'program',
      where: { surface: 'console', account: 'token:audit' },
    };
    await exports.export({ thread: 'inc-1', format: 'json', by, cause: 'c' });
    expect(last()).toMatchObject({ event: { person: '', where: { account: 'token:audit' } } });
  });

  it('does not leave while the journal takes nothing', async () => {
    const { exports, journal } = await stage(undefined);
    journal.append = async () => {
      throw new Error('the disk is full');
    };
    const by: Exporter = { kind: 'program', where: { surface: 'console', account: 'token:a' } };
    await expect(
      exports.export({ thread: 'inc-1', format: 'json', by, cause: 'c' }),
    ).rejects.toThrow('full');
  });
});
