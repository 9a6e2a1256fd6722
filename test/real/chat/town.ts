// biome-ignore-all lint/suspicious/noTemplateCurlyInString: a reference is written so in the configuration.

import { type Sandbox, startSandbox } from '../../../src/sandbox/index.ts';
import { type FakeDiscord, startFakeDiscord } from '../../fakes/discord/index.ts';
import { type FakeSlack, startFakeSlack } from '../../fakes/slack/index.ts';
import { type Running, startAlertmanager } from '../../provision/start.ts';
import { configFolder } from '../../support/config-file.ts';
import { type ConsoleClient, consoleClient, signIn } from '../../support/console-client.ts';
import { type Relay, startRelay } from '../../support/relay.ts';
import {
  type Ended,
  launch,
  type Ran,
  run,
  type TocsinProcess,
} from '../../support/tocsin-process.ts';

const team = 'T0SHOP';

export type Mode = 'socket' | 'http';

/** All that is outside of one bot: two platforms and their people, a cluster, an Alertmanager. */
export type Town = Awaited<ReturnType<typeof startTown>>;

export interface TownOptions {
  /** How the platforms reach the bot. */
  readonly mode: Mode;
  /** What is run: the source of the program, or the launcher of a bundle. */
  readonly program: string;
}

export async function startTown({ mode, program }: TownOptions) {
  const cluster = await startSandbox();
  cluster.shop.seed();
  const slack = await startFakeSlack();
  const shop = slack.workspace({ name: 'shop', id: team });
  const discord = await startFakeDiscord();
  const guild = discord.addGuild('shop');
  const ana = shop.person('ana');
  const ben = guild.addPerson('ben');
  const places = { slack: shop.channel('ops'), discord: guild.addChannel('ops') };
  const files = configFolder(cluster, {
    people: peopleOf({ ana: `slack: ${team}/${ana.id}`, ben: `discord: "${guild.id}/${ben.id}"` }),
    route: ', slack: "main/#ops", discord: main/ops',
    surfaces: surfacesOf(mode, { slack, discord, guild: guild.id }),
  });
  const env = {
    ...files.env,
    SLACK_BOT: shop.botToken,
    SLACK_APP: slack.appToken,
    SLACK_SECRET: slack.signingSecret,
    DISCORD_TOKEN: discord.token,
  };
  const sources = await startSources(files.bearer);
  const bots: TocsinProcess[] = [];

  return {
    cluster,
    slack,
    shop,
    discord,
    guild,
    ana,
    ben,
    places,
    files,
    sources,
    /** A command of the program that ends by itself. */
    tocsin: (...words: readonly string[]): Promise<Ran> =>
      run({ argv: [program, ...words], env, cwd: files.folder }),
    /** The bot of this town, with other words than `start` when a test holds it somewhere. */
    async start(argv: readonly string[] = [program, 'start']): Promise<TocsinProcess> {
      const bot = await launch({ argv, env, cwd: files.folder });
      bots.push(bot);
      sources.relay.to(bot.urls.server);
      if (mode === 'http') {
        slack.deliverTo(`${bot.urls.server}/slack/events`);
        await discord.http.connect(`${bot.urls.server}/discord/interactions`);
      }
      return bot;
    },
    /** Somebody at a browser, with the link that the host prints. */
    async atConsole(bot: TocsinProcess, person: string): Promise<ConsoleClient> {
      const argv = [program, 'console-link', person];
      const { stdout } = await run({ argv, env, cwd: files.folder });
      return consoleClient(() => bot.urls.console, await signIn(stdout.trim()));
    },
    image: () => imageOf(cluster),
    async close() {
      await Promise.all(bots.map((bot) => bot.signal('SIGKILL')));
      await sources.close();
      await slack.close();
      await discord.close();
      await cluster.close();
      files.remove();
    },
  };
}

/** Told to stop, and how long it then took. */
export async function stopped(bot: TocsinProcess): Promise<Ended & { readonly tookMs: number }> {
  const began = performance.now();
  const ended = await bot.signal('SIGTERM');
  return { ...ended, tookMs: performance.now() - began };
}

function peopleOf(accounts: { readonly ana: string; readonly ben: string }): string {
  return `people:
  - { id: ana, name: Ana, ${accounts.ana} }
  - { id: ben, name: Ben, ${accounts.ben} }
  - { id: cleo, name: Cleo }
groups:
  sre: { members: [ana, ben, cleo] }
`;
}

function surfacesOf(
  mode: Mode,
  at: { readonly slack: FakeSlack; readonly discord: FakeDiscord; readonly guild: string },
): string {
  const { slack, discord, guild } = at;
  const ways = {
    socket: { slack: 'app_token: ${env:SLACK_APP}', discord: 'mode: gateway' },
    http: {
      slack: 'mode: http, signing_secret: ${env:SLACK_SECRET}',
      discord: `mode: http, public_key: ${discord.http.publicKey}`,
    },
  }[mode];
  return `surfaces:
  slack:
    main: { team: ${team}, bot_token: \${env:SLACK_BOT}, api: ${slack.apiUrl}, ${ways.slack} }
  discord:
    main: { guild: "${guild}", application: "${discord.applicationId}", token: \${env:DISCORD_TOKEN}, api: ${discord.api}, ${ways.discord} }
`;
}

/** A real Alertmanager, and the address of ours that it is told before the bot has one. */
async function startSources(bearer: string) {
  const relay: Relay = await startRelay();
  const alertmanager: Running = await startAlertmanager(`
route: { receiver: tocsin, group_by: [ alertname, namespace ], group_wait: 0s, group_interval: 1s, repeat_interval: 1h }
receivers:
  - name: tocsin
    webhook_configs:
      - url: ${relay.url}/webhooks/alertmanager
        send_resolved: true
        http_config: { authorization: { type: Bearer, credentials: ${bearer} } }
`);
  async function posts(alert: Readonly<Record<string, unknown>>): Promise<void> {
    const { ok } = await fetch(`${alertmanager.url}/api/v2/alerts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify([{ ...crashLoop, ...alert }]),
    });
    if (!ok) throw new Error('Alertmanager did not take the alert');
  }
  return {
    relay,
    fires: () => posts({}),
    ends: () => posts({ endsAt: new Date().toISOString() }),
    async close() {
      await alertmanager.stop();
      await relay.close();
    },
  };
}

const crashLoop = {
  labels: {
    alertname: 'KubePodCrashLooping',
    container: 'checkout',
    namespace: 'shop',
    pod: 'checkout-5d6c8bf84b-x2x7q',
    severity: 'critical',
  },
  annotations: { summary: 'Pod is crash looping.' },
  generatorURL: 'http://prometheus.example.com/graph',
};

function imageOf(cluster: Sandbox): string {
  const found = cluster.get('deployments', 'shop', 'checkout');
  return found?.spec.template.spec.containers[0]?.image ?? '';
}
