import type { Answer } from '../../../../core/view/card.ts';
import type { Asked } from '../../../chat.ts';
import { refOf } from '../refs.ts';
import type { Workspace } from '../workspace.ts';
import type { Members } from './members.ts';
import { type Origin, refuse, reply, whisperRoot } from './reply.ts';

/** Tells Slack that something has arrived, with what it asks for in return. */
export type Acknowledge = (answer?: object) => Promise<void>;

/** One workspace, and who counts in it. */
export interface At {
  readonly workspace: Workspace;
  readonly members: Members;
}

/** `Asked` without what is the same for all that come from one place. */
export type Deed = Asked extends infer One
  ? One extends Asked
    ? Omit<One, 'actor' | 'from'>
    : never
  : never;

/** On disk, then acknowledged, then answered. The answer is not waited for. */
export async function take(
  { workspace }: At,
  { origin, deed }: { readonly origin: Origin; readonly deed: Deed },
  acknowledge: Acknowledge,
): Promise<{ readonly answered: Promise<Answer> }> {
  const { options } = workspace;
  const { team, name, desk, log } = options;
  const { answer } = await desk.take({
    ...deed,
    cause: `slack/${team}/${deed.cause}`,
    actor: { surface: name, account: `${team}/${origin.user}` },
    from: { channel: origin.channel, root: whisperRoot(origin) },
  });
  await acknowledge();
  answer
    .then((said) => reply(workspace, origin, said))
    .catch((error: unknown) => log('slack answer failed', { surface: name, error }));
  return { answered: answer };
}

/** Whoever is no full member is counted and told so, and nothing of it is kept. */
export async function isHeard(
  { workspace, members }: At,
  origin: Origin,
  acknowledge: Acknowledge,
): Promise<boolean> {
  const { options } = workspace;
  const standing = await members.standingOf(origin.user);
  if (standing === 'member') return true;
  const code = standing === 'stranger' ? 'SLACK_STRANGER' : 'SLACK_UNKNOWN_MEMBER';
  options.metrics.refused(options.name, code);
  await acknowledge();
  await refuse(workspace, origin, code).catch(() => undefined);
  return false;
}

/** The thread something stands in; what only one person saw is known by what its buttons carry. */
export function threadOf(
  { options }: Workspace,
  { channel, root }: Pick<Origin, 'channel' | 'root'>,
  carried: string,
): string {
  if (channel === '' || root === '') return carried;
  return options.desk.threadAt(options.name, refOf({ channel, ts: root })) ?? carried;
}

/** A mention of somebody by their account, as the person of ours that it is. */
export function personOf({ options, userOf }: Workspace): (user: string) => string | undefined {
  const { desk } = options;
  return (user) =>
    [...desk.words.names.keys()].find((person) =>
      desk.accountsOf(person, 'slack').some((account) => userOf(account) === user),
    );
}
