import { settingOf } from '../outbound.ts';
import { doneSchema } from '../schema.ts';
import type { At } from './deeds.ts';
import { homeView } from './views.ts';

/** What stands open and what waits for this person, on the page of the app that is theirs alone. */
export async function publishHome({ workspace, members }: At, user: string): Promise<void> {
  const { options } = workspace;
  const { desk, log, metrics, name, team } = options;
  if ((await members.standingOf(user)) !== 'member') {
    metrics.refused(name, 'SLACK_STRANGER');
    return;
  }
  try {
    const card = await desk.home({ surface: name, account: `${team}/${user}` });
    const view = homeView(card, settingOf(workspace, { thread: '', first: false }));
    const { call } = await workspace.client();
    await call('views.publish', { user_id: user, view }, doneSchema);
  } catch (error) {
    log('slack home failed', { surface: name, error });
  }
}
