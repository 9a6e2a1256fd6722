import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { problems } from '../../../src/bot/surfaces/slack/problems.ts';
import { unticked } from '../../../src/core/view/words.ts';
import type { Form } from '../../../src/handlers/form.ts';
import type { Channel, FakePerson, Message } from '../../fakes/slack/index.ts';
import { eventually } from '../../support/eventually.ts';
import { incidentCard, planCard, planHash, refusalCard } from '../console/sample-cards.ts';
import { answering, cardSaid, type Stage, startStage } from './stage.ts';

let stage: Stage;
let ops: Channel;
let ana: FakePerson;
let actor: { surface: string; account: string };

beforeEach(async () => {
  stage = await startStage();
  ops = stage.shop.channel('ops');
  ana = stage.shop.person('ana');
  actor = { surface: 'slack/main', account: `${stage.shop.id}/${ana.id}` };
  await stage.connected();
});
afterEach(() => stage.close());

async function incident(card = incidentCard): Promise<Message> {
  const post = { incident: 'inc-1', place: '#ops', card, ref: undefined };
  const ensured = await stage.connection.surface.ensureRoot(post);
  const [root] = stage.shop.roots(ops).slice(-1);
  if (!ensured.ok || !root) throw new Error(JSON.stringify(ensured));
  stage.desk.threads.set(ensured.ref, 'inc-1');
  return root;
}

const seen = (words: string) =>
  stage.slack.until(() => ana.sees(ops).find((text) => text.includes(words)));

