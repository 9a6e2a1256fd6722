import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Ensured } from '../../../src/core/ports/surface.ts';
import { entryPost, line, openStage, rootPost, type Stage } from './stage.ts';

describe('lines in Discord', () => {
  let stage: Stage;

  beforeEach(async () => {
    stage = await openStage();
  });

  afterEach(() => stage.close());

  function refOf(ensured: Ensured): string {
    if (!ensured.ok) throw new Error(`not posted: ${JSON.stringify(ensured)}`);
    return ensured.ref;
  }

  const root = async () => refOf(await stage.connection.surface.ensureRoot(rootPost()));

  it('carry the picture of a line, on dark ground and described, and once', async () => {
    const ref = await root();
    const picture = { light: 'a'.repeat(64), dark: 'b'.repeat(64), alt: 'it rose to 23 %' };
    const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47]);
    stage.desk.pictures.set(picture.dark, png);
    const entry = { ...line('line/7', 'Graph of HighErrorRate'), picture };
    const made = refOf(await stage.connection.surface.ensureEntry(entryPost(ref, { entry })));
    const message = stage.ops.last().thread?.last();
    expect(message?.content).toMatch(/^Graph of HighErrorRate\n/);
    expect(
      message?.files.map(({ name, bytes, alt }) => [name, new Uint8Array(bytes), alt]),
    ).toEqual([['graph.png', png, 'it rose to 23 %']]);
    await stage.connection.surface.ensureEntry(entryPost(ref, { entry, ref: made }));
    expect(
      stage.ops
        .last()
        .thread?.messages()
        .filter(({ files }) => files.length > 0).length,
    ).toBe(1);
  });

  it('stand without a picture whose bytes are gone', async () => {
    const ref = await root();
    const picture = { light: 'a'.repeat(64), dark: 'b'.repeat(64), alt: 'it rose to 23 %' };
    const entry = { ...line('line/7', 'Graph of HighErrorRate'), picture };
    refOf(await stage.connection.surface.ensureEntry(entryPost(ref, { entry })));
    expect(stage.ops.last().thread?.last().files).toEqual([]);
  });
});
