import { expect } from 'vitest';
import { cardText, plain } from '../../../../src/core/view/text.ts';
import { createChatSurface, type Message } from '../../../fakes/chat-surface.ts';
import { bareConfig, type Life, type Stage, type StageMessage, type StageThread } from './stage.ts';

/** No platform at all: cards as text, lines handed to dispatch. What is quick, and what every platform has to come to. */
export function plainStage(): Stage {
  const chat = createChatSurface();
  let life: Life | undefined;
  let requests = 0;

  const bot = () => {
    if (!life) throw new Error('no bot lives');
    return life.bot;
  };
  const asked = (person: string) => {
    requests += 1;
    return { actor: { surface: 'console', account: person }, cause: `plain/${requests}` };
  };

  function messageOf(incident: string, key: string): StageMessage {
    const now = () => chat.messages(incident).find((one) => one.key === key);
    const card = () => {
      const piece = now()?.piece;
      if (piece === undefined) return undefined;
      if (!('kind' in piece)) return piece;
      return piece.kind === 'card' ? piece.card : undefined;
    };
    return {
      id: key,
      get text() {
        const message = now();
        return message ? textOf(message) : '';
      },
      get buttons() {
        return card()?.actions.map(({ label }) => label) ?? [];
      },
      async presses(person, button) {
        const pressed = card()?.actions.find(({ label }) => label === button);
        if (!pressed) throw new Error(`there is no button ${button}`);
        const answer = await bot().dispatch.press({
          press: pressed.press,
          incident,
          shown: { digest: 'f'.repeat(64), fresh: true },
          ...asked(person),
        });
        return cardText(answer.card);
      },
    };
  }

  function threadOf(incident: string): StageThread {
    return {
      id: incident,
      messages: async () => chat.messages(incident).map(({ key }) => messageOf(incident, key)),
      async says(person, line) {
        const answer = await bot().dispatch.say({ line, incident, ...asked(person) });
        return cardText(answer.card);
      },
    };
  }

  return {
    name: 'plain',
    config: { ...bareConfig, places: { chat: '#ops' } },
    async open(opened) {
      life = opened;
      return { surfaces: [chat.surface], connections: [], close: async () => undefined };
    },
    threads: async () => chat.incidents().map(threadOf),
    async says(person, line) {
      const answer = await bot().dispatch.say({ line, incident: '', ...asked(person) });
      return cardText(answer.card);
    },
    isInOrder(crashes) {
      const lines = chat.incidents().flatMap((incident) => chat.messages(incident));
      const edited = lines.filter(
        ({ piece, edits }) => 'kind' in piece && piece.kind === 'line' && edits > 0,
      );
      expect(edited, 'a line once posted stays as it is').toEqual([]);
      expect(chat.repeated(), 'only a crash may forget a post').toBeLessThanOrEqual(crashes);
    },
    close: async () => undefined,
  };
}

function textOf({ piece }: Message): string {
  if (!('kind' in piece)) return cardText(piece);
  return piece.kind === 'card' ? cardText(piece.card) : plain(piece.text);
}
