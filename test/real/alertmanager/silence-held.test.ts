import { existsSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { ALERTMANAGER, type AlertmanagerServer, startAlertmanager } from './alertmanager-server.ts';
import { delivered, evening, showing, states } from './silence-evening.ts';

const ends: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const slow = { alertname: 'Slow', severity: 'warning', pod: 'a' };

describe.skipIf(!existsSync(ALERTMANAGER))('silences as a real Alertmanager has them', () => {
  it('show when somebody else made one, with its comment, and when that is over', async () => {
    const { server, counter, integration, close } = await evening();
    ends.push(close);
    await server.post([{ labels: slow }]);
    const incident = await delivered(counter, server);
    const shows = showing(counter, incident);
    const id = await made(server, { comment: 'moving racks <@U01> @here', createdBy: 'gina' });
    await shows('silenced there');
    await shows('by gina: moving racks <@U01> @here');
    await shows('gina silenced alerts of it at alertmanager/main');
    await fetch(`${server.url}/api/v2/silence/${id}`, { method: 'DELETE' });
    await shows('The silence that gina made at alertmanager/main is over');
    expect(await states(integration)).toEqual(['firing']);
  });

  it('are made again when the one that alone knew them is killed, and end once', async () => {
    // Two that do not gossip: what the one takes the other never hears, as when it dies before it told.
    const survivor = await startAlertmanager();
    ends.push(survivor.close);
    const { server, counter, close } = await evening([survivor]);
    ends.push(close);
    await Promise.all([server, survivor].map((each) => each.post([{ labels: slow }])));
    const incident = await delivered(counter, server);
    const shows = showing(counter, incident);
    await counter.says('ana', 'silence 10m reason="being replaced"', { incident });
    await shows('It is silenced at alertmanager/main');
    const [first] = await listed(server);
    expect(await listed(survivor)).toEqual([]);

    process.kill(server.pid, 'SIGKILL');
    await shows('alertmanager/main has forgotten the silence: it is made again');
    await eventually('the survivor mutes it', async () => (await listed(survivor)).length === 1);
    const [again] = await listed(survivor);
    // The same alerts until the same end, by the same person.
    expect({ ...again, id: '', startsAt: '', updatedAt: '' }).toEqual({
      ...first,
      id: '',
      startsAt: '',
      updatedAt: '',
    });
    await counter.says('ben', 'unsilence', { incident });
    await eventually('it is heard again', async () => {
      return (await listed(survivor)).length === 0;
    });
  });

  it('are known as they are when somebody prolongs one of ours there', async () => {
    const { server, counter, close } = await evening();
    ends.push(close);
    await server.post([{ labels: slow }]);
    const incident = await delivered(counter, server);
    await counter.says('ana', 'silence 10m reason="being replaced"', { incident });
    await showing(counter, incident)('It is silenced at alertmanager/main');
    const [ours] = await listed(server);
    const endsAt = new Date(Date.now() + 3 * 3_600_000).toISOString();
    await made(server, { ...ours, endsAt });
    await showing(counter, incident)('The silence was changed at alertmanager/main: it ends');
  });
});

async function made(server: AlertmanagerServer, more: object): Promise<string> {
  const answer = await fetch(`${server.url}/api/v2/silences`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      matchers: [{ name: 'alertname', value: 'Slow', isRegex: false, isEqual: true }],
      startsAt: new Date().toISOString(),
      endsAt: new Date(Date.now() + 3_600_000).toISOString(),
      ...more,
    }),
  });
  const { silenceID } = (await answer.json()) as { silenceID: string };
  return silenceID;
}

/** What stands there, as it stands there. */
async function listed({ url }: AlertmanagerServer): Promise<readonly Record<string, unknown>[]> {
  const answer = await fetch(`${url}/api/v2/silences`);
  const all = (await answer.json()) as { status: { state: string } }[];
  return all.filter(({ status }) => status.state === 'active').map((each) => ({ ...each }));
}
