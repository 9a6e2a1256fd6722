import { expect, it } from 'vitest';
import { follow, startLivingBot } from '../support/living-bot.ts';

const configuration = `people: [ { id: ana, name: Ana }, { id: ben, name: Ben } ]
groups: { sre: { members: [ana, ben] } }
console:
  listen: 127.0.0.1:0
  tokens: { grafana: { token: "\${env:READ}", scopes: [read, export] } }
record: { export: [sre] }
default_route: { notify: sre }
policies: [ { match: { risk: [incident, read] }, requesters: [sre], approvals: [] } ]
`;

/** Ben may do all that ana may, but for this one incident. */
it('a private incident does not exist for a stranger, whatever they try; each look is counted', async () => {
  const { bot, person } = await startLivingBot(configuration, { READ: 'read-token' });
  const url = bot.urls.console;
  const ana = await person('ana');
  const ben = await person('ben');
  await ana.console.says('', 'declare it is slow');
  const everybody = await follow(`${url}/events`, ben.cookie);
  const declared = await ana.console.says('', 'declare the vault leaked private=true');
  const [incident = ''] = /inc-[0-9a-f]+/.exec(declared) ?? [];
  await ana.console.says(incident, 'note the vault was open since noon');
  expect(await ana.console.page(`/incidents/${incident}`)).toContain('since noon');
  expect(await ana.console.page('/incidents/')).toContain('the vault leaked');

  const form = { 'content-type': 'application/x-www-form-urlencoded', origin: url };
  const json = { 'content-type': 'application/json', origin: url };
  const attempts: [path: string, init: RequestInit][] = [
    ['/incidents/', {}],
    [`/incidents/${incident}`, {}],
    [`/incidents/${incident}/complete?line=note`, {}],
    [`/incidents/${incident}`, { method: 'POST', headers: form, body: 'line=status' }],
    [`/incidents/${incident}`, { method: 'POST', headers: form, body: 'line=timeline' }],
    [`/incidents/${incident}`, { method: 'POST', headers: form, body: 'line=note+hello' }],
    ['/incidents/', { method: 'POST', headers: form, body: `line=status+incident%3D${incident}` }],
    ['/incidents/', { method: 'POST', headers: form, body: 'line=status' }],
    ...['json', 'markdown', 'csv'].map((format): [string, RequestInit] => [
      `/incidents/${incident}/export`,
      { method: 'POST', headers: form, body: `format=${format}` },
    ]),
    ['/api/v1/incidents', {}],
    [`/api/v1/incidents/${incident}`, {}],
    [
      `/api/v1/incidents/${incident}/lines`,
      { method: 'POST', headers: json, body: '{"line":"status"}' },
    ],
    [
      `/api/v1/incidents/${incident}/exports`,
      { method: 'POST', headers: json, body: '{"format":"csv"}' },
    ],
  ];
  const ways = [{ cookie: ben.cookie }, { authorization: 'Bearer read-token' }];
  const nothing = 'inc-0000000000';
  for (const [path, init] of attempts) {
    for (const way of ways) {
      const ask = (at: string, body: RequestInit['body']) =>
        fetch(url + at, {
          ...init,
          ...(body === undefined ? {} : { body }),
          headers: { accept: 'text/html', ...way, ...init.headers },
          redirect: 'manual',
        });
      const answer = await ask(path, init.body);
      const text = await answer.text();
      const what = `${init.method ?? 'GET'} ${path} ${String(init.body ?? '')}`;
      expect(text, what).not.toContain('vault');
      // What is there and hidden answers like what is not there.
      const body = typeof init.body === 'string' ? init.body.replace(incident, nothing) : undefined;
      const other = await ask(path.replace(incident, nothing), body);
      expect(answer.status, what).toBe(other.status);
      expect(codesIn(text), what).toEqual(codesIn(await other.text()));
    }
  }
  const page = await follow(`${url}/events?incident=${incident}`, ben.cookie);
  expect(page.status).toBe(404);
  await ana.console.says(incident, 'note the vault is closed');
  await ana.console.says('', 'declare it is slow again');
  expect(everybody.heard()).toContain('it is slow');
  expect(everybody.heard() + page.heard()).not.toContain('vault');
  expect(everybody.heard()).not.toContain(incident);
  await Promise.all([everybody.close(), page.close()]);

  const counted = await (await fetch(`${bot.urls.metrics}/metrics`)).text();
  expect(counted).toMatch(
    /tocsin_requests_refused_total\{[^}]*code="INCIDENT_PRIVATE"[^}]*\} [1-9]/,
  );
}, 60_000);

function codesIn(text: string): readonly string[] {
  return [...text.matchAll(/\b[A-Z]+(?:_[A-Z]+)+\b/g)].map(([code]) => code);
}
