import { Buffer } from 'node:buffer';
import type { Picture } from '../../../core/view/card.ts';
import type { HttpRoute } from '../../http-route.ts';
import { type Html, html } from './html.ts';
import { type DeskSite, personRoute, sendProblem } from './site.ts';

/** On the ground that the reader has chosen. Its words stand beside it for whoever sees no pictures. */
export function renderPicture({ light, dark, alt }: Picture): Html {
  return html`<picture class="graph"><source media="(prefers-color-scheme: dark)" srcset="../pictures/${dark}.png"><img src="../pictures/${light}.png" alt="${alt}" width="800" loading="lazy" decoding="async"></picture>`;
}

/**
 * Pictures by their digest, to whoever is signed in. Among the blobs lie rejected bodies too: nothing that is no PNG leaves, and
 * what leaves is nothing but a picture to a browser.
 */
export function pictureRoutes(site: DeskSite): readonly HttpRoute[] {
  return [
    personRoute(site, ['GET', '/pictures/:file'], async (call) => {
      const { file = '' } = call.params;
      const digest = /^([0-9a-f]{64})\.png$/.exec(file)?.[1];
      const bytes = digest === undefined ? undefined : await site.desk.picture?.(digest);
      if (!bytes || !isPng(bytes)) {
        return sendProblem(site, call, 404, 'CONSOLE_NOT_FOUND', call.caller);
      }
      call.response.writeHead(200, {
        'Content-Type': 'image/png',
        'Content-Length': bytes.byteLength,
        'Content-Disposition': 'inline; filename="graph.png"',
        'Content-Security-Policy': "default-src 'none'; sandbox",
        // Its name is its content: it never changes. To nobody else's cache.
        'Cache-Control': 'private, max-age=31536000, immutable',
      });
      call.response.end(bytes);
    }),
  ];
}

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

function isPng(bytes: Uint8Array): boolean {
  return Buffer.compare(Buffer.from(bytes.subarray(0, signature.length)), signature) === 0;
}
