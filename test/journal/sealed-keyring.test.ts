import { describe, expect, it } from 'vitest';
import { sealKeyring } from '../../src/journal/index.ts';
import { createMemoryKeyring } from '../support/step-up-stage.ts';

const [one, two] = ['1'.repeat(44), '2'.repeat(44)];
const secret = Buffer.from('the seed of an app');

describe('a sealed keyring', () => {
  it('gives back what was put in, and lets nobody read it who has no key', async () => {
    const keyring = createMemoryKeyring();
    const sealed = sealKeyring(keyring, [one]);
    await sealed.set('factor/ana/otp-1', secret);
    expect(await sealed.get('factor/ana/otp-1')).toEqual(secret);
    expect(await sealed.get('factor/ana/otp-2')).toBeUndefined();
    const bytes = keyring.entries.get('factor/ana/otp-1') ?? Buffer.of();
    expect(Buffer.from(bytes).includes('seed')).toBe(false);
    await expect(sealKeyring(keyring, [two]).get('factor/ana/otp-1')).rejects.toMatchObject({
      problem: { code: 'KEYRING_SEALED', facts: { name: 'factor/ana/otp-1' } },
    });
  });

  it('seals the same secret differently each time', async () => {
    const keyring = createMemoryKeyring();
    const sealed = sealKeyring(keyring, [one]);
    await sealed.set('a', secret);
    await sealed.set('b', secret);
    const [a, b] = [...keyring.entries.values()].map((bytes) => Buffer.from(bytes).toString('hex'));
    expect(a).not.toBe(b);
  });

  it('opens no entry that was put in the place of another, and none that was changed', async () => {
    const keyring = createMemoryKeyring();
    const sealed = sealKeyring(keyring, [one]);
    await sealed.set('factor/ana/otp-1', secret);
    const bytes = Buffer.from(keyring.entries.get('factor/ana/otp-1') ?? Buffer.of());
    keyring.entries.set('factor/ben/otp-1', bytes);
    await expect(sealed.get('factor/ben/otp-1')).rejects.toThrow('KEYRING_SEALED');
    for (let at = 0; at < bytes.length; at += 1) {
      const touched = Buffer.from(bytes);
      touched[at] = (touched[at] ?? 0) ^ 1;
      keyring.entries.set('factor/ana/otp-1', touched);
      await expect(sealed.get('factor/ana/otp-1'), `byte ${at}`).rejects.toThrow('KEYRING_SEALED');
    }
  });

  it('goes over to a new key as it is read, after which the old one can go', async () => {
    const keyring = createMemoryKeyring();
    await sealKeyring(keyring, [one]).set('a', secret);
    expect(await sealKeyring(keyring, [two, one]).get('a')).toEqual(secret);
    expect(await sealKeyring(keyring, [two]).get('a')).toEqual(secret);
    await expect(sealKeyring(keyring, [one]).get('a')).rejects.toThrow('KEYRING_SEALED');
  });
});
