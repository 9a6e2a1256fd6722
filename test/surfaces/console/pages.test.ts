import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { planHash } from './sample-cards.ts';
import { type Stage, startStage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.close());

describe('the pages of the demo', () => {
  it('lead from the root to the board of the first person', async () => {
    const reply = await stage.get('/');
    expect(reply.status).toBe(303);
    expect(reply.headers.location).toBe('/as/ana/incidents/');
  });

  it('list open incidents before closed ones', async () => {
    const { body } = await stage.get('/as/ana/incidents/');
    expect(body.indexOf('crash-looping')).toBeGreaterThan(0);
    expect(body.indexOf('crash-looping')).toBeLessThan(body.indexOf('search answers slowly'));
    expect(body).toContain('1 waiting for approval');
    expect(body).toContain('<span>1 alert</span><span>1 muted</span>');
  });

  it('list above all what waits for whoever looks, and escape it', async () => {
    const { body } = await stage.get('/as/ana/incidents/');
    expect(body).toContain('Waits for you');
    expect(body).not.toContain('<b>6</b>');
    expect(body.indexOf('REVIEW')).toBeLessThan(body.indexOf('crash-looping'));
    expect(body).toContain('href="./inc-7"');
  });

  it('show the card, the lines and the whole plan of an incident', async () => {
    const { body } = await stage.get('/as/ana/incidents/inc-1');
    expect(body).toContain('checkout is crash-looping');
    expect(body).toContain(`<b>${planHash.slice(0, 10)}</b>${planHash.slice(10)}`);
    expect(body).toContain('SANDBOX');
    expect(body).toContain('Approve');
  });

  it('know nobody who is not on the list', async () => {
    expect((await stage.get('/as/mallory/incidents/')).status).toBe(404);
  });

  it('carry a typed line to the desk and whisper the answer', async () => {
    const reply = await stage.post('/as/ben/incidents/inc-1', {
      line: 'rollback checkout',
      cause: 'aaaaaaaa',
    });
    expect(reply.status).toBe(200);
    expect(JSON.parse(reply.body).html).toContain('APPROVE_OWN_REQUEST');
    expect(stage.desk.said.at(-1)).toMatchObject({
      line: 'rollback checkout',
      incident: 'inc-1',
      cause: 'console/ben/demo/aaaaaaaa',
      actor: { kind: 'person', person: 'ben', via: 'demo' },
    });
  });

  it('say beside an answer what it answers and who sees it', async () => {
    const typed = await stage.post('/as/ben/incidents/inc-1', { line: 'help <all>' });
    expect(JSON.parse(typed.body).html).toContain(
      'Ben asked <code>help &#60;all&#62;</code> <span class="seen">(only you see this)</span>',
    );
    const pressed = await stage.post('/as/ben/incidents/inc-1', {
      kind: 'approve',
      operation: 'op-41',
      hash: planHash,
      shown: 'a'.repeat(64),
    });
    expect(JSON.parse(pressed.body).html).toContain('Ben pressed Approve');
  });
});
