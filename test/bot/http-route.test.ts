import { describe, expect, it } from 'vitest';
import { findRoute, type HttpRoute } from '../../src/bot/http-route.ts';

const handle = async () => undefined;
const routes: readonly HttpRoute[] = [
  { method: 'GET', path: '/', handle },
  { method: 'GET', path: '/incidents/', handle },
  { method: 'GET', path: '/incidents/:incident', handle },
  { method: 'POST', path: '/incidents/:incident/lines', handle },
];

describe('finding a route', () => {
  it('takes one segment for a name and decodes it', () => {
    expect(findRoute(routes, 'GET', '/incidents/am%2Fmain%3A1')).toMatchObject({
      kind: 'found',
      params: { incident: 'am/main:1' },
    });
  });

  it('answers HEAD where it answers GET', () => {
    expect(findRoute(routes, 'HEAD', '/')).toMatchObject({ kind: 'found' });
  });

  it('says which methods would do', () => {
    expect(findRoute(routes, 'DELETE', '/incidents/1/lines')).toEqual({
      kind: 'other-method',
      allow: ['POST'],
    });
  });

  it.each(['/nothing', '/incidents', '/incidents/a/b', '/incidents/%E0%A4%A', '//incidents/'])(
    'finds nothing at %s',
    (path) => {
      expect(findRoute(routes, 'GET', path)).toEqual({ kind: 'none' });
    },
  );

  it('takes an empty segment for the list, never for a name', () => {
    expect(findRoute(routes, 'GET', '/incidents/')).toMatchObject({
      kind: 'found',
      params: {},
      route: { path: '/incidents/' },
    });
  });
});
