import type { Workspace } from '../workspace.ts';
import { takeCommand } from './commands.ts';
import type { Acknowledge, At } from './deeds.ts';
import { takeEvent } from './events.ts';
import { takeShortcut } from './pins.ts';
import { takeAction, takeSubmission } from './presses.ts';
import type { Body } from './schema.ts';

/**
 * What happens in one workspace, made a line, a press or a pin and put on disk before Slack is told that it arrived.
 * A rejection means that it is not on disk: then Slack is not told, and the person sees its own error.
 */
export interface InboundDesk {
  readonly workspace: Workspace;
  take(body: Body, acknowledge: Acknowledge): Promise<void>;
}

export function createInboundDesk(workspace: Workspace): InboundDesk {
  const at: At = { workspace, members: workspace.members };
  return {
    workspace,
    take(body, acknowledge) {
      if ('command' in body) return takeCommand(at, body, acknowledge);
      switch (body.type) {
        case 'block_actions':
          return takeAction(at, body, acknowledge);
        case 'view_submission':
          return takeSubmission(at, body, acknowledge);
        case 'message_action':
          return takeShortcut(at, body, acknowledge);
        case 'event_callback':
          return takeEvent(at, body, acknowledge);
        default:
          return body satisfies never;
      }
    },
  };
}
