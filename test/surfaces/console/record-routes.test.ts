import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exchange, type Reply, type Stage, startStage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage({
    tokens: [
      { name: 'audit', token: 'export-token', scopes: ['export'] },
      { name: 'grafana', token: 'read-token', scopes: ['read', 'commands'] },
    ],
  });
});
afterAll(() => stage.close());

const api = (token: string, body: unknown, incident = 'inc-1'): Promise<Reply> =>
  exchange(`${stage.url}/api/v1/incidents/${incident}/exports`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  });

describe('the record of an incident on its page', () => {
  it.each([
    ['markdown', 'text/markdown', 'inc-1.md'],
    ['csv', 'text/csv', 'inc-1.csv'],
    ['json', 'application/json', 'inc-1.json'],
  ])('is a file as %s', async (format, type, name) => {
    const reply = await stage.post('/as/ana/incidents/inc-1/export', { format });
    expect([reply.status, reply.body]).toEqual([200, `the record as ${format}`]);
    expect(reply.headers['content-type']).toContain(type);
    expect(reply.headers['content-disposition']).toBe(`attachment; filename="${name}"`);
    expect(reply.headers['cache-control']).toBe('no-store');
  });

  it('is offered to whoever may take it, and to nobody else', async () => {
    expect((await stage.get('/as/ana/incidents/inc-1')).body).toContain('Export the record');
    expect((await stage.get('/as/ben/incidents/inc-1')).body).not.toContain('Export the record');
  });

  it('is refused to whoever may not, and to a page of another site', async () => {
    const refused = await stage.post('/as/ben/incidents/inc-1/export', { format: 'csv' });
    expect(refused.status).toBe(403);
    expect(JSON.parse(refused.body).code).toBe('CONSOLE_EXPORT_REFUSED');
    const elsewhere = { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' };
    const path = '/as/ana/incidents/inc-1/export';
    expect((await stage.post(path, { format: 'csv' }, elsewhere)).status).toBe(403);
    expect((await stage.get(path)).status).toBe(405);
  });

  it('is of an incident that is there, in a form that is known', async () => {
    const none = await stage.post('/as/ana/incidents/none/export', { format: 'csv' });
    expect(none.status).toBe(404);
    const odd = await stage.post('/as/ana/incidents/inc-1/export', { format: 'exe' });
    expect(odd.status).toBe(400);
  });
});

describe('the record through the API', () => {
  it('needs a token with a scope of its own', async () => {
    const reply = await api('export-token', { format: 'csv' });
    expect([reply.status, reply.body]).toEqual([200, 'the record as csv']);
    expect((await api('read-token', { format: 'csv' })).status).toBe(403);
    expect((await api('no-token', { format: 'csv' })).status).toBe(401);
  });

  it('says what is wrong with a request', async () => {
    expect((await api('export-token', { format: 'xlsx' })).status).toBe(400);
    expect((await api('export-token', [])).status).toBe(400);
    expect((await api('export-token', { format: 'csv' }, 'none')).status).toBe(404);
  });
});
