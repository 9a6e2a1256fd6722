import type { StepDriver } from '../core/ports/step.ts';
import type { Problem } from '../core/problem.ts';
import type { ConnectedTarget, Log } from './bot-parts.ts';

type Opener = NonNullable<ConnectedTarget['openWriter']>;

/** Writers by target, opened on first need by the loop that owns them. */
export function openWriters(targets: readonly ConnectedTarget[], log: Log) {
  const opened = new Map<string, Exclude<ReturnType<Opener>, Problem>>();
  return {
    async driver(kind: string, name: string): Promise<StepDriver | undefined> {
      const known = opened.get(name);
      if (known) return known.steps[kind];
      const writer = targets.find((target) => target.name === name)?.openWriter?.();
      if (!writer) return undefined;
      if ('code' in writer) {
        log('target cannot be written', { target: name, code: writer.code });
        return undefined;
      }
      opened.set(name, writer);
      return writer.steps[kind];
    },
    close() {
      for (const writer of opened.values()) writer.close();
    },
  };
}
