import { expect } from 'vitest';
import { shop as release } from '../../../src/sandbox/index.ts';
import type { Asked } from '../../fakes/discord/index.ts';
import { textOf } from '../../support/console-client.ts';
import { eventually } from '../../support/eventually.ts';
import type { TocsinProcess } from '../../support/tocsin-process.ts';
import type { Town } from './town.ts';

/** A busy machine is slow; only what never comes is a failure. */
const patience = { withinMs: 60_000 };

/** The main job, with Ana in Slack, Ben in Discord and Cleo at the console: one incident, one state, one quorum. */
export async function playEvening(town: Town, bot: TocsinProcess): Promise<void> {
  const { slack, shop, places, ana, ben, cluster, sources } = town;
  const cleo = await town.atConsole(bot, 'cleo');
  const opened = () => shop.message(places.slack, 'KubePodCrashLooping');
  const rootInDiscord = () =>
    places.discord.messages().find(({ text }) => text.includes('KubePodCrashLooping'));

  cluster.shop.breakCheckout();
  await sources.fires();
  const root = await slack.until(opened, patience.withinMs);
  const card = await eventually('the card stands in Discord', rootInDiscord, patience);
  const [incident = ''] = await eventually('it stands in the console', async () => {
    const all = await cleo.incidents();
    return all.length > 0 && all;
  });
  const inSlack = () => shop.threadText(root);
  const inDiscord = () =>
    [card.text, ...(card.thread?.messages() ?? []).map((m) => m.text)].join('\n');
  const inConsole = async () => textOf(await cleo.page(`/incidents/${incident}`));
  const everywhere = (what: string, fits: (text: string) => boolean) =>
    eventually(
      `${what} in Slack, in Discord and in the console`,
      async () => [inSlack(), inDiscord(), await inConsole()].every(fits),
      { ...patience, say: () => `${inSlack()}\n\n${inDiscord()}` },
    );
  for (const first of [shop.messageText(root), card.text]) {
    expect(first.split('\n')[0]).toMatch(/CRITICAL.*checkout.*KubePodCrashLooping.*production.*1 /);
  }

  const press = await ana.presses('Acknowledge', root);
  expect(press).toMatchObject({ acked: true });
  await everywhere('acknowledged', (text) => text.includes('Ana acknowledged'));
  await cleo.says(incident, 'note the tax table is missing');
  await everywhere('the note', (text) => text.includes('the tax table is missing'));

  await ana.says('@tocsin rollback reason="1.9.0 crashes at its start"', root);
  const plan = await slack.until(
    () => shop.replies(root).find((reply) => shop.messageText(reply).includes('[Approve]')),
    patience.withinMs,
  );
  await ana.presses('Approve', plan);
  await slack.until(() => ana.sees(places.slack).some((seen) => seen.includes(ownRequest)));
  expect(town.image()).toBe(release.badImage);

  const shown = await eventually('the plan stands in Discord', () =>
    card.thread?.messages().find(({ buttons }) => buttons.some(({ label }) => label === 'Approve')),
  );
  expect(shown.text).toContain('checkout:1.8.2');
  expect(await seenBy(ben.presses(shown, 'Approve'))).toBe('It is on the record.');
  await eventually('the cluster is changed', () => town.image() === release.goodImage, patience);
  await everywhere('done', (text) => /\bDONE\b/.test(text));

  // What came to no plan is between the bot and the one who asked: no channel gets a card of it.
  await ana.types('/ops scale checkout 99 env=production', places.slack);
  await slack.until(() => ana.sees(places.slack).some((seen) => seen.includes('K8S_ABOVE_MAX')));
  await sources.ends();
  await everywhere('resolved', (text) => text.includes('Resolved: every alert has stopped'));
  const marks = () => [shop.messageText(root), card.text];
  await eventually('both cards say so', () => marks().every((text) => text.includes('RESOLVED')));

  const writes = cluster.ledger.applied({ resource: 'deployments', fieldManager: 'tocsin' });
  expect(writes).toHaveLength(1);
  expect(shop.roots(places.slack).filter(({ bot: byBot }) => byBot)).toHaveLength(1);
  expect(places.discord.messages().filter(({ byBot }) => byBot)).toHaveLength(1);
  expectCleanCalls(town);
}

const ownRequest = 'APPROVE_OWN_REQUEST';

/** Nothing was refused for its form or its rate, and nobody waited in vain. */
function expectCleanCalls({ slack, discord }: Town): void {
  expect(slack.unacknowledged()).toEqual([]);
  expect(slack.refused429()).toBe(0);
  expect(slack.calls.filter(({ outcome }) => outcome !== 'ok')).toEqual([]);
  expect(discord.failed()).toEqual([]);
  expect(discord.violations).toEqual([]);
  const refused = discord.requests.filter(({ status = 0 }) => status >= 400 && status !== 429);
  expect(refused).toEqual([]);
}

/** What somebody in Discord has before their eyes, once it is filled in. */
export async function seenBy(asked: Asked): Promise<string> {
  await asked.answered;
  return eventually('the answer', () => {
    const shown = [asked.message, ...asked.followups].filter((one) => one !== undefined);
    return shown.length > 0 && !shown.some(({ loading }) => loading) && asked.sees;
  });
}
