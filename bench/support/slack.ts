import {
  type Channel,
  type FakePerson,
  type FakeSlack,
  type FakeSlackOptions,
  type FakeWorkspace,
  startFakeSlack,
} from '../../test/fakes/slack/index.ts';
import type { TocsinOptions } from './tocsin.ts';

/** A Slack of our own with the published limits, in the benchmark's process; one channel, two people. */
export interface SlackSide {
  readonly slack: FakeSlack;
  readonly shop: FakeWorkspace;
  readonly ops: Channel;
  readonly ana: FakePerson;
  readonly ben: FakePerson;
  /** What Tocsin is told of it. */
  readonly options: Required<Pick<TocsinOptions, 'config' | 'accounts' | 'route' | 'env'>>;
  close(): Promise<void>;
}

export async function startSlackSide(options: FakeSlackOptions = {}): Promise<SlackSide> {
  const slack = await startFakeSlack(options);
  const shop = slack.workspace({ name: 'shop', id: 'T0SHOP' });
  const ops = shop.channel('ops');
  const [ana, ben] = [shop.person('ana'), shop.person('ben')];
  return {
    slack,
    shop,
    ops,
    ana,
    ben,
    options: {
      config: `surfaces:
  slack: { main: { team: ${shop.id}, bot_token: \${env:BENCH_SLACK_BOT}, app_token: \${env:BENCH_SLACK_APP}, api: ${slack.apiUrl} } }
`,
      accounts: { ana: `, slack: ${shop.id}/${ana.id}`, ben: `, slack: ${shop.id}/${ben.id}` },
      route: ', slack: "main/#ops"',
      env: { BENCH_SLACK_BOT: shop.botToken, BENCH_SLACK_APP: slack.appToken },
    },
    close: () => slack.close(),
  };
}
