import type { webApi } from '@slack/bolt';
import { clientOf } from '../../fakes/slack/given.ts';
import { startFakeSlack } from '../../fakes/slack/index.ts';
import { loadDouble } from '../../provision/doubles.ts';

/** The same small workspace in two servers that know nothing of each other, seen through the same real client. */
export interface Door {
  readonly client: webApi.WebClient;
  /** A client whose token lacks the scope to write. */
  readonly reader: webApi.WebClient;
  /** Another member's messages are made through this one. */
  readonly other: webApi.WebClient;
  /** A channel with everybody in it. */
  readonly ops: string;
  readonly archived: string;
  /** A member of the channels. */
  readonly ana: string;
  close(): Promise<void>;
}

const scopes = [
  'channels:history',
  'channels:read',
  'chat:write',
  'files:read',
  'files:write',
  'im:write',
  'reactions:read',
  'users:read',
];
const lesser = scopes.filter((scope) => scope !== 'chat:write');

export async function openFake(): Promise<Door> {
  const slack = await startFakeSlack({ rates: 'unlimited' });
  const shop = slack.workspace({ name: 'shop', scopes });
  const ana = shop.person('ana');
  const ops = shop.channel('ops');
  const archived = shop.channel('old');
  const reader = shop.otherApp('reader', { scopes: lesser });
  const other = shop.otherApp('other', { scopes });
  await shop.archives(archived);
  return {
    client: clientOf(slack, shop.botToken),
    reader: clientOf(slack, reader.token),
    other: clientOf(slack, other.token),
    ops: ops.id,
    archived: archived.id,
    ana: ana.id,
    close: () => slack.close(),
  };
}

interface Emulator {
  readonly url: string;
  close(): Promise<void>;
}

/** https://www.npmjs.com/package/emulate */
export async function openEmulate(): Promise<Door> {
  const { createEmulator } = await loadDouble('emulate/dist/api.js');
  if (typeof createEmulator !== 'function') throw new Error('emulate has no createEmulator.');
  const people = ['tocsin', 'ana', 'other'].map((name) => ({ name }));
  const emulator: Emulator = await createEmulator({
    service: 'slack',
    port: 0,
    hostname: '127.0.0.1',
    seed: {
      slack: {
        team: { name: 'shop' },
        users: people,
        channels: [{ name: 'ops' }, { name: 'old' }],
        strict_scopes: true,
        tokens: [
          { token: 'xoxb-tocsin', user: 'tocsin', scopes },
          { token: 'xoxb-reader', user: 'tocsin', scopes: lesser },
          { token: 'xoxb-other', user: 'other', scopes },
          { token: 'xoxb-owner', user: 'tocsin', scopes: [...scopes, 'channels:manage'] },
        ],
      },
    },
  });
  const at = { apiUrl: `${emulator.url}/api/` };
  const owner = clientOf(at, 'xoxb-owner');
  const { channels = [] } = await owner.conversations.list({});
  const idOf = (name: string) => String(channels.find((one) => one.name === name)?.id);
  await owner.conversations.archive({ channel: idOf('old') });
  return {
    client: clientOf(at, 'xoxb-tocsin'),
    reader: clientOf(at, 'xoxb-reader'),
    other: clientOf(at, 'xoxb-other'),
    ops: idOf('ops'),
    archived: idOf('old'),
    ana: await memberNamed(owner, { channel: idOf('ops'), name: 'ana' }),
    close: () => emulator.close(),
  };
}

async function memberNamed(
  client: webApi.WebClient,
  { channel, name }: { readonly channel: string; readonly name: string },
): Promise<string> {
  const { members = [] } = await client.conversations.members({ channel });
  for (const user of members) {
    const answer = await client.users.info({ user });
    if (answer.user?.name === name) return user;
  }
  throw new Error(`Nobody in the channel is called ${name}.`);
}
