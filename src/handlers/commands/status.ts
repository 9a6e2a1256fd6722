import { severity } from '../../core/incident/incident.ts';
import { haltBlocks } from '../../core/view/halts.ts';
import { incidentCard } from '../../core/view/incident-card.ts';
import { strong, time } from '../../core/view/words.ts';
import type { Asking, ReadCommand, Reading } from '../command.ts';
import { incidentArgument } from './arguments.ts';

export const status: ReadCommand = {
  does: 'read',
  name: 'status',
  family: 'ops',
  risk: 'read',
  summary: 'Say how the incident stands, or which incidents are open.',
  args: [incidentArgument],
  example: 'status',
  answer,
};

async function answer({ desk, incident }: Asking): Promise<Reading> {
  const halts = haltBlocks(desk.halts(), desk.words);
  if (incident) {
    const card = incidentCard(incident, desk.words);
    return { title: card.title, blocks: [...halts, ...card.blocks] };
  }
  const open = desk.openIncidents();
  const shown = open.slice(0, 20);
  return {
    title: [open.length === 0 ? 'No incident is open' : `${open.length} open`],
    blocks:
      open.length === 0
        ? halts
        : [
            ...halts,
            {
              kind: 'list',
              title: 'Open',
              items: shown.map((each) => [
                strong(severity(each).toUpperCase()),
                ` ${each.opened.title} · since `,
                time(each.openedAt),
              ]),
              more: open.length - shown.length,
            },
          ],
  };
}
