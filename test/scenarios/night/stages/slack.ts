import { expect } from 'vitest';
import {
  type FakePerson,
  type FakeSlack,
  type Message,
  startFakeSlack,
} from '../../../fakes/slack/index.ts';
import type { TurningClock } from '../../../fakes/turning-clock.ts';
import { connectionsOf } from './connections.ts';
import { people, type Stage, type StageMessage, type StageThread, strangers } from './stage.ts';

const team = 'T0SHOP';

/** Slack, with people who sit in #ops. Socket Mode, as the bot comes up by default. */
export async function slackStage(clock: TurningClock): Promise<Stage> {
  const slack = await startFakeSlack({ clock });
  const shop = slack.workspace({ name: 'shop', id: team });
  const ops = shop.channel('ops');
  const persons = new Map(
    [...people, ...strangers].map((name) => [name, shop.person(name === '' ? 'nobody' : name)]),
  );

  const person = (name: string): FakePerson => {
    const found = persons.get(name);
    if (!found) throw new Error(`nobody is called ${name}`);
    return found;
  };

  /** What only this person was shown since, once there is something. */
  async function answerTo(
    name: string,
    deed: (who: FakePerson) => Promise<unknown>,
  ): Promise<string> {
    const who = person(name);
    const before = who.sees(ops).length;
    const modalBefore = who.modal();
    await deed(who);
    return slack.until(() => {
      const modal = who.modal();
      if (modal !== undefined && modal !== modalBefore) return modal;
      const seen = who.sees(ops).slice(before);
      return seen.length > 0 && seen.join('\n');
    }, 15_000);
  }

  function threadOf(root: Message): StageThread {
    return {
      id: root.ts,
      messages: async () => [root, ...shop.replies(root)].map(messageOf),
      says: (name, line) => answerTo(name, (who) => who.says(`@tocsin ${line}`, root)),
    };
  }

  function messageOf(message: Message): StageMessage {
    return {
      id: message.ts,
      get text() {
        return shop.messageText(message);
      },
      get buttons() {
        return buttonsOf(shop.messageText(message));
      },
      async presses(name, button) {
        const answer = await answerTo(name, (who) => who.presses(button, message));
        // What is dangerous opens a rendering made for the press, and what is pressed there counts.
        const who = person(name);
        return who.view()?.content['submit'] !== undefined && who.modal() === answer
          ? answerTo(name, () => who.submits())
          : answer;
      },
    };
  }

  return {
    name: 'slack',
    config: {
      surfaces: `  slack: { main: { team: ${team}, bot_token: \${env:SLACK_BOT}, app_token: \${env:SLACK_APP}, api: ${slack.apiUrl} } }`,
      accounts: (name) => `, slack: ${team}/${person(name).id}`,
      route: ', slack: "main/#ops"',
      env: { SLACK_BOT: shop.botToken, SLACK_APP: slack.appToken },
      places: {},
    },
    open: connectionsOf('slack'),
    threads: async () =>
      shop
        .roots(ops)
        .filter(({ bot }) => bot !== undefined)
        .map(threadOf),
    says: (name, line) => answerTo(name, (who) => who.types(`/ops ${line}`, ops)),
    isInOrder() {
      expect(slack.unacknowledged(), 'every press is acknowledged in time').toEqual([]);
      expect(slack.refused429(), 'no call is refused for its rate').toBe(0);
      const refused = slack.calls.filter((call) => isBadPayload(call));
      expect(refused, 'no payload is refused').toEqual([]);
    },
    close: () => slack.close(),
  };
}

function isBadPayload({ outcome }: FakeSlack['calls'][number]): boolean {
  return /invalid_blocks|msg_too_long|msg_blocks_too_long|invalid_arguments|no_text/.test(outcome);
}

/** The fake shows a button as `[Approve]`. */
function buttonsOf(text: string): readonly string[] {
  const last = text.split('\n').filter((line) => /^\s*(\[[^\]]+\]\s*)+$/.test(line));
  return last.flatMap((line) => [...line.matchAll(/\[([^\]]+)\]/g)].map(([, label = '']) => label));
}