describe('a slash command', () => {
  it('is on the record before it is acknowledged, and answered to whoever typed it', async () => {
    stage.desk.answers = () => answering('checkout runs 3 replicas');
    const typed = await ana.types('/ops status checkout', ops);
    expect(typed).toMatchObject({ acked: true });
    expect(stage.desk.taken).toMatchObject([
      {
        kind: 'line',
        line: 'status checkout',
        actor,
        thread: '',
        from: { channel: ops.id, root: '' },
      },
    ]);
    await seen('checkout runs 3 replicas');
    expect(stage.shop.channelText(ops)).toBe('');
    expect(stage.counted.acknowledged).toHaveLength(1);
  });

  it('without words asks for help', async () => {
    await ana.types('/ops', ops);
    expect(stage.desk.taken).toMatchObject([{ line: 'help' }]);
  });

  it('arrives as it was typed', async () => {
    stage.desk.accounts.set('ben', [`${stage.shop.id}/U0BEN`]);
    await ana.types(
      '/ops note "a &lt;b&gt; &amp; c" <@U0BEN|ben.b> <https://x.example|x.example>',
      ops,
    );
    expect(stage.desk.taken).toMatchObject([{ line: 'note "a <b> & c" @ben x.example' }]);
  });

  it('has a cause of its own each time', async () => {
    await ana.types('/ops status', ops);
    await ana.types('/ops status', ops);
    const [first, second] = stage.desk.taken;
    expect(first?.cause).toMatch(new RegExp(`^slack/${stage.shop.id}/command/`));
    expect(first?.cause).not.toBe(second?.cause);
  });

  it('that the journal does not take is not acknowledged: the person sees the error of Slack', async () => {
    stage.desk.refuses = true;
    const typing = ana.types('/ops status', ops);
    await eventually('nobody answers', () =>
      stage.logged.some((line) => line.includes('not taken')),
    );
    stage.clock.passes(3_100);
    expect(await typing).toMatchObject({ acked: false, error: 'operation_timeout' });
    expect(stage.slack.unacknowledged()).toHaveLength(1);
    expect(ana.sees(ops)).toEqual([]);
  });

  it('is answered in the channel where the answer is for all', async () => {
    stage.desk.answers = () => answering('the last 100 lines', 'thread');
    await ana.types('/ops logs checkout', ops);
    await stage.slack.until(() => stage.shop.message(ops, 'the last 100 lines'));
  });

  it('is answered with a file where the answer is too long for a message', async () => {
    const text = Array.from({ length: 900 }, (_, line) => `line ${line} of the log`).join('\n');
    const blocks = [{ kind: 'code', title: 'Logs', text } as const];
    stage.desk.answers = () => ({ to: 'thread', card: cardSaid('the last 900 lines', { blocks }) });
    const root = await incident();
    await ana.says('@tocsin logs checkout', root);
    const said = await stage.slack.until(() =>
      stage.shop.replies(root).find((one) => stage.shop.messageText(one).includes('the last 900')),
    );
    expect(stage.shop.messageText(said)).toMatch(/\d+ more lines in the console/);
    const file = await stage.slack.until(
      () => stage.shop.replies(root).flatMap(({ files }) => files)[0],
    );
    expect(file.bytes?.toString()).toContain('line 899 of the log');
  });

  it('that is answered to the asker alone and too long leaves the whole in their direct messages', async () => {
    const text = Array.from({ length: 900 }, (_, line) => `line ${line} of the log`).join('\n');
    const blocks = [{ kind: 'code', title: 'Logs', text } as const];
    stage.desk.answers = () => ({ to: 'asker', card: cardSaid('the last 900 lines', { blocks }) });
    await ana.types('/ops logs checkout', ops);
    const file = await stage.slack.until(
      () =>
        [...stage.shop.state.channels.values()]
          .filter(({ kind, members }) => kind === 'im' && members.has(ana.id))
          .flatMap(({ messages }) => messages.flatMap(({ files }) => files))[0],
    );
    expect(file.bytes?.toString()).toContain('line 899 of the log');
    expect(stage.shop.channelText(ops)).toBe('');
  });

  it('is answered to the asker alone in a channel that others read', async () => {
    const shared = stage.shop.channel('with-partner', { shared: true });
    stage.desk.answers = () => answering('the last 100 lines', 'thread');
    await ana.types('/ops logs checkout', shared);
    const text = await stage.slack.until(() => ana.sees(shared)[0]);
    expect(text).toContain('the last 100 lines');
    expect(text).toContain(unticked(problems.SLACK_OUTPUT_KEPT_PRIVATE.what));
    expect(stage.shop.channelText(shared)).toBe('');
  });

  it('is answered even when its own way to answer is closed', async () => {
    stage.slack.outage.from({ kind: 'server-error' }, { methods: ['response_url'] });
    const until = stage.clock;
    let open: (() => void) | undefined;
    stage.desk.answers = () =>
      new Promise((resolve) => {
        open = () => resolve(answering('late, but said'));
      });
    await ana.types('/ops status', ops);
    until.passes(31 * 60_000);
    open?.();
    await seen('late, but said');
  });

  it('that lacks something opens a form, and the form makes the line', async () => {
    stage.desk.forms = (line) => (line === 'scale' ? scaleForm(line) : undefined);
    const typed = await ana.types('/ops scale', ops);
    expect(typed.acked).toBe(true);
    await stage.slack.until(
      () => ana.modal()?.includes('Which one') || ana.modal()?.includes('service'),
    );
    expect(stage.desk.taken).toEqual([]);
    const submitted = await ana.submits({ service: 'checkout', replicas: '6' });
    expect(submitted.acked).toBe(true);
    expect(stage.desk.taken).toMatchObject([{ kind: 'line', line: 'scale checkout 6', actor }]);
    expect(ana.modal()).toBeUndefined();
    await seen('on the record');
  });

  it('whose form is no line yet keeps it open, and what is wrong stands below the field', async () => {
    stage.desk.forms = (line) => (line.endsWith('6') ? undefined : scaleForm(line));
    await ana.types('/ops scale', ops);
    await stage.slack.until(() => ana.modal());
    await ana.submits({ service: 'checkout', replicas: 'many' });
    expect(ana.modal()).toContain('"many" is no number.');
    expect(stage.desk.taken).toEqual([]);
    await ana.submits({ service: 'checkout', replicas: '6' });
    expect(stage.desk.taken).toMatchObject([{ line: 'scale checkout 6' }]);
  });

  it('whose form cannot be opened is taken as it stands, and says what is missing', async () => {
    stage.desk.forms = (line) => ({ title: 'scale', line, fields: [] });
    stage.desk.answers = () => answering('scale needs a service');
    stage.slack.outage.next(
      1,
      { kind: 'refused', error: 'trigger_expired' },
      { methods: ['views.open'] },
    );
    await ana.types('/ops scale', ops);
    await seen('scale needs a service');
  });
});

describe('a mention', () => {
  it('outside of threads is answered where it is seen: nobody has opened a thread there', async () => {
    stage.desk.answers = () => answering('checkout runs 3 replicas');
    await ana.says('@tocsin status checkout', ops);
    await seen('checkout runs 3 replicas');
    expect(stage.desk.taken).toMatchObject([{ from: { channel: ops.id, root: '' } }]);
  });

  it('in the thread of an incident speaks of that incident', async () => {
    const root = await incident();
    await ana.says('@tocsin rollback', root);
    await eventually('it is taken', () => stage.desk.taken.length > 0);
    expect(stage.desk.taken).toMatchObject([
      {
        kind: 'line',
        line: 'rollback',
        thread: 'inc-1',
        actor,
        from: { channel: ops.id, root: root.ts },
      },
    ]);
    await seen('on the record');
  });

  it('outside any speaks of none', async () => {
    await ana.says('@tocsin: status checkout', ops);
    await eventually('it is taken', () => stage.desk.taken.length > 0);
    expect(stage.desk.taken).toMatchObject([{ line: 'status checkout', thread: '' }]);
  });

  it('that the journal does not take comes again, and is done once', async () => {
    stage.desk.refuses = true;
    const saying = ana.says('@tocsin ack', ops);
    await eventually('it was refused', () =>
      stage.logged.some((line) => line.includes('not taken')),
    );
    stage.desk.refuses = false;
    await eventually('Slack tells it again, and is heard', () => {
      stage.clock.passes(1_000);
      return stage.slack.deliveries.some(({ acked, attempt }) => acked && attempt > 0);
    });
    await saying;
    expect(new Set(stage.desk.taken.map(({ cause }) => cause)).size).toBe(1);
  });
});

