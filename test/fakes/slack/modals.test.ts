import type { App, types, ViewResponseAction, ViewSubmitAction } from '@slack/bolt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TurningClock, turningClock } from '../turning-clock.ts';
import { button, outcomeOf, type Shop, startApp, startShop } from './given.ts';

let clock: TurningClock;
let at: Shop;
let app: App;

beforeEach(async () => {
  clock = turningClock();
  at = await startShop({ clock, rates: 'unlimited' });
  app = await startApp(at);
});

afterEach(async () => {
  await app.stop();
  await at.slack.close();
});

const plain = (text: string) => ({ type: 'plain_text' as const, text });

function modal(more: Partial<types.ModalView> = {}): types.ModalView {
  return {
    type: 'modal',
    callback_id: 'm',
    title: plain('Scale'),
    blocks: [{ type: 'section', text: plain('How many?') }],
    ...more,
  };
}

/** Lets the app keep what it was sent, and acknowledge it. */
function triggers(): { readonly last: () => string } {
  let trigger = '';
  app.command('/ops', async ({ ack, body }) => {
    trigger = body.trigger_id;
    await ack();
  });
  return { last: () => trigger };
}

describe('a trigger', () => {
  const open = (trigger: string) =>
    outcomeOf(app.client.views.open({ trigger_id: trigger, view: modal() }));

  it('opens one modal', async () => {
    const { last } = triggers();
    await at.ana.types('/ops scale', at.ops);
    expect(await open(last())).toBe('ok');
    expect(at.ana.modal()).toBe('Scale\nHow many?');
    expect(await open(last())).toBe('exchanged_trigger_id');
    expect(await open('1.2.x')).toBe('invalid_trigger_id');
  });

  it('expires after three seconds', async () => {
    const { last } = triggers();
    await at.ana.types('/ops scale', at.ops);
    clock.passes(3_001);
    expect(await open(last())).toBe('expired_trigger_id');
    expect(at.ana.modal()).toBeUndefined();
  });
});

describe('a modal', () => {
  const input = (id: string, element: types.InputBlock['element'], optional = false) => ({
    type: 'input' as const,
    block_id: id,
    label: plain(id),
    element: { action_id: 'value', ...element },
    optional,
  });

  async function opened(view: types.ModalView) {
    const { last } = triggers();
    await at.ana.types('/ops scale', at.ops);
    return app.client.views.open({ trigger_id: last(), view });
  }

  it('collects what was entered, as the platform keeps it', async () => {
    const seen: unknown[] = [];
    app.view('m', async ({ ack, view }) => {
      seen.push(view.state.values);
      await ack();
    });
    const options = ['eu-1', 'us-1'].map((text) => ({ text: plain(text), value: text }));
    await opened(
      modal({
        submit: plain('Plan'),
        blocks: [
          input('count', { type: 'number_input', is_decimal_allowed: false, max_value: '12' }),
          input('region', { type: 'static_select', options }),
          input('why', { type: 'plain_text_input' }, true),
          input('who', { type: 'users_select' }),
        ],
      }),
    );
    await expect(at.ana.submits({ count: '13' })).rejects.toThrow('does not take 13');
    await expect(at.ana.submits({ region: 'mars' })).rejects.toThrow('only: eu-1, us-1');
    await expect(at.ana.submits({ colour: 'red' })).rejects.toThrow('asks for no "colour"');
    await at.ana.submits({ count: '3', region: 'eu-1', who: at.ben.id });
    expect(seen).toEqual([
      {
        count: { value: { type: 'number_input', value: '3' } },
        region: {
          value: {
            type: 'static_select',
            selected_option: { ...options[0], text: { ...plain('eu-1'), emoji: true } },
          },
        },
        why: { value: { type: 'plain_text_input', value: null } },
        who: { value: { type: 'users_select', selected_user: at.ben.id } },
      },
    ]);
  });

  it('follows the answer: update, push, clear', async () => {
    const answers: ViewResponseAction[] = [
      { response_action: 'update', view: modal({ title: plain('Two'), submit: plain('Go') }) },
      { response_action: 'push', view: modal({ title: plain('Three'), submit: plain('Go') }) },
      { response_action: 'clear' },
    ];
    app.view<ViewSubmitAction>('m', async ({ ack }) => {
      const answer = answers.shift();
      await (answer ? ack(answer) : ack());
    });
    await opened(modal({ submit: plain('Go') }));
    await at.ana.submits();
    expect(at.ana.modal()).toContain('Two');
    await at.ana.submits();
    expect(at.ana.modal()).toContain('Three');
    await at.ana.submits();
    expect(at.ana.modal()).toBeUndefined();
  });

  it('stacks three views and no more', async () => {
    const outcomes: string[] = [];
    app.action('more', async ({ ack, body, client }) => {
      await ack();
      if (!('trigger_id' in body)) return;
      outcomes.push(
        await outcomeOf(
          client.views.push({ trigger_id: String(body.trigger_id), view: withButton }),
        ),
      );
    });
    const withButton = modal({
      blocks: [{ type: 'actions', elements: [button('More', 'more')] }],
    });
    await opened(withButton);
    for (let index = 0; index < 3; index += 1) {
      await at.ana.presses('More', 'modal');
      await at.slack.until(() => outcomes.length === index + 1);
    }
    expect(outcomes).toEqual(['ok', 'ok', 'push_limit_reached']);
  });

  it('lets only the one who saw the newest version change it', async () => {
    const { view } = await opened(modal({ external_id: 'one' }));
    const update = (hash: string) => {
      const newer = modal({ title: plain('New') });
      return outcomeOf(app.client.views.update({ view_id: String(view?.id), hash, view: newer }));
    };
    expect(await update(String(view?.hash))).toBe('ok');
    expect(await update(String(view?.hash))).toBe('hash_conflict');
    await at.ana.closes();
    expect(await update('')).toBe('not_found');
  });

  it('tells the app that it was closed when it asked for that', async () => {
    const closed: string[] = [];
    app.view({ callback_id: 'm', type: 'view_closed' }, async ({ ack, view }) => {
      closed.push(view.callback_id);
      await ack();
    });
    await opened(modal());
    expect(await at.ana.closes()).toBeUndefined();
    await opened(modal({ notify_on_close: true }));
    await at.ana.closes();
    expect(closed).toEqual(['m']);
  });
});
