import { expect, it } from 'vitest';
import { originOf, withOrigin, workspaceOf } from '../../src/core/origin.ts';
import { ana } from './operation/sample.ts';

const inConsole = { ...ana, account: 'ana', session: 'session-1', ip: '192.0.2.7' };

it('says session and address only of a request that had them', () => {
  expect(originOf(inConsole)).toEqual({
    surface: 'console',
    account: 'ana',
    session: 'session-1',
    ip: '192.0.2.7',
  });
  expect(originOf(ana)).toEqual({ surface: 'console', account: 'console:ana' });
});

it('stands on what names a person, and on nothing that followed by itself', () => {
  const events = withOrigin(
    [
      { type: 'StopRequested', v: 1, person: 'ana' },
      { type: 'OperationApproved', v: 1 },
    ],
    inConsole,
  );
  expect(events).toMatchObject([{ where: { ip: '192.0.2.7' } }, {}]);
  expect(events[1]).not.toHaveProperty('where');
});

it('is on nothing that nobody said', () => {
  expect(withOrigin([{ type: 'AlertsFired', person: '' }], undefined)).toEqual([
    { type: 'AlertsFired', person: '' },
  ]);
});

it.each([
  ['slack/main', 'T01/U01', 'T01'],
  ['discord/main', '9001/1234', '9001'],
  ['console', 'ana', ''],
  ['console', 'token:a/b', ''],
])('on %s the workspace of %s is %s', (surface, account, workspace) => {
  expect(workspaceOf({ surface, account })).toBe(workspace);
});
