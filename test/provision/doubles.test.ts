import { describe, expect, it } from 'vitest';
import { areInstalled, loadDouble } from './doubles.ts';

describe('the doubles are installed', () => {
  const wanted = {
    packages: {
      '': {},
      'node_modules/emulate': { version: '0.12.2' },
      'node_modules/for-a-mac': { version: '1.0.0', optional: true },
    },
  };
  const installed = { packages: { 'node_modules/emulate': { version: '0.12.2' } } };

  it('when all are there but those that other machines need', () => {
    expect(areInstalled(wanted, installed)).toBe(true);
  });

  it('not when one is missing, another version, or nothing was installed', () => {
    const other = { packages: { 'node_modules/emulate': { version: '1.0.2' } } };
    expect(areInstalled(wanted, { packages: {} })).toBe(false);
    expect(areInstalled(wanted, other)).toBe(false);
    expect(areInstalled(wanted, {})).toBe(false);
  });
});

it('a suite that needs one that is missing fails with a sentence that says what to do', async () => {
  await expect(loadDouble('nobody/index.js')).rejects.toThrow(
    /^nobody\/index\.js is not installed: .* Next: `cd test\/doubles && npm ci --ignore-scripts`\.$/,
  );
});
