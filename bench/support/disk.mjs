// Preloaded into every thread of a measured process. In the store's thread it times each COMMIT, and with
// BENCH_DISK_SLOWER_MS it lets each take that much longer: the thread stands still for it, just as it does in fsync.
import { DatabaseSync } from 'node:sqlite';
import { BroadcastChannel, isMainThread } from 'node:worker_threads';

if (!isMainThread) {
  const slowerMs = Number(process.env.BENCH_DISK_SLOWER_MS ?? 0);
  const still = new Int32Array(new SharedArrayBuffer(4));
  const prepare = DatabaseSync.prototype.prepare;
  let commits = [];
  DatabaseSync.prototype.prepare = function (sql, ...rest) {
    const statement = prepare.call(this, sql, ...rest);
    if (sql !== 'COMMIT') return statement;
    const run = statement.run.bind(statement);
    statement.run = (...values) => {
      const began = performance.now();
      const done = run(...values);
      if (slowerMs > 0) Atomics.wait(still, 0, 0, slowerMs);
      if (commits.length < 200_000) commits.push(performance.now() - began);
      return done;
    };
    return statement;
  };
  const channel = new BroadcastChannel('bench-disk');
  channel.onmessage = ({ data }) => {
    if (data !== 'read' && data !== 'reset') return;
    channel.postMessage(commits);
    if (data === 'reset') commits = [];
  };
  channel.unref();
}
