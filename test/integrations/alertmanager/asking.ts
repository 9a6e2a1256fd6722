import { ProblemError } from '../../../src/core/problem.ts';
import { connect } from '../../../src/integrations/alertmanager/index.ts';

/** Run as a process of its own, since proxies and CAs are read from its environment: asks each address it is given. */
const clock = {
  now: Date.now,
  after(ms: number, run: () => void) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

for (const url of process.argv.slice(2)) {
  const { source, close } = connect(
    { source: 'alertmanager/main', url, timeoutMs: 5000 },
    { clock },
  );
  const said = await source.current().then(
    (alerts) => ({ alerts: alerts.length }),
    (error: unknown) => ({
      problem: error instanceof ProblemError ? error.problem : String(error),
    }),
  );
  process.stdout.write(`${JSON.stringify(said)}\n`);
  close();
}
