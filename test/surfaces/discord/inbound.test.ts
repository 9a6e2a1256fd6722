import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectDiscord } from '../../../src/bot/surfaces/discord/index.ts';
import type { Card } from '../../../src/core/view/card.ts';
import { eventually } from '../../support/eventually.ts';
import { incidentCard, planCard, planHash } from '../console/sample-cards.ts';
import { openIncident, rootPost, type Stage, saying, startedStage } from './stage.ts';

describe('what people do in Discord', () => {
  let stage: Stage;

  beforeEach(async () => {
    stage = await startedStage();
  });

  afterEach(() => stage.close());

  const incident = (plan?: Card) => openIncident(stage, plan);

  it('by a slash command is the line it means, answered to one alone', async () => {
    stage.desk.answers = async () => saying('All is well.');
    const asked = stage.ana.uses(stage.ops, '/change scale', {
      service: 'checkout',
      replicas: 6,
      env: 'production',
    });
    await asked.answered;
    expect(asked.outcome).toBe('deferred');
    await eventually('the answer', () => asked.sees.includes('All is well.'));
    expect(stage.desk.taken).toEqual([
      {
        actor: { surface: 'discord/main', account: `${stage.guild.id}/${stage.ana.id}` },
        thread: '',
        cause: `discord/${asked.id}`,
        from: { channel: stage.ops.id, root: '' },
        kind: 'line',
        line: 'scale checkout 6 env=production',
      },
    ]);
    expect(asked.message?.hidden).toBe(true);
    expect(stage.ops.transcript()).not.toContain('All is well.');
    expect(stage.acknowledged).toHaveLength(1);
  });

  it('in a guild that this connection does not serve is said to be elsewhere, and nothing is kept', async () => {
    const other = stage.discord.addGuild('Elsewhere');
    const lobby = other.addChannel('lobby');
    const eve = other.addPerson('eve');
    // Another bot of the same application serves it, and is away now.
    const second = connectDiscord({ ...stage.options, name: 'discord/other', guild: other.id });
    second.start();
    await eventually('its commands are there', () => other.commands().includes('ops'));
    await second.close();
    const asked = eve.uses(lobby, '/ops status');
    await asked.answered;
    await eventually('it is said', () => asked.sees.includes('DISCORD_ELSEWHERE'));
    expect(asked.message?.hidden).toBe(true);
    expect(stage.refusals).toContain('DISCORD_GUILD_OTHER');
    expect(stage.desk.taken).toEqual([]);
  });

  it('by a whole line is that line', async () => {
    const asked = stage.ana.uses(stage.ops, '/ops line', {
      line: 'note "it is the disk" incident=inc-1',
    });
    await asked.answered;
    expect(stage.desk.taken[0]).toMatchObject({
      kind: 'line',
      line: 'note "it is the disk" incident=inc-1',
    });
  });

  it('in the thread of an incident is done in that incident', async () => {
    const { thread } = await incident();
    await stage.ana.uses(thread, '/incident ack').answered;
    expect(stage.desk.taken[0]).toMatchObject({ thread: 'inc-1', kind: 'line', line: 'ack' });
  });

  it('by a button says what the card says, whole hash and all', async () => {
    const { thread, card } = await incident();
    await stage.ben.presses(thread, 'Approve').answered;
    await stage.ben.presses(card, 'Acknowledge').answered;
    expect(stage.desk.taken).toMatchObject([
      {
        thread: 'inc-1',
        key: 'operation/op-41',
        kind: 'press',
        press: { kind: 'approve', operation: 'op-41', hash: planHash },
      },
      { thread: 'inc-1', key: 'root', press: { kind: 'line', line: 'ack', incident: 'inc-1' } },
    ]);
  });

  it('is not acknowledged when nothing can be put on disk', async () => {
    const { thread } = await incident();
    stage.desk.refusesWith = new Error('disk full');
    const pressed = stage.ben.presses(thread, 'Approve');
    await eventually('the deed came', () => stage.refusals.includes('JOURNAL'));
    stage.clock.passes(3_001);
    await pressed.answered;
    expect(pressed.outcome).toBe('failed');
    expect(stage.acknowledged).toEqual([]);
  });

  it('is on disk before it is acknowledged', async () => {
    const order: string[] = [];
    const take = stage.desk.take.bind(stage.desk);
    stage.desk.take = async (asked) => {
      const taken = await take(asked);
      order.push(`on disk, ${stage.discord.interactions().at(-1)?.outcome}`);
      return taken;
    };
    const asked = stage.ana.uses(stage.ops, '/ops status', {});
    await asked.answered;
    expect(order).toEqual(['on disk, waiting']);
  });

  it('that needs more opens a form as the first answer, and the form is the line', async () => {
    stage.desk.formOf = (line) =>
      line === 'rollback'
        ? {
            title: 'rollback',
            line,
            fields: [
              {
                name: 'service',
                label: 'service',
                hint: 'The service.',
                required: true,
                kind: 'choice',
                choices: ['checkout', 'cart'].map((value) => ({ value, label: value })),
                value: '',
              },
              {
                name: 'reason',
                label: 'reason',
                hint: 'Why.',
                required: false,
                kind: 'text',
                choices: [],
                value: '',
              },
            ],
          }
        : undefined;
    const asked = stage.ana.uses(stage.ops, '/change rollback', {});
    await asked.answered;
    expect(asked.outcome).toBe('modal');
    expect(stage.desk.taken).toEqual([]);
    const sent = stage.ana.submits(asked, { service: 'checkout', reason: 'it is broken' });
    await sent.answered;
    expect(stage.desk.taken[0]).toMatchObject({
      kind: 'line',
      line: 'rollback checkout reason="it is broken"',
    });
  });

  it('by a button that needs more keeps its incident through the form', async () => {
    const { card } = await incident();
    const field = {
      name: 'reason',
      label: 'reason',
      hint: 'Why.',
      required: true,
      kind: 'text',
      choices: [],
      value: '',
    } as const;
    stage.desk.formOf = (line, thread) =>
      line === 'ack' && thread === 'inc-1' ? { title: 'ack', line, fields: [field] } : undefined;
    const asked = stage.ana.presses(card, 'Acknowledge');
    await asked.answered;
    expect(asked.modal?.fields.map(({ label }) => label)).toEqual(['reason']);
    stage.desk.formOf = () => undefined;
    await stage.ana.submits(asked, { reason: 'mine' }).answered;
    expect(stage.desk.taken[0]).toMatchObject({ kind: 'line', thread: 'inc-1' });
  });

  it('by a form that is no line yet is told what is wrong, and gets the form back as it was', async () => {
    stage.desk.formOf = (line) =>
      line.includes('6') ? undefined : { title: 'scale', line, fields: [replicas(line)] };
    const asked = stage.ana.uses(stage.ops, '/ops line', { line: 'scale checkout' });
    await asked.answered;
    const wrong = stage.ana.submits(asked, { replicas: 'many' });
    await wrong.answered;
    expect(wrong.sees).toContain('"many" is no number.');
    expect(wrong.message?.hidden).toBe(true);
    expect(stage.desk.taken).toEqual([]);
    const again = stage.ana.presses(wrong.message ?? stage.ops, 'Fill it in again');
    await again.answered;
    expect(again.modal?.fields).toMatchObject([{ label: 'replicas', value: 'many' }]);
    await stage.ana.submits(again, { replicas: '6' }).answered;
    expect(stage.desk.taken).toMatchObject([{ kind: 'line', line: expect.stringContaining('6') }]);
  });

  it('by a form that is not asked any more is out of date', async () => {
    stage.desk.formOf = (line) => ({ title: 'scale', line, fields: [replicas(line)] });
    const asked = stage.ana.uses(stage.ops, '/ops line', { line: 'scale checkout' });
    await asked.answered;
    const wrong = stage.ana.submits(asked, { replicas: 'many' });
    await wrong.answered;
    stage.desk.formOf = () => undefined;
    const again = stage.ana.presses(wrong.message ?? stage.ops, 'Fill it in again');
    await again.answered;
    expect(again.sees).toContain('DISCORD_FORM_OUT_OF_DATE');
    expect(stage.desk.taken).toEqual([]);
  });

  it('is acknowledged once more when nobody knows whether it was', async () => {
    const route = 'POST /interactions/{interaction_id}/{interaction_token}/callback';
    stage.discord.outage.failNext(1, { kind: 'answer lost' }, route);
    stage.desk.answers = async () => saying('All is well.');
    const asked = stage.ana.uses(stage.ops, '/ops status');
    await eventually('the answer', () => asked.sees.includes('All is well.'));
    expect(stage.desk.taken).toHaveLength(1);
  });

  it('that was put on disk too late for Discord is done, and answered in private', async () => {
    const slow = Promise.withResolvers<void>();
    const take = stage.desk.take.bind(stage.desk);
    stage.desk.take = async (asked) => {
      await slow.promise;
      return take(asked);
    };
    stage.desk.answers = async () => saying('It is done.');
    const asked = stage.ana.uses(stage.ops, '/incident ack');
    stage.clock.passes(3_001);
    await asked.answered;
    expect(asked.outcome).toBe('failed');
    slow.resolve();
    await eventually('the answer', () => stage.ana.direct().messages().length === 1);
    expect(stage.ana.direct().last().content).toContain('It is done.');
    expect(stage.acknowledged).toEqual([]);
  });

  it('comes late through a platform that limits, and comes', async () => {
    const route = 'PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original';
    stage.discord.outage.failNext(2, { kind: 'rate limited', retryAfterS: 1 }, route);
    stage.desk.answers = async () => saying('All is well.');
    const asked = stage.ana.uses(stage.ops, '/ops status');
    await asked.answered;
    await eventually('the answer', () => {
      stage.clock.passes(200);
      return asked.sees.includes('All is well.');
    });
  });

  it('is completed while it is typed', async () => {
    const asked = stage.ana.completes(stage.ops, '/change rollback', { service: 'c' });
    await asked.answered;
    expect(asked.choices.map(({ value }) => value)).toEqual(['checkout', 'cart']);
    expect(stage.desk.taken).toEqual([]);
  });

  it('by View plan opens the plan whole, and an approval below it is of exactly that', async () => {
    const lines = Array.from({ length: 300 }, (_, index) => `containers[${index}].image a → b`);
    const long: Card = {
      ...planCard,
      blocks: [{ kind: 'code', title: 'Diff', text: lines.join('\n') }],
    };
    const { thread } = await incident(long);
    stage.desk.answers = async () => ({ to: 'asker', card: long });
    const view = stage.ben.presses(thread, 'View plan');
    await view.answered;
    const last = await eventually('all of the plan', () => {
      const message = view.followups.at(-1);
      return message?.buttons.some(({ label }) => label === 'Approve') ? message : undefined;
    });
    const shown = [view.message, ...view.followups].map((message) => message?.text).join('\n');
    for (const line of lines) expect(shown).toContain(line);
    await stage.ben.presses(last, 'Approve').answered;
    expect(stage.desk.taken.at(-1)).toMatchObject({
      key: 'operation/op-41',
      press: { kind: 'approve', operation: 'op-41', hash: planHash },
      fresh: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it('that is dangerous opens anew from the record, and counts there', async () => {
    const [approve, decline] = planCard.actions;
    if (!approve || !decline) throw new Error('no actions');
    const danger: Card = { ...planCard, actions: [{ ...approve, confirm: 'fresh' }, decline] };
    const { thread } = await incident(danger);
    const opened = stage.ben.presses(thread, 'Approve');
    await opened.answered;
    const fresh = await eventually('the fresh plan', () =>
      opened.message?.buttons.some(({ label }) => label === 'Approve') ? opened.message : undefined,
    );
    expect(fresh.hidden).toBe(true);
    expect(stage.desk.taken).toEqual([]);
    await stage.ben.presses(fresh, 'Approve').answered;
    expect(stage.desk.taken[0]).toMatchObject({
      press: { kind: 'approve', hash: planHash },
      fresh: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it('that is dangerous and has moved on is out of date', async () => {
    const [approve] = planCard.actions;
    if (!approve) throw new Error('no action');
    const danger: Card = { ...planCard, actions: [{ ...approve, confirm: 'fresh' }] };
    const { thread } = await incident(danger);
    stage.desk.cards.set('inc-1 operation/op-41', { ...danger, actions: [] });
    const pressed = stage.ben.presses(thread, 'Approve');
    await pressed.answered;
    expect(pressed.sees).toContain('DISCORD_BUTTON_OUT_OF_DATE');
    expect(pressed.message?.hidden).toBe(true);
  });

  it('by a button too long for Discord is found again on the card', async () => {
    const press = {
      kind: 'line',
      line: `rollback checkout reason="${'because '.repeat(20)}"`,
      incident: 'inc-1',
    } as const;
    const plan: Card = {
      ...planCard,
      actions: [{ key: 'again', label: 'Plan again', style: 'plain', press }],
    };
    const { thread } = await incident(plan);
    await stage.ana.presses(thread, 'Plan again').answered;
    expect(stage.desk.taken[0]).toMatchObject({ press, key: 'operation/op-41' });
  });

  it('from a menu wants the thread of that incident', async () => {
    const options = [1, 2].map((index) => ({
      label: `incident ${index}`,
      press: { kind: 'want', incident: `inc-${index}` } as const,
    }));
    const card: Card = { ...incidentCard, menu: { key: 'open', label: 'Open', options } };
    await stage.connection.surface.ensureRoot(rootPost({ incident: 'storm-1', card }));
    await stage.ana.picks(stage.ops, 'incident 2').answered;
    expect(stage.desk.taken[0]).toMatchObject({ press: { kind: 'want', incident: 'inc-2' } });
  });

  it('is answered in private when its token has lapsed', async () => {
    const late = Promise.withResolvers<void>();
    stage.desk.answers = async () => {
      await late.promise;
      return saying('At last.');
    };
    const asked = stage.ana.uses(stage.ops, '/ops status');
    await asked.answered;
    stage.clock.passes(16 * 60_000);
    late.resolve();
    await eventually('the answer', () => stage.ana.direct().messages().length === 1);
    expect(stage.ana.direct().last().content).toContain('At last.');
  });

  it('is answered in full by a file when it is too long to be shown', async () => {
    const text = Array.from({ length: 3_000 }, (_, index) => `line ${index} of the log`).join('\n');
    const card = {
      ...saying('Logs').card,
      blocks: [{ kind: 'code', title: 'web', text } as const],
    };
    stage.desk.answers = async () => ({ to: 'asker', card });
    const asked = stage.ana.uses(stage.ops, '/ops logs', { service: 'checkout' });
    await asked.answered;
    const file = await eventually('the file', () => asked.followups.at(-1)?.files[0]);
    expect(file.name).toBe('answer.txt');
    expect(file.bytes.toString()).toContain('line 2999 of the log');
  });

  it('is said aloud where the answer is for all', async () => {
    stage.desk.answers = async () => saying('Everybody sees this.', 'thread');
    const asked = stage.ana.uses(stage.ops, '/ops status');
    await asked.answered;
    await eventually('it is said', () => stage.ops.transcript().includes('Everybody sees this.'));
  });
});

function replicas(line: string) {
  const isWrong = line.includes('many');
  return {
    name: 'replicas',
    label: 'replicas',
    hint: '',
    ...(isWrong ? { fault: '"many" is no number.' } : {}),
    required: true,
    kind: 'text',
    choices: [],
    value: isWrong ? 'many' : '',
  } as const;
}
