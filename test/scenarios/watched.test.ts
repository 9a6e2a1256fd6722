import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'vitest';
import { createWatchesLoop } from '../../src/bot/loops/watches/index.ts';
import { createOutages } from '../../src/bot/loops/watches/outages.ts';
import { connect } from '../../src/integrations/endpoint/index.ts';
import { sha256 } from '../core/operation/sample.ts';
import { eventually } from '../support/eventually.ts';
import { ana, ben, cleo, type Night, scenario } from './night/night.ts';

/** An endpoint of worker, watched by the bot of now. */
async function watched(night: Night) {
  let status = 200;
  const server = createServer((_, response) => response.writeHead(status).end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const checks: boolean[] = [];

  function start() {
    const { bot, journal } = night.process;
    const clock = night.clock.ofProcess();
    const log = () => undefined;
    const loop = createWatchesLoop({
      watches: [
        {
          ...{ name: 'worker-front', service: 'worker', environment: 'production' },
          ...{ severity: 'critical', line: 'restart worker env=production' },
          ...{ everyMs: 60, strikes: 3, expiresMs: 3_600_000 },
          endpoint: connect({ kind: 'http', url: `http://127.0.0.1:${port}/health` }, 2000),
        },
      ],
      clock,
      outages: createOutages({
        ...{ journal, engine: bot.engine, proposals: bot.proposals, settings: bot.settings },
        ...{ openIncidents: bot.desk.openIncidents, words: bot.words, clock, sha256, log },
      }),
      counts: { checked: (_, { isUp }) => checks.push(isUp) },
      log,
    });
    loop.start();
    return loop;
  }

  let loop = start();
  return {
    checks,
    answers(next: number) {
      status = next;
    },
    async again() {
      await loop.close();
      await night.stopsAndStarts();
      loop = start();
    },
    async ends() {
      await loop.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

scenario(
  'what is watched goes down: it is proposed, ana asks, ben approves, and the record names all three',
  async (night) => {
    const front = await watched(night);
    try {
      front.answers(503);
      const thread = await night.thread('worker-front does not answer');
      const card = await thread.card('pr-');
      await card.becomes('PROPOSED');
      await card.shows('watch worker-front', '3 checks in a row failed', 'status 503');
      await card.shows('restart worker env=production', 'What it would change');
      expect(await card.buttons()).toEqual(['Request', 'Dismiss']);
      expect(night.cluster.writes('worker')).toBe(0);

      expect(await card.press(cleo, 'Request')).toContain('NOT_A_REQUESTER');
      const answer = await card.press(ana, 'Request');
      // The proposal names it too; only the plan's own card says its hash.
      const plan = await thread.card(`${/op-[0-9a-f]+/.exec(answer)?.[0]} · plan`);
      await plan.becomes('WAITING');
      await plan.shows('proposed by watch worker-front', 'asked');
      expect(await plan.press(ana, 'Approve')).toContain('APPROVE_OWN_REQUEST');
      expect(night.cluster.writes('worker')).toBe(0);
      await plan.press(ben, 'Approve');
      await plan.becomes('DONE');
      expect(night.cluster.writes('worker')).toBe(1);
      await card.becomes('DONE');

      front.answers(200);
      await thread.shows('it answers again');
      const told = await night.process.journal.read(`operation/${plan.operation}`);
      expect(told.find(({ event }) => event.type === 'OperationAsked')?.event).toMatchObject({
        requester: { person: 'ana' },
        proposedBy: { proposer: { kind: 'watch', name: 'worker-front' } },
      });
      expect(told.filter(({ event }) => event.type === 'ApprovalGiven')).toMatchObject([
        { event: { approver: { person: 'ben' } } },
      ]);
    } finally {
      await front.ends();
    }
  },
  { on: 'slack' },
);

scenario(
  'an outage that outlives the bot is proposed once, and its end takes that back',
  async (night) => {
    const front = await watched(night);
    try {
      front.answers(503);
      const thread = await night.thread('worker-front does not answer');
      const card = await thread.card('pr-');
      await card.becomes('PROPOSED');
      await front.again();
      const before = front.checks.length;
      await eventually('it is looked at again', () => front.checks.length > before + 5);
      front.answers(200);
      await card.becomes('WITHDRAWN');
      await thread.shows('took back', 'it answers again');
      expect(await card.buttons()).toEqual([]);
      const { length } = (await night.journal.told()).filter(({ type }) => type === 'ProposalMade');
      expect(length).toBe(1);
    } finally {
      await front.ends();
    }
  },
  { on: 'plain' },
);
