import { Buffer } from 'node:buffer';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createOutbound } from '../../../src/bot/outbound-guard.ts';
import { Secret } from '../../../src/core/secret.ts';
import { connect } from '../../../src/integrations/grafana/index.ts';

/*
 * Against a Grafana of the machine's own that has its image renderer: TOCSIN_TEST_GRAFANA_URL=http://admin:admin@127.0.0.1:3000
 * There is no Grafana in Debian nor among the packages of npm, so it is skipped where none is given; the workflow of the
 * repository starts one. It writes the dashboard `tocsin-test` and nothing else.
 */

const given = process.env['TOCSIN_TEST_GRAFANA_URL'];

const hour = 3_600_000;
const window = { from: Date.now() - hour, to: Date.now() };

describe.skipIf(given === undefined)('a Grafana that draws (TOCSIN_TEST_GRAFANA_URL)', () => {
  const { origin, username, password } = new URL(given ?? 'http://admin:admin@127.0.0.1');
  let dashboard: string;

  beforeAll(async () => {
    const answer = await fetch(`${origin}/api/dashboards/db`, {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ dashboard: withOnePanel, overwrite: true }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`the dashboard was not written: ${answer.status} ${text}`);
    dashboard = `${origin}${JSON.parse(text).url}`;
  });

  function panels(secret = password) {
    const { panels: found, close } = connect(
      {
        ...{ source: 'grafana/main', url: origin, timeoutMs: 30_000 },
        basic: { username, password: new Secret(secret) },
      },
      { clock: Date, outbound: createOutbound({ allowed: [origin] }) },
    );
    onTestFinished(() => close());
    return found;
  }

  it.each(['viewPanel=7', 'viewPanel=panel-7', 'orgId=1&viewPanel=7&var-pod=a'])(
    'draws the panel that an alert names as %s, for the time of the incident',
    async (query) => {
      const panel = `${dashboard}?${query}`;
      const found = panels();
      expect(found.knows({ image: '', panel })).toBe(true);
      const looked = await found.picture({ image: '', panel }, window);
      if (!looked.ok) throw new Error(JSON.stringify(looked.problem));
      expect(sizeOf(looked.value)).toEqual([1000, 500]);
      // A page of words compresses to next to nothing; a line that was drawn does not.
      expect(looked.value.length).toBeGreaterThan(5_000);
    },
    90_000,
  );

  it('draws nothing for an account that it does not know', async () => {
    const looked = await panels('another-password').picture(
      { image: '', panel: `${dashboard}?viewPanel=7` },
      window,
    );
    expect(looked).toMatchObject({ ok: false, problem: { code: 'GRAFANA_REFUSED' } });
  }, 90_000);

  it('gives a picture that lies with it to whoever asks', async () => {
    const image = `${origin}/public/img/fav32.png`;
    const looked = await panels('another-password').picture({ image, panel: '' }, window);
    expect(looked.ok && sizeOf(looked.value)).toEqual([32, 32]);
  });
});

const source = { type: 'datasource', uid: 'grafana' };

/** Grafana's own made-up series: no other system is needed. */
const withOnePanel = {
  uid: 'tocsin-test',
  title: 'Tocsin test',
  schemaVersion: 39,
  panels: [
    {
      ...{ id: 7, type: 'timeseries', title: 'Requests', gridPos: { x: 0, y: 0, w: 24, h: 8 } },
      datasource: source,
      targets: [{ refId: 'A', datasource: source, queryType: 'randomWalk' }],
    },
  ],
};

/** Width and height as a PNG says them first: https://www.w3.org/TR/png-3/#11IHDR */
function sizeOf(png: Uint8Array): readonly number[] {
  const bytes = Buffer.from(png);
  return [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
}
