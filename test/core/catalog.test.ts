import { describe, expect, it } from 'vitest';
import { type Catalog, locate, type ServiceEnvironment } from '../../src/core/catalog.ts';

const catalog: Catalog = {
  services: [
    {
      name: 'checkout',
      match: { namespace: 'shop', app: 'checkout' },
      environments: [environment('production')],
    },
    {
      name: 'cart',
      match: { app: 'cart' },
      environments: [
        environment('production', { cluster: 'eu-1' }),
        environment('staging', { cluster: 'eu-2' }),
      ],
    },
    {
      name: 'search',
      match: { app: 'search' },
      environments: [environment('production'), environment('staging', { cluster: 'eu-2' })],
    },
    { name: 'nothing', match: {}, environments: [environment('production')] },
    { name: 'late', match: { app: 'cart' }, environments: [environment('production')] },
  ],
};

describe('the service of an alert', () => {
  it('is the first whose labels all hold, with its only environment', () => {
    expect(locate(catalog, { namespace: 'shop', app: 'checkout', pod: 'x' })).toEqual({
      service: 'checkout',
      environment: 'production',
    });
  });

  it('is unknown when a label is missing or another', () => {
    expect(locate(catalog, { app: 'checkout' })).toEqual({});
    expect(locate(catalog, { namespace: 'shop', app: 'Checkout' })).toEqual({});
    expect(locate(catalog, {})).toEqual({});
  });

  it('is never one that names no labels', () => {
    expect(locate({ services: catalog.services.slice(3, 4) }, { app: 'x' })).toEqual({});
  });
});

describe('the environment of an alert', () => {
  it.each([
    ['eu-1', 'production'],
    ['eu-2', 'staging'],
  ])('is told by its labels: %s is %s', (cluster, expected) => {
    expect(locate(catalog, { app: 'cart', cluster })).toEqual({
      service: 'cart',
      environment: expected,
    });
  });

  it('stays open when the labels do not tell: nothing defaults to production', () => {
    expect(locate(catalog, { app: 'cart' })).toEqual({ service: 'cart' });
    expect(locate(catalog, { app: 'cart', cluster: 'us-1' })).toEqual({ service: 'cart' });
    expect(locate(catalog, { app: 'search' })).toEqual({ service: 'search' });
  });

  it('stays open when two environments claim it', () => {
    const both = ['a', 'b'].map((name) => environment(name, { cluster: 'eu-1' }));
    const twice: Catalog = { services: [{ name: 's', match: { app: 's' }, environments: both }] };
    expect(locate(twice, { app: 's', cluster: 'eu-1' })).toEqual({ service: 's' });
  });

  it('is none for a service without environments', () => {
    const bare: Catalog = { services: [{ name: 's', match: { app: 's' }, environments: [] }] };
    expect(locate(bare, { app: 's' })).toEqual({ service: 's' });
  });
});

function environment(
  name: string,
  match: Readonly<Record<string, string>> = {},
): ServiceEnvironment {
  return { name, targets: {}, match };
}
