import { readFileSync } from 'node:fs';
import type { HttpRoute } from '../../http-route.ts';
import { digestOf } from './render.ts';
import { setSafeHeaders } from './requests.ts';

export interface AssetPaths {
  readonly script: string;
  readonly style: string;
  /** Speaks to authenticators. */
  readonly factors: string;
  readonly factorsStyle: string;
}

/** The digest stands in the path, so that a browser may keep the file for good and a new version gets a new name. */
export function loadAssets(): {
  readonly paths: AssetPaths;
  readonly routes: readonly HttpRoute[];
} {
  const script = assetRoute(
    'console.js',
    'text/javascript; charset=utf-8',
    new URL('./assets/console.js', import.meta.url),
  );
  const style = assetRoute(
    'console.css',
    'text/css; charset=utf-8',
    new URL('./assets/console.css', import.meta.url),
  );
  const factors = assetRoute(
    'factors.js',
    'text/javascript; charset=utf-8',
    new URL('./assets/factors.js', import.meta.url),
  );
  const factorsStyle = assetRoute(
    'factors.css',
    'text/css; charset=utf-8',
    new URL('./assets/factors.css', import.meta.url),
  );
  return {
    paths: {
      script: script.path,
      style: style.path,
      factors: factors.path,
      factorsStyle: factorsStyle.path,
    },
    routes: [script, style, factors, factorsStyle],
  };
}

function assetRoute(name: string, type: string, file: URL): HttpRoute {
  const text = readFileSync(file, 'utf8');
  return {
    method: 'GET',
    path: `/assets/${digestOf(text).slice(0, 16)}/${name}`,
    async handle(_request, response) {
      setSafeHeaders(response);
      response.writeHead(200, {
        'Content-Type': type,
        'Cache-Control': 'public, max-age=31536000, immutable',
      });
      response.end(text);
    },
  };
}
