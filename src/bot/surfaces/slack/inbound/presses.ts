import type { Press } from '../../../../core/view/card.ts';
import { unticked } from '../../../../core/view/words.ts';
import { type Form, faultsOf, lineOf } from '../../../../handlers/form.ts';
import { type PressValue, readButtonValue, readMenuId, readOptionValue } from '../press.ts';
import { refOf } from '../refs.ts';
import { type Acknowledge, type At, isHeard, take, threadOf } from './deeds.ts';
import { type Opening, openCard, openForm, showAnswer } from './dialogues.ts';
import { publishHome } from './home.ts';
import { type Origin, refuse } from './reply.ts';
import type { ActionsBody, SubmissionBody } from './schema.ts';
import { enteredIn, formCallback, formView, originOf, pressIn, readNote } from './views.ts';

/** A button or a menu: in a message, in a modal, in App Home. */
export async function takeAction(
  at: At,
  body: ActionsBody,
  acknowledge: Acknowledge,
): Promise<void> {
  const origin = placeOf(body);
  const [done] = body.actions;
  const value = done && pressValue(done);
  // A press on nothing of ours, and one that only opened an address, say nothing.
  if (!value || value.press.kind === 'open') return acknowledge();
  if (!(await isHeard(at, origin, acknowledge))) return;
  const { channel_id: channel, message_ts: ts, is_ephemeral: isWhispered } = body.container;
  if (channel && ts && !isWhispered) {
    at.workspace.pressEdits.pressed(refOf({ channel, ts }), body.response_url);
  }
  const thread = threadOf(at.workspace, origin, value.thread);
  const place = body.container.message_ts ?? body.container.view_id ?? '';
  const cause = `press/${place}/${done.action_ts}/${body.user.id}`;
  const stray = await isStray(at, body, value.press);
  const opening = { origin, trigger: body.trigger_id, cause };
  if (value.fresh || value.press.kind === 'view') {
    await acknowledge();
    return shows(at, { ...value, thread }, opening);
  }
  if (stray && value.press.kind === 'approve') {
    // What they read may be anybody's: they see the plan as the record has it, and press there.
    await acknowledge();
    const { operation } = value.press;
    const key = thread === operation ? 'root' : `operation/${operation}`;
    return shows(at, { ...value, key, thread: thread || operation }, opening);
  }
  const note = body.view?.type === 'modal' ? readNote(body.view.private_metadata) : undefined;
  const fresh = note?.p ? { fresh: note.p.digest } : {};
  const { press, key } = value;
  const deed = { kind: 'press', press, key, thread, cause, stray, ...fresh } as const;
  const form = body.view?.type === 'modal' ? undefined : formFor(at, press, thread);
  if (form) {
    await acknowledge();
    if (await openForm(at.workspace, form.form, { ...opening, thread: form.thread })) return;
  }
  const told = form ? alreadyDone : acknowledge;
  const { answered } = await take(at, { origin, deed }, told);
  if (body.view?.type === 'modal') await showAnswer(at.workspace, body.view.id, await answered);
  if (body.view?.type === 'home') await answered.then(() => publishHome(at, body.user.id));
}

/** Whether a press that decides stands on no post of ours. A modal is ours; what was whispered is nobody's post. */
async function isStray(
  { workspace }: At,
  { container, view }: ActionsBody,
  press: Press,
): Promise<boolean> {
  if (view?.type === 'modal') return false;
  const { desk, metrics, name } = workspace.options;
  const ref = refOf({ channel: container.channel_id ?? '', ts: container.message_ts ?? '' });
  const stray = !(await desk.standsOn(name, ref, press));
  if (stray && !view && !container.is_ephemeral) metrics.refused(name, 'BUTTON_NOT_OURS');
  return stray;
}

/** A button whose line lacks something asks for it, as the line would if it were typed. */
function formFor({ workspace }: At, press: PressValue['press'], thread: string) {
  if (press.kind !== 'line') return undefined;
  const meant = press.incident === '' ? thread : press.incident;
  const form = workspace.options.desk.form(press.line, meant);
  return form && { form, thread: meant };
}

async function alreadyDone(): Promise<void> {}

/** To look at something is no deed. What stands in no thread that we know is answered from the record instead. */
async function shows(
  at: At,
  { press, key: own, thread }: PressValue,
  { origin, trigger, cause }: Opening & { readonly cause: string },
): Promise<void> {
  const key = press.kind === 'view' ? `operation/${press.operation}` : own;
  if (await openCard(at.workspace, { thread, key }, { origin, trigger })) return;
  if (press.kind !== 'view') return refuse(at.workspace, origin, 'SLACK_CARD_GONE');
  const deed = { kind: 'press', press, key, thread, cause } as const;
  await take(at, { origin, deed }, async () => undefined);
}

function pressValue(done: ActionsBody['actions'][number]): PressValue | undefined {
  if (done.value !== undefined) return readButtonValue(done.value);
  const press = done.selected_option ? readOptionValue(done.selected_option.value) : undefined;
  const menu = readMenuId(done.action_id);
  return press && menu && { ...menu, press, fresh: false };
}

function placeOf({
  user,
  container,
  message,
  view,
  response_url: responseUrl,
}: ActionsBody): Origin {
  if (view) return originOf(readNote(view.private_metadata), user.id);
  const channel = container.channel_id ?? '';
  const root = container.thread_ts ?? message?.thread_ts ?? container.message_ts ?? '';
  return { user: user.id, channel, root, inThread: root !== container.message_ts, responseUrl };
}

/** A form that was filled in, or a fresh rendering that was confirmed. */
export async function takeSubmission(
  at: At,
  body: SubmissionBody,
  acknowledge: Acknowledge,
): Promise<void> {
  const { view, user } = body;
  const note = readNote(view.private_metadata);
  if (!note) return acknowledge();
  const origin = originOf(note, user.id);
  if (!(await isHeard(at, origin, acknowledge))) return;
  const common = { thread: note.t, cause: `view/${view.id}` };
  if (view.callback_id === formCallback) {
    if (!note.f) return acknowledge();
    const entered = enteredIn(view.state.values);
    const line = lineOf({ ...note.f, fields: [] }, entered);
    const again = at.workspace.options.desk.form(line, note.t);
    const correction =
      again && correctionOf(again, Object.keys(entered), { origin, thread: note.t });
    if (correction) return acknowledge(correction);
    await take(at, { origin, deed: { ...common, kind: 'line', line } }, acknowledge);
    return;
  }
  const value = pressIn(note);
  if (!value || !note.p) return acknowledge();
  const { press, key } = value;
  // A view can be made by whoever holds the tokens: only one that was opened here decides.
  const stray = press.kind === 'approve';
  const deed = { ...common, kind: 'press', press, key, fresh: note.p.digest, stray } as const;
  await take(at, { origin, deed }, acknowledge);
}

/**
 * A form that is no line yet stays open with what was entered, and says below each field what is wrong there; one that
 * asks for more than it showed is shown anew. https://docs.slack.dev/surfaces/modals#displaying_errors
 */
function correctionOf(
  form: Form,
  shown: readonly string[],
  { origin, thread }: { readonly origin: Origin; readonly thread: string },
): object | undefined {
  const faults = faultsOf(form).filter(({ field }) => shown.includes(field.name));
  if (faults.length > 0) {
    const errors = faults.map(({ field, says }) => [field.name, unticked(says)] as const);
    return { response_action: 'errors', errors: Object.fromEntries(errors) };
  }
  const view = formView(form, origin, thread);
  return view && { response_action: 'update', view };
}
