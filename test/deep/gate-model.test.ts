import { describe, expect, it } from 'vitest';
import { explore } from '../core/operation/model.ts';
import { modelsOf } from '../core/operation/models.ts';

const models = modelsOf({ isFull: Boolean(process.env['TOCSIN_FULL']) });

describe('every evening there can be', () => {
  it.each(models)('with %s keeps the promises', (name, bounds) => {
    const found = explore(bounds);
    const { states, turns, depth, whole } = found;
    console.info(JSON.stringify({ model: name, states, turns, depth, whole }));
    expect(found.broken).toEqual([]);
    expect(found.statuses.size).toBeGreaterThan(4);
    expect(whole).toBe(true);
  });
});
