import { type Acknowledge, type At, isHeard, personOf, take } from './deeds.ts';
import { openForm } from './dialogues.ts';
import { lineOr, typedText } from './lines.ts';
import type { Origin } from './reply.ts';
import type { CommandBody } from './schema.ts';

/** `/ops …`. Slack knows no slash commands inside threads: there it is a mention, or a button. */
export async function takeCommand(
  at: At,
  body: CommandBody,
  acknowledge: Acknowledge,
): Promise<void> {
  const { options } = at.workspace;
  const origin: Origin = {
    user: body.user_id,
    channel: body.channel_id,
    root: '',
    inThread: false,
    responseUrl: body.response_url,
  };
  if (!(await isHeard(at, origin, acknowledge))) return;
  const line = lineOr(typedText(body.text, personOf(at.workspace)));
  const form = options.desk.form(line, '');
  const deed = { kind: 'line', line, thread: '', cause: `command/${body.trigger_id}` } as const;
  if (!form) {
    await take(at, { origin, deed }, acknowledge);
    return;
  }
  // To open a form is no deed: nothing is kept of it, and Slack gives three seconds for it.
  await acknowledge();
  const opening = { origin, trigger: body.trigger_id, thread: '' };
  if (await openForm(at.workspace, form, opening)) return;
  await take(at, { origin, deed }, alreadyDone);
}

async function alreadyDone(): Promise<void> {}
