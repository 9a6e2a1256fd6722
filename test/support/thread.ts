import type { ConsoleClient } from './console-client.ts';
import { textOf } from './console-client.ts';
import { eventually } from './eventually.ts';

interface Somebody {
  readonly console: ConsoleClient;
}

/** An incident that a person declares, and its thread as a reader of the console sees it. */
export interface LivingThread {
  readonly incident: string;
  says(words: string): Promise<string>;
  shown(): Promise<string>;
  /** What is shown once it says so. */
  until(saying: string, withinMs?: number): Promise<string>;
}

export async function declaredBy({ console }: Somebody, title: string): Promise<LivingThread> {
  const declared = await console.says('', `declare "${title}"`);
  const [incident = ''] = /inc-[0-9a-f]+/.exec(declared) ?? [];
  if (incident === '') throw new Error(`nothing was declared: ${declared}`);
  return threadOf({ console }, incident);
}

/** An incident that is there already. */
export function threadOf({ console }: Somebody, incident: string): LivingThread {
  const shown = async () => textOf(await console.page(`/incidents/${incident}`));
  return {
    incident,
    says: (words) => console.says(incident, words),
    shown,
    until: (saying, withinMs = 60_000) =>
      eventually(
        `the thread says ${saying}`,
        async () => {
          const text = await shown();
          return text.includes(saying) && text;
        },
        { withinMs },
      ),
  };
}

/** What approves a plan, as its card says it. */
export const approvalLine = /approve op-\S+ [0-9a-f]{10}/;

/** The plan that the thread waits with, and the line that approves it. */
export async function planIn(
  thread: LivingThread,
  said = '',
): Promise<{ readonly text: string; readonly line: string }> {
  return eventually(
    'the plan is shown',
    async () => {
      const text = await thread.shown();
      const [line] = approvalLine.exec(text) ?? [];
      return line !== undefined && { text, line };
    },
    { say: () => said },
  );
}

/** Each of them types it. */
export async function approvedBy(
  people: readonly Somebody[],
  thread: LivingThread,
  line: string,
): Promise<void> {
  for (const { console } of people) await console.says(thread.incident, line);
}
