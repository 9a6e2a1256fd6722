import { type FakeDiscord, startFakeDiscord } from '../../test/fakes/discord/index.ts';
import {
  type FakeSlack,
  type FakeWorkspace,
  startFakeSlack,
} from '../../test/fakes/slack/index.ts';
import type { TocsinOptions } from './tocsin.ts';

/** The newest plan that waits, as it stands on each platform. */
export async function plansShown({ slack, shop, places }: Chats) {
  const waits = (text: string) => text.includes('[Approve]');
  const inSlack = () =>
    shop.roots(places.slack).findLast((message) => waits(shop.messageText(message)));
  const inDiscord = () => places.discord.messages().findLast(({ text }) => waits(text));
  return {
    slack: await slack.until(inSlack, 30_000),
    discord: await slack.until(inDiscord, 30_000),
  };
}

/** Slack and Discord in the parent, with Ana and Ben in both. */
export type Chats = Awaited<ReturnType<typeof startChats>>;

const team = 'T0BENCH';

export async function startChats() {
  const slack: FakeSlack = await startFakeSlack();
  const shop: FakeWorkspace = slack.workspace({ name: 'shop', id: team });
  const discord: FakeDiscord = await startFakeDiscord();
  const guild = discord.addGuild('shop');
  const inSlack = { ana: shop.person('ana'), ben: shop.person('ben') };
  const inDiscord = { ana: guild.addPerson('ana'), ben: guild.addPerson('ben') };
  const places = { slack: shop.channel('ops'), discord: guild.addChannel('ops') };
  const accounts = (name: 'ana' | 'ben') =>
    `, slack: ${team}/${inSlack[name].id}, discord: "${guild.id}/${inDiscord[name].id}"`;
  return {
    slack,
    shop,
    discord,
    inSlack,
    inDiscord,
    places,
    /** What a configuration and a process need to be connected to both. */
    options: {
      config: `surfaces:
  slack: { main: { team: ${team}, bot_token: \${env:BENCH_SLACK}, app_token: \${env:BENCH_SLACK_APP}, api: ${slack.apiUrl} } }
  discord: { main: { guild: "${guild.id}", application: "${discord.applicationId}", token: \${env:BENCH_DISCORD}, api: ${discord.api} } }
`,
      accounts: { ana: accounts('ana'), ben: accounts('ben') },
      route: ', slack: "main/#ops", discord: main/ops',
      env: {
        BENCH_SLACK: shop.botToken,
        BENCH_SLACK_APP: slack.appToken,
        BENCH_DISCORD: discord.token,
      },
    } satisfies Omit<TocsinOptions, 'folder'>,
    async close() {
      await slack.close();
      await discord.close();
    },
  };
}
