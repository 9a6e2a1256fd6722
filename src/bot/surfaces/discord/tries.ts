import type { Clock } from '../../clock.ts';
import type { Called } from './client.ts';

const triesMax = 4;
const pauseMs = 500;

/** An answer is worth some tries: a person waits for it, and reading it twice does no harm. Posts of a thread are not sent so. */
export async function tried(call: () => Promise<Called>, clock: Clock): Promise<Called> {
  for (let attempt = 1; ; attempt += 1) {
    const called = await call();
    if (called.ok || attempt === triesMax) return called;
    const { failure } = called;
    if (failure.kind === 'refused' || failure.kind === 'stopped') return called;
    const ms = failure.kind === 'limited' ? failure.afterMs : pauseMs * 2 ** attempt;
    await new Promise<void>((resolve) => clock.after(ms, resolve));
  }
}
