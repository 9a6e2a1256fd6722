import type { App, ReceiverEvent } from '@slack/bolt';
import type { Bolt } from '../client.ts';
import { quiet } from '../client.ts';
import type { Acknowledge } from './deeds.ts';
import type { InboundDesk } from './desk.ts';
import { bodySchema, whoseSchema } from './schema.ts';

/**
 * One app of Slack, which may be installed in several workspaces: what arrives on any of its sockets is of any of them.
 * Bolt takes it apart; here it finds the desk of its workspace.
 */
export function createApp(bolt: Bolt, desks: readonly InboundDesk[]): App {
  /** Bolt acknowledges an event before anybody has seen it. Here nothing is acknowledged but by whoever took it. */
  class WaitingApp extends bolt.App {
    override async processEvent(event: ReceiverEvent): Promise<void> {
      let isSeen = false;
      const acknowledge: Acknowledge = (answer) => event.ack(answer);
      const seen = () => {
        isSeen = true;
      };
      const ours = { ...event.customProperties, acknowledge, seen };
      await super.processEvent({ ...event, ack: async () => undefined, customProperties: ours });
      // Nothing that Bolt knows: it would only come again.
      if (!isSeen) await acknowledge();
    }
  }

  const app = new WaitingApp({
    receiver: { init: () => undefined, start: async () => undefined, stop: async () => undefined },
    // Who is meant is told by the body, and calls go out by clients of our own.
    authorize: async () => ({}),
    tokenVerificationEnabled: false,
    ignoreSelf: false,
    convoStore: false,
    attachFunctionToken: false,
    logger: quiet(bolt),
  });
  app.use(({ body, context }) => {
    context['seen']();
    return taken(desks, body, context['acknowledge']);
  });
  app.error(async (error) => {
    const [first] = desks;
    first?.workspace.options.log('slack delivery was not taken', {
      surface: first.workspace.options.name,
      error: error.original ?? error,
    });
  });
  return app;
}

async function taken(
  desks: readonly InboundDesk[],
  body: unknown,
  acknowledge: Acknowledge,
): Promise<void> {
  const began = performance.now();
  const desk = deskOf(desks, body);
  if (!desk) {
    // Nobody of ours: counted, acknowledged so that it does not come again, and forgotten.
    const { options } = desks[0]?.workspace ?? {};
    options?.metrics.refused(options.name, 'SLACK_STRANGER');
    return acknowledge();
  }
  const read = bodySchema.safeParse(body);
  // What we subscribed to and do not read, and whatever Slack will think of next.
  if (!read.success) return acknowledge();
  const { name, metrics, log } = desk.workspace.options;
  await desk.take(read.data, async (answer) => {
    try {
      await acknowledge(answer);
      metrics.acknowledged(name, performance.now() - began);
    } catch (error) {
      // The socket is gone: the person sees an error, and then the answer all the same, since it is on disk.
      log('slack could not be told that it arrived', { surface: name, error });
    }
  });
}

/** The workspace in which it happened, by every name that Slack gives it. */
function deskOf(desks: readonly InboundDesk[], body: unknown): InboundDesk | undefined {
  const read = whoseSchema.safeParse(body);
  if (!read.success) return undefined;
  const { authorizations, team, team_id: teamId, context_team_id: contextTeam } = read.data;
  const names = [authorizations[0]?.team_id, contextTeam, team?.id, teamId];
  const known = names.find((name) => name !== null && name !== undefined);
  return desks.find(({ workspace }) => workspace.options.team === known);
}
