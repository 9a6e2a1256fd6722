import { problem } from '../core/problem.ts';
import type { Answer } from '../core/view/card.ts';
import { refused } from './answer.ts';
import { type Asking, isProblem } from './command.ts';
import { pin as command } from './commands/pin.ts';
import type { Desk } from './desk.ts';
import type { Pinned } from './dispatch.ts';
import { evidence, personOf } from './judgement.ts';
import { deskOf } from './privacy.ts';
import { sayToIncident } from './run.ts';

/** A message is pinned by the same right as `pin` is typed; its author and its time are the platform's word. */
export async function pinMessage(whole: Desk, pinned: Pinned): Promise<Answer> {
  const { pin, actor, cause } = pinned;
  const by = await evidence(whole, actor);
  if (isProblem(by)) return refused(by, whole);
  const desk = deskOf(whole, by);
  if (pinned.incident === '') return refused(problem('INCIDENT_REQUIRED', { verb: 'pin' }), desk);
  const incident = await desk.incident(pinned.incident);
  if (!incident) return refused(problem('INCIDENT_NOT_FOUND', { incident: pinned.incident }), desk);
  const at = desk.now();
  const asked: Asking = {
    desk,
    at,
    by,
    line: 'pin',
    args: {},
    service: '',
    environment: '',
    incident,
    request: `person/${by.person}/${cause}`,
  };
  const { author: account, authorName: name, at: writtenAt, text, link, images } = pin;
  const person = personOf(desk, { surface: actor.surface, account }) ?? '';
  const message = { author: { person, account, name }, writtenAt, text, link, images };
  return sayToIncident(command, asked, {
    intent: { type: 'PinMessage', at, by, ...message },
    cause,
  });
}
