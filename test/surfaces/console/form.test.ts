import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Counter, openCounter } from '../../handlers/desk.ts';
import { consoleDeskOf } from '../../support/console-desk.ts';
import { type Stage, startStage } from './stage.ts';

let counter: Counter;
let stage: Stage;
let page: string;

beforeEach(async () => {
  counter = await openCounter();
  stage = await startStage({ desk: consoleDeskOf(counter.bot) });
  page = `/as/ana/incidents/${await counter.incident()}`;
});
afterEach(() => stage.close());

const asks = async (form: Record<string, string>) =>
  String(JSON.parse((await stage.post(page, form)).body).html);

describe('a line that lacks something', () => {
  it('is answered with a form, and nothing is kept of it', async () => {
    const html = await asks({ line: 'scale' });
    expect(html).toContain('data-does="fill"');
    expect(html).toContain('Ana asked <code>scale</code>');
    expect(html).toContain('only you see this');
    expect(html).toMatch(/<select [^>]*name="field\.service"[^>]* required/);
    expect(html).toContain('<option value="checkout" selected>checkout</option>');
    expect(html).toMatch(/<input type="text" [^>]*name="field\.replicas" required[^>]* autofocus/);
    expect(counter.news()).toEqual([]);
  });

  it('gives each field a label, and reads its hint and its fault with it', async () => {
    const html = await asks({ line: 'scale checkout six' });
    const [, id = ''] = /<label for="(\w+)">replicas/.exec(html) ?? [];
    expect(html).toContain(
      `id="${id}" name="field.replicas" required aria-describedby="${id}-fault ${id}-hint" aria-invalid="true"`,
    );
    expect(html).toContain(
      `<p class="fault" id="${id}-fault">replicas of <code>scale</code> is not a number: &#34;six&#34;.</p>`,
    );
    expect(html).toContain(`id="${id}-hint">How many.</p>`);
  });

  it('is a line like any other once it is filled in', async () => {
    const filled = {
      kind: 'form',
      line: 'scale',
      'field.service': 'checkout',
      'field.replicas': '6',
      'field.env': 'production',
      'field.reason': 'it is "slow"',
    };
    const html = await asks(filled);
    expect(html).toContain(
      'asked <code>scale checkout 6 env=production reason=&#39;it is &#34;slow&#34;&#39;</code>',
    );
    expect(html).not.toContain('data-does="fill"');
    expect(counter.drafts).toMatchObject([{ args: { replicas: 6 } }]);
  });

  it('is asked about again while something is wrong, with what was typed', async () => {
    const html = await asks({
      kind: 'form',
      line: 'scale',
      'field.service': 'checkout',
      'field.replicas': 'many',
      'field.env': 'production',
      'field.reason': 'it is <slow>',
    });
    expect(html).toContain('is not a number: &#34;many&#34;');
    expect(html).toMatch(/name="field\.reason"[^>]* value="it is &#60;slow&#62;"/);
    expect(counter.drafts).toEqual([]);
  });

  it('is judged like any other: who may not ask is refused', async () => {
    await stage.close();
    const people = [{ id: 'cleo', name: 'Cleo' }];
    const desk = consoleDeskOf(counter.bot);
    stage = await startStage({ desk, access: { kind: 'demo', people } });
    page = page.replace('/ana/', '/cleo/');
    const filled = { 'field.service': 'checkout', 'field.replicas': '6', 'field.env': 'staging' };
    expect(await asks({ kind: 'form', line: 'scale', ...filled })).toContain('NOT_A_REQUESTER');
    expect(counter.drafts).toEqual([]);
  });

  it('is asked about when it stands behind a button too', async () => {
    const html = await asks({ kind: 'line', line: 'silence', shown: 'a'.repeat(64) });
    expect(html).toMatch(/name="field\.for" required/);
    expect(html).toMatch(/name="field\.reason" required/);
    expect(counter.news()).toEqual([]);
  });

  it('is asked about on the page itself without the script', async () => {
    const { body } = await stage.post(page, { line: 'scale' }, { Accept: 'text/html' });
    expect(body).toContain('<!doctype html>');
    expect(body).toContain('it is slow');
    const action = /<form class="card fill[^>]* action="([^"]*)"/.exec(body)?.[1] ?? '';
    expect(new URL(action, stage.url + page).pathname).toBe(page);
  });

  it('is asked about on the board, where no incident says what is meant', async () => {
    const html = String(
      JSON.parse((await stage.post('/as/ana/incidents/', { line: 'restart' })).body).html,
    );
    expect(html).toContain('<option value="">Choose</option>');
    expect(html).toContain('action="./"');
  });
});

describe('what a form sends', () => {
  const filled = {
    kind: 'form',
    line: 'scale',
    'field.service': 'checkout',
    'field.replicas': '6',
    'field.env': 'production',
  };

  it('is refused when the line is longer than a line may be', async () => {
    const reply = await stage.post(page, { ...filled, 'field.reason': 'x'.repeat(1999) });
    expect(reply.status).toBe(400);
    expect(JSON.parse(reply.body).code).toBe('CONSOLE_LINE_TOO_LONG');
    expect(counter.drafts).toEqual([]);
  });

  it('is one line, whatever was pasted', async () => {
    expect(await asks({ ...filled, 'field.reason': 'one\r\ntwo' })).toContain(
      'asked <code>scale checkout 6 env=production reason=&#34;one  two&#34;</code>',
    );
  });

  it('is the line it was opened for when nobody knows its verb', async () => {
    expect(await asks({ kind: 'form', line: 'fly', 'field.__proto__': 'x' })).toContain(
      'asked <code>fly</code>',
    );
    expect(await asks({ kind: 'form' })).toContain('The line is empty.');
  });
});

describe('an answer', () => {
  it('that is long can be taken along as a file, and one of few words needs none', async () => {
    const { renderAnswer } = await import('../../../src/bot/surfaces/console/answer.ts');
    const asked = { key: 'k', by: 'Ana', did: { kind: 'typed', line: 'logs' } } as const;
    const of = (lines: number) => {
      const text = Array.from({ length: lines }, (_, line) => `line ${line}`).join('\n');
      const block = { kind: 'code', title: 'Logs', text } as const;
      const rest = { key: 'answer', tone: 'neutral', mark: '', actions: [], footnote: [] } as const;
      const card = { ...rest, title: ['Logs'], blocks: [block] };
      return renderAnswer({ to: 'asker', card }, asked, { incident: '', sandbox: false }).text;
    };
    const [, bytes = ''] =
      /href="data:text\/plain;charset=utf-8;base64,([^"]+)" download/.exec(of(100)) ?? [];
    expect(Buffer.from(bytes, 'base64').toString()).toContain('line 99');
    expect(of(3)).not.toContain('download');
  });
});