describe('a button', () => {
  it('carries what it says, and the card and the thread it stands in', async () => {
    const root = await incident();
    const pressed = await ana.presses('Acknowledge', root);
    expect(pressed.acked).toBe(true);
    expect(stage.desk.taken).toMatchObject([
      {
        kind: 'press',
        press: { kind: 'line', line: 'ack', incident: 'inc-1' },
        key: 'root',
        thread: 'inc-1',
        actor,
        from: { channel: ops.id, root: '' },
      },
    ]);
    expect(pressed.ackMs).toBeLessThan(1_000);
  });

  it('approves the plan by its whole hash, and a refusal is seen by its presser alone', async () => {
    stage.desk.answers = () => ({ to: 'asker', card: refusalCard });
    const root = await incident(planCard);
    await ana.presses('Approve', root);
    expect(stage.desk.taken).toMatchObject([
      { press: { kind: 'approve', operation: 'op-41', hash: planHash }, key: 'operation/op-41' },
    ]);
    const text = await seen('You asked for this');
    expect(text).toContain('APPROVE_OWN_REQUEST');
    expect(stage.shop.channelText(ops)).not.toContain('You asked for this');
  });

  it('that the journal does not take is not acknowledged', async () => {
    const root = await incident();
    stage.desk.refuses = true;
    const pressing = ana.presses('Acknowledge', root);
    await eventually('nobody answers', () =>
      stage.logged.some((line) => line.includes('not taken')),
    );
    stage.clock.passes(3_100);
    expect(await pressing).toMatchObject({ acked: false, error: 'operation_timeout' });
  });

  it('whose line lacks something asks for it, and keeps its incident through the form', async () => {
    const root = await incident();
    stage.desk.forms = scaleForm;
    expect(await ana.presses('Acknowledge', root)).toMatchObject({ acked: true });
    await stage.slack.until(() => ana.modal());
    expect(stage.desk.taken).toEqual([]);
    stage.desk.forms = () => undefined;
    await ana.submits({ service: 'checkout', replicas: '6' });
    expect(stage.desk.taken).toMatchObject([{ kind: 'line', thread: 'inc-1' }]);
  });

  it('that opens an address asks nothing of the bot', async () => {
    const root = await incident();
    expect(await ana.presses('Runbook', root)).toMatchObject({ acked: true });
    expect(stage.desk.taken).toEqual([]);
  });

  it('of ours that was altered means nothing', async () => {
    const root = await incident();
    const [actions] = root.blocks.filter(({ type }) => type === 'actions');
    Object.assign(root, {
      blocks: [
        JSON.parse(
          JSON.stringify(actions).replaceAll('\\"kind\\":\\"line\\"', '\\"kind\\":\\"root\\"'),
        ),
      ],
    });
    expect(await ana.presses('Acknowledge', root)).toMatchObject({ acked: true });
    expect(stage.desk.taken).toEqual([]);
  });

  it('of a menu opens what was chosen', async () => {
    const root = await incident({
      ...incidentCard,
      menu: {
        key: 'open',
        label: 'Open an incident',
        options: [{ label: 'search is slow', press: { kind: 'want', incident: 'inc-7' } }],
      },
    });
    const [actions] = root.blocks.filter((block) =>
      JSON.stringify(block).includes('static_select'),
    );
    const id = /"action_id":"([^"]+)"/.exec(JSON.stringify(actions))?.[1] ?? '';
    await ana.chooses('search is slow', id, root);
    expect(stage.desk.taken).toMatchObject([
      { kind: 'press', press: { kind: 'want', incident: 'inc-7' }, key: 'root', thread: 'inc-1' },
    ]);
  });
});

function scaleForm(line: string): Form {
  const isWrong = line.includes('many');
  const field = { hint: '', required: true } as const;
  return {
    title: 'scale',
    line,
    fields: [
      {
        ...field,
        name: 'service',
        label: 'service',
        hint: 'Which one.',
        kind: 'choice',
        choices: ['checkout', 'search'].map((value) => ({ value, label: value })),
        value: isWrong ? 'checkout' : '',
      },
      {
        ...field,
        name: 'replicas',
        label: 'replicas',
        ...(isWrong ? { fault: '"many" is no number.' } : {}),
        kind: 'number',
        choices: [],
        value: isWrong ? '' : '3',
      },
    ],
  };
}
