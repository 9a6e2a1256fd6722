import type { types } from '@slack/bolt';
import type { Answer, Card } from '../../../../core/view/card.ts';
import { cardText } from '../../../../core/view/text.ts';
import type { Form } from '../../../../handlers/form.ts';
import { uploadText } from '../files.ts';
import { settingOf } from '../outbound.ts';
import { doneSchema, viewOpenedSchema } from '../schema.ts';
import type { Workspace } from '../workspace.ts';
import { type Origin, problemCard } from './reply.ts';
import { cardView, formView, plainView } from './views.ts';

/** A trigger is good for three seconds, and once: https://docs.slack.dev/interactivity/handling-user-interaction#triggers */
export interface Opening {
  readonly origin: Origin;
  readonly trigger: string;
}

export interface FormOpening extends Opening {
  /** The incident the line is meant for; '' for none. */
  readonly thread: string;
}

/** What is read before a modal is opened without it. */
const readWithinMs = 1_500;

/** False when it could not be opened. */
export async function openForm(
  workspace: Workspace,
  form: Form,
  { origin, trigger, thread }: FormOpening,
): Promise<boolean> {
  const view = formView(form, origin, thread);
  return view !== undefined && (await open(workspace, trigger, view)) !== undefined;
}

/** Shows a card whole, made anew from the record. False when there is no such card. */
export async function openCard(
  workspace: Workspace,
  what: { readonly thread: string; readonly key: string },
  { origin, trigger }: Opening,
): Promise<boolean> {
  const { desk, clock, log, name } = workspace.options;
  const reading = desk.card(what.thread, what.key).catch((error: unknown) => {
    log('slack card could not be read', { surface: name, error });
    return undefined;
  });
  const late = new Promise<'late'>((resolve) => clock.after(readWithinMs, () => resolve('late')));
  const first = await Promise.race([reading, late]);
  if (first === undefined) return false;
  if (first !== 'late') {
    await open(workspace, trigger, await whole(workspace, first, { origin, thread: what.thread }));
    return true;
  }
  const setting = settingOf(workspace, { thread: what.thread, first: false });
  const opened = await open(workspace, trigger, plainView(waitingCard, setting));
  const card = await reading;
  if (opened === undefined) return true;
  const view = card
    ? await whole(workspace, card, { origin, thread: what.thread })
    : plainView(problemCard('SLACK_CARD_GONE'), setting);
  await update(workspace, opened, view);
  return true;
}

/** What became of a press in a modal, in its place. */
export async function showAnswer(
  workspace: Workspace,
  view: string,
  { card }: Answer,
): Promise<void> {
  const setting = settingOf(workspace, { thread: '', first: false });
  await update(workspace, view, plainView(card, setting));
}

/** One that is too long even for a modal says so first, and comes as a file into the thread where only members read. */
async function whole(
  workspace: Workspace,
  card: Card,
  { origin, thread }: { readonly origin: Origin; readonly thread: string },
): Promise<types.ModalView> {
  const setting = settingOf(workspace, { thread, first: false });
  const shown = cardView(card, { origin, setting });
  const { desk, name, team } = workspace.options;
  desk.opened({ surface: name, account: `${team}/${origin.user}` }, shown.rendered.digest);
  if (shown.rendered.whole) return shown.view;
  const { channel, root } = origin;
  if (channel !== '' && (await workspace.channels.isShared(channel)) === false) {
    await uploadText(
      workspace,
      { channel, root },
      { name: 'plan.txt', title: 'The whole plan', text: cardText(card) },
    );
  }
  const [said] = problemCard('SLACK_TOO_LARGE_TO_SHOW').blocks;
  const blocks = said ? [said, ...card.blocks] : card.blocks;
  return cardView({ ...card, blocks }, { origin, setting }).view;
}

async function open(
  workspace: Workspace,
  trigger: string,
  view: types.ModalView,
): Promise<string | undefined> {
  const { call } = await workspace.client();
  const called = await call('views.open', { trigger_id: trigger, view }, viewOpenedSchema);
  return called.ok ? called.value.view.id : undefined;
}

async function update(workspace: Workspace, id: string, view: types.ModalView): Promise<void> {
  const { call } = await workspace.client();
  await call('views.update', { view_id: id, view }, doneSchema);
}

const waitingCard: Card = {
  key: 'waiting',
  tone: 'neutral',
  mark: '',
  title: ['Reading the record …'],
  blocks: [],
  actions: [],
  footnote: [],
};
