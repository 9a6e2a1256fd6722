import { afterAll, beforeAll, beforeEach, expect, it, onTestFinished } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { startLivingBot } from '../../support/living-bot.ts';
import { approvedBy, declaredBy, type LivingThread, planIn } from '../../support/thread.ts';
import {
  cluster,
  configuration,
  databases,
  environmentOf,
  freshDatabase,
  healthDoor,
  idsIn,
  newestIn,
  replicas,
  scaledTo,
  serviceThatWrites,
} from './disaster.ts';
import { type PostgresServer, startPostgres } from './postgres-server.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
beforeEach(() => freshDatabase(server));
afterAll(async () => {
  await server?.stop();
});

it('services stand still while a backup takes the place of what is in use, run again as they did, and are looked at', async () => {
  const sandbox = await cluster();
  onTestFinished(() => sandbox.close());
  const health = await healthDoor();
  const { url } = health;
  const written = configuration({ server, sandbox, health: url });
  const living = await startLivingBot(written, environmentOf(sandbox));
  const [ana, ben, cyn] = await Promise.all(['ana', 'ben', 'cyn'].map((id) => living.person(id)));
  if (!ana || !ben || !cyn) throw new Error('there are three people');
  const thread = await declaredBy(ana, 'orders are gone');
  await thread.says('backup checkout database env=production');
  await thread.until('DONE');
  const id = newestIn(living.folder);
  const writer = serviceThatWrites(server, sandbox);
  onTestFinished(() => writer.stop());

  const asked = await thread.says(
    `restore checkout database from=${id} name=checkout env=production reason="orders are gone"`,
  );
  const plan = await planIn(thread, asked);
  for (const said of [
    'checkout, worker, from s3 until s7 has started them again',
    's3 shop/deployment/checkout replicas 3 → 0, the number is remembered',
    'shop/statefulset/worker replicas 0 → as many as it had, now 2',
    'nothing stops it between this step and the next',
    'if s5 fails: c1 shop/deployment/checkout replicas 0 → as many as it had, now 3; then c2',
  ])
    expect(plan.text).toContain(said);
  expect(replicas(sandbox)).toEqual([3, 2]);
  // Between plan and stop somebody scales up: it is the number of the stop that comes back.
  await scaledTo(sandbox, 4);
  await approvedBy([ben, cyn], thread, plan.line);
  const text = await ended(thread);
  await writer.stop();

  expect(text).toMatch(/DONE.*DONE/);
  expect(replicas(sandbox)).toEqual([4, 2]);
  const [, aside = ''] = await databases(server);
  expect(aside).toMatch(/^checkout_before_/);
  const [now, then] = [await idsIn(server, 'checkout'), await idsIn(server, aside)];
  // Nobody's connection was cut, and each row that was acknowledged stands on one side of the change of names.
  expect(writer.failed()).toEqual([]);
  expect(writer.acknowledged().filter((row) => !now.has(row) && !then.has(row))).toEqual([]);
  expect(writer.acknowledged().some((row) => then.has(row))).toBe(true);
  expect([...now].filter((row) => row < 100_000)).toHaveLength(2000);
  const verified = await living.host('journal', 'verify');
  expect(verified.code, verified.stderr).toBe(0);
}, 90_000);

/** The thread once the restore, which stands behind the backup, is over. */
function ended(thread: LivingThread): Promise<string> {
  let last = '';
  return eventually(
    'the restore is over',
    async () => {
      last = await thread.shown();
      return /DONE.*(DONE|FAILED|UNKNOWN)|(FAILED|UNKNOWN).*DONE/.test(last) && last;
    },
    { withinMs: 60_000, say: () => last },
  );
}
