import { describe, expect, it } from 'vitest';
import { connect } from '../../../src/integrations/postgres/index.ts';
import { createSightings } from '../../../src/integrations/postgres/sightings.ts';
import { createFakePostgres, type FakePostgres } from '../../fakes/postgres.ts';
import { config, request } from './step-worlds.ts';

const t0 = Date.parse('2026-03-01T03:07:00Z');

describe('what a dead primary wrote', () => {
  it('is bounded in bytes by how far it was seen, and by time from there', async () => {
    const { postgres, plan, clock } = world();
    write(postgres, 'db-1', 1_400);
    await plan();
    clock.now += 12_000;
    Object.assign(postgres.servers['db-1'] ?? {}, { up: false });
    expect(await plan()).toMatchObject({
      ok: true,
      blast: {
        loses:
          'at most 400 bytes of what it wrote until 2026-03-01T03:07:00.000Z, when it was seen last, 12 s ago, and what it acknowledged after that',
      },
      warnings: [{ code: 'PG_LOSS_SEEN', facts: { bytes: 400, seconds: 12, wrote: '0/578' } }, {}],
    });
  });

  it('is none until then where the furthest replica has more than was seen', async () => {
    const { postgres, plan } = world();
    await plan();
    write(postgres, 'db-3', 2_000);
    Object.assign(postgres.servers['db-1'] ?? {}, { up: false });
    expect(await plan()).toMatchObject({ warnings: [{ facts: { bytes: 0 } }, {}] });
  });

  it('is bounded by time alone where nobody saw it, or saw another one', async () => {
    const unseen = world();
    Object.assign(unseen.postgres.servers['db-1'] ?? {}, { up: false });
    expect(await unseen.plan()).toMatchObject({ warnings: [{ code: 'PG_LOSS_SINCE' }, {}] });

    const { postgres, plan } = world();
    await plan();
    // Since then all were made anew.
    for (const server of Object.values(postgres.servers)) server.timeline += 1;
    Object.assign(postgres.servers['db-1'] ?? {}, { up: false });
    expect(await plan()).toMatchObject({ warnings: [{ code: 'PG_LOSS_SINCE' }, {}] });
  });
});

it('a look that ends late does not hide one that began after it', () => {
  const { note, last } = createSightings();
  const primary = { node: 'db-1', system: '7', timeline: 1 };
  note({ ...primary, lsn: '0/20', at: 2 });
  note({ ...primary, lsn: '0/10', at: 1 });
  expect(last(primary)).toMatchObject({ lsn: '0/20' });
});

function world() {
  const postgres = createFakePostgres();
  const clock = { now: t0 };
  const { planner } = connect(config, { ...postgres, clock: { now: () => clock.now } });
  return { postgres, clock, plan: () => planner.draft(request) };
}

function write({ servers }: FakePostgres, name: string, received: number): void {
  Object.assign(servers[name] ?? {}, { received });
}
