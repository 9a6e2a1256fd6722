import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderEntry } from '../../../src/bot/surfaces/console/render.ts';
import { exchange, type Stage, startStage } from './stage.ts';

const light = 'a'.repeat(64);
const rejected = 'c'.repeat(64);
const png = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.from('<script>')]);

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
  stage.desk.pictures.set(light, png);
  stage.desk.pictures.set(rejected, Buffer.from('{"a":"rejected body"}'));
});
afterAll(() => stage.close());

describe('a picture in the console', () => {
  it('is a picture to the browser and nothing else', async () => {
    const { status, headers } = await stage.get(`/as/ana/pictures/${light}.png`);
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('image/png');
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['content-security-policy']).toBe("default-src 'none'; sandbox");
    expect(headers['cache-control']).toMatch(/^private,/);
    expect(headers['cross-origin-resource-policy']).toBe('same-origin');
  });

  it.each([
    [`${rejected}.png`, 'what is no picture'],
    [`${'b'.repeat(64)}.png`, 'what is not there'],
    [`${light}.svg`, 'another kind'],
    [light, 'a bare digest'],
    ['..%2f..%2fetc%2fpasswd.png', 'a path'],
  ])('is not given for %s (%s)', async (file) => {
    const { status, body } = await stage.get(`/as/ana/pictures/${file}`);
    expect(status).toBe(404);
    expect(body).not.toContain('rejected body');
  });

  it('is for nobody who is not signed in', async () => {
    expect(
      (await exchange(`${stage.url}/pictures/${light}.png`, { method: 'GET', headers: {} })).status,
    ).toBe(404);
    expect((await stage.get(`/as/nobody/pictures/${light}.png`)).status).toBeGreaterThanOrEqual(
      401,
    );
  });

  it('stands below its line, in the ground that the reader has chosen, with its words', () => {
    const picture = { light, dark: 'b'.repeat(64), alt: 'it rose "to" <23 %>' };
    const entry = { kind: 'line', key: 'line/7', at: 0, text: ['Graph'], picture } as const;
    const { html } = renderEntry(entry, { incident: 'inc-1', sandbox: false });
    expect(html).toContain('media="(prefers-color-scheme: dark)"');
    expect(html).toContain(
      `src="../pictures/${light}.png" alt="it rose &#34;to&#34; &#60;23 %&#62;"`,
    );
  });
});
