import { expect, it } from 'vitest';
import { openCounter } from './desk.ts';

const token = 'ghp_0123456789abcdefABCDEF';
const page = `# CheckoutDown

## Act

1. Go back.
   \`rollback\`
   \`\`\`sh
   curl -H 'Authorization: Bearer ${token}' https://x
   \`\`\`
`;

it('a runbook is shown as a page and not as its marks, with what looks like a secret taken out', async () => {
  const runbooks = {
    hint: () => undefined,
    page: () => ({ name: 'CheckoutDown', title: 'CheckoutDown', text: page }),
  };
  const counter = await openCounter(undefined, { runbooks });
  const incident = await counter.incident();
  const shown = await counter.says('ana', 'runbook', { incident });
  expect(shown).toContain('1. Go back. `rollback`');
  expect(shown).not.toMatch(/##|```|CheckoutDown[\s\S]*CheckoutDown/);
  expect(shown).not.toContain(token);
  expect(shown).toContain('‹hidden›');
});

it('a timeline repeats no secret that somebody wrote into a note', async () => {
  const counter = await openCounter();
  const incident = await counter.incident();
  await counter.says('ana', `note "it was DB_PASSWORD=hunter2hunter2 and ${token}"`, { incident });
  const shown = await counter.says('ana', 'timeline', { incident });
  expect(shown).toContain('it was DB_PASSWORD=‹hidden›');
  expect(shown).not.toContain('hunter2');
  expect(shown).not.toContain(token);
});
