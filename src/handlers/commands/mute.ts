import { parseDuration } from '../../core/duration.ts';
import { problem } from '../../core/problem.ts';
import { personSpan, time } from '../../core/view/words.ts';
import type { Argument, OwnCommand } from '../command.ts';

const longestMs = 7 * 24 * 60 * 60_000;

const personArgument: Argument = {
  name: 'person',
  kind: 'person',
  required: true,
  named: false,
  summary: 'Whose requests.',
};

export const mute: OwnCommand = {
  does: 'own',
  name: 'mute',
  family: 'ops',
  risk: 'read',
  summary:
    'Be written to no more when this person asks for approvals. You may still approve, and the thread shows every plan.',
  args: [
    personArgument,
    {
      name: 'for',
      kind: 'duration',
      required: true,
      named: true,
      summary: 'How long: 1h, 8h; a week at most.',
    },
  ],
  example: 'mute ana for=8h',
  async act({ desk, at, by, args }, telling) {
    const requester = String(args['person']);
    const durationMs = parseDuration(String(args['for'])) ?? 0;
    if (durationMs < 60_000 || durationMs > longestMs) {
      return problem('MUTE_TIME', { given: String(args['for']) });
    }
    const until = at + durationMs;
    const event = { type: 'RequesterMuted', v: 1, requester, until, surface: by.surface } as const;
    await desk.tellMute(by.person, event, telling);
    return {
      title: ['You are not written to about requests of ', personSpan(requester, desk.words)],
      blocks: [{ kind: 'text', text: ['Until ', time(until), '.'] }],
    };
  },
};

export const unmute: OwnCommand = {
  does: 'own',
  name: 'unmute',
  family: 'ops',
  risk: 'read',
  summary: 'Be written to again when this person asks for approvals.',
  args: [personArgument],
  example: 'unmute ana',
  async act({ desk, by, args }, telling) {
    const requester = String(args['person']);
    const event = { type: 'RequesterUnmuted', v: 1, requester, surface: by.surface } as const;
    await desk.tellMute(by.person, event, telling);
    const who = personSpan(requester, desk.words);
    return { title: ['You are written to again about requests of ', who], blocks: [] };
  },
};
