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

describe('the record of an incident to look at', () => {
  it('has a row for each event, oldest first, with who, why, rule, plan and approvals', async () => {
    const { status, body } = await stage.get('/as/ana/incidents/inc-1/record');
    expect(status).toBe(200);
    expect(body.match(/<tr id="e/g)).toHaveLength(200);
    for (const said of [
      '250 events',
      '2026-09-24 02:31:07',
      'Operation asked',
      'slack/main · T01/U01 · 192.0.2.7',
      'tocsin.yaml:41',
      '7f3a9c21d0',
      'ben as sre (static)',
      'Page 1 of 2',
    ])
      expect(body).toContain(said);
  });

  it('has pages; a page that is none is the first', async () => {
    const second = (await stage.get('/as/ana/incidents/inc-1/record?page=2')).body;
    expect(second.match(/<tr id="e/g)).toHaveLength(50);
    expect(second).toContain('replicas 3 → 6');
    for (const odd of ['0', '3', 'x', '1.5', '-1']) {
      const { body } = await stage.get(`/as/ana/incidents/inc-1/record?page=${odd}`);
      expect(body).toContain('Page 1 of 2');
    }
  });

  it('shows what was written as text', async () => {
    const { body } = await stage.get('/as/ana/incidents/inc-1/record');
    expect(body).not.toContain('<b>6</b>');
    expect(body).not.toContain('<slow>');
  });

  it('is of an incident that is there for them, and is linked from its page', async () => {
    expect((await stage.get('/as/ana/incidents/none/record')).status).toBe(404);
    const { body } = await stage.get('/as/ben/incidents/inc-1');
    expect(body).toContain('/as/ben/incidents/inc-1/record"');
  });
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
    const record = '/incidents/inc-1/record';
    expect((await stage.get(`/as/ana${record}`)).body).toContain('Export the record');
    expect((await stage.get(`/as/ben${record}`)).body).not.toContain('Export the record');
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
