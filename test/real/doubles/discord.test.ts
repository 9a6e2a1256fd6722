import { describe, expect, it } from 'vitest';
import { type Observed, observe } from './discord-flows.ts';
import { ownStage, type Stage, twinStage } from './discord-stages.ts';

/** Where the other double differs from the service itself, and ours must not follow it. */
const known: Readonly<Record<string, string>> = {
  'a card, edited':
    'an edit to no components leaves the field out, so the client keeps the old ones',
  'after the second':
    'messages after one come oldest first; the service says the newest first, always',
  'its id is that of its message': 'a thread that starts from a message gets an id of its own',
  'a card, updated by a press': 'as with an edit: no components is no field',
  'a card, edited after a pick': 'as with an edit: no components is no field',
};

describe('our Discord beside somebody else’s', () => {
  it('shows the real client the same, but where the other is known to differ from the service', async () => {
    const ours = await played(ownStage);
    const theirs = await played(twinStage);
    const differing = Object.keys(ours).filter(
      (name) => JSON.stringify(ours[name]) !== JSON.stringify(theirs[name]),
    );
    const surprising = differing.filter((name) => !(name in known));
    expect(surprising.map((name) => ({ name, ours: ours[name], theirs: theirs[name] }))).toEqual(
      [],
    );
    expect(Object.keys(known).filter((name) => !differing.includes(name))).toEqual([]);
    expect(Object.keys(ours)).toEqual(Object.keys(theirs));
    expect(Object.keys(ours).length).toBeGreaterThan(25);
  });
});

async function played(open: () => Promise<Stage>): Promise<Observed> {
  const stage = await open();
  try {
    return await observe(stage);
  } finally {
    await stage.stop();
  }
}
