import { createHmac } from 'node:crypto';
import { about, envelope, incidentData } from '../handlers/webhooks/page-bodies.ts';
import type { Attack, Scene } from './attack.ts';
import type { HttpTold } from './hands.ts';

let drawn = 0;
/** No two pages are one: each attack is about a page of its own. */
export function page(type: string, data: object = {}): string {
  drawn += 1;
  return JSON.stringify(
    envelope(type, incidentData({ id: `QPAGE${drawn}`, ...data }), { id: `event-${drawn}` }),
  );
}

const hex = (secret: string, text: string) =>
  createHmac('sha256', secret).update(text).digest('hex');

export interface PageDoor {
  /** `undefined`: without the header. */
  send(body: string, signature: string | undefined, path?: string): Promise<HttpTold>;
  right(body: string): string;
}

export function pageDoor({ hands, world }: Scene): PageDoor {
  return {
    right: (body) => `v1=${hex(world.keys.pagerduty, body)}`,
    send: (body, signature, path = '') =>
      hands.http(`${world.server}/webhooks/pagerduty${path}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(signature === undefined ? {} : { 'x-pagerduty-signature': signature }),
        },
        body,
      }),
  };
}

/** A page that would open an incident, under a header that must not let it in. */
function paged(
  name: string,
  refusal: string,
  headerOf: (body: string, right: string) => string | undefined,
): Attack {
  return {
    name: `PagerDuty: ${name}`,
    refusal,
    async attempt(scene) {
      const door = pageDoor(scene);
      const body = page('incident.triggered');
      scene.begin();
      return door.send(body, headerOf(body, door.right(body)));
    },
  };
}

const mismatch = 'PAGE_SIGNATURE_MISMATCH';
const zeros = `v1=${'0'.repeat(64)}`;

const onPages: readonly Attack[] = [
  paged('no signature', 'PAGE_UNSIGNED', () => undefined),
  paged('an empty signature', 'PAGE_UNSIGNED', () => ''),
  paged('a list of nothing', 'PAGE_UNSIGNED', () => ', ,,'),
  paged('a signature of zeros', mismatch, () => zeros),
  paged('a signature by another secret', mismatch, (body) => `v1=${hex('guess', body)}`),
  paged('a signature by an empty secret', mismatch, (body) => `v1=${hex('', body)}`),
  paged(
    'the signature of another body',
    mismatch,
    (body) => `v1=${hex('page-secret-0123', `${body} `)}`,
  ),
  paged('the right signature under another version', mismatch, (_, right) =>
    right.replace('v1', 'v2'),
  ),
  paged('the right signature without its version', mismatch, (_, right) => right.slice(3)),
  paged('the right signature cut to its half', mismatch, (_, right) => right.slice(0, 35)),
  paged(
    'the right signature in two halves',
    mismatch,
    (_, right) => `${right.slice(0, 35)},v1=${right.slice(35)}`,
  ),
  paged('the right signature and something behind it', mismatch, (_, right) => `${right}00`),
  paged(
    'signatures tried by the thousand',
    mismatch,
    (_, right) => `${`${zeros},`.repeat(150)}${right}`,
  ),
  {
    name: 'PagerDuty: the right signature, at the door of a source that there is not',
    refusal: 'WEBHOOK_SOURCE_UNKNOWN',
    async attempt(scene) {
      const door = pageDoor(scene);
      const body = page('incident.triggered');
      scene.begin();
      return door.send(body, door.right(body), '/other');
    },
  },
  {
    name: 'PagerDuty: the bytes of an event that was taken, once more',
    refusal: 'HTTP 200',
    async attempt(scene) {
      const door = pageDoor(scene);
      const body = page('incident.triggered');
      taken(await door.send(body, door.right(body)));
      scene.begin();
      return door.send(body, door.right(body));
    },
  },
  {
    name: 'PagerDuty: an old event, after the page was resolved',
    refusal: 'HTTP 200',
    async attempt(scene) {
      const door = pageDoor(scene);
      const body = page('incident.triggered');
      taken(await door.send(body, door.right(body)));
      const id: string = JSON.parse(body).event.data.id;
      const end = page('incident.resolved', { id, status: 'resolved' });
      taken(await door.send(end, door.right(end)));
      scene.begin();
      return door.send(body, door.right(body));
    },
  },
  {
    name: 'PagerDuty: a note that was taken, once more',
    refusal: 'HTTP 200',
    async attempt(scene) {
      const door = pageDoor(scene);
      const opened = page('incident.triggered');
      taken(await door.send(opened, door.right(opened)));
      const incident = JSON.parse(opened).event.data;
      const note = about('incident_note', {
        id: `PN${drawn}`,
        content: 'hm',
        incident: { ...incident, type: 'incident_reference' },
      });
      const body = JSON.stringify(envelope('incident.annotated', note, { id: `note-${drawn}` }));
      taken(await door.send(body, door.right(body)));
      scene.begin();
      return door.send(body, door.right(body));
    },
  },
];

/** What comes again is a replay only if it was let in before. */
function taken({ status, text }: HttpTold): void {
  if (status !== 200) throw new Error(`it was not taken: ${status} ${text}`);
}

const minute = 60_000;

export function alert(more: object = {}): string {
  drawn += 1;
  const labels = { alertname: `Grafana ${drawn}`, service: 'checkout' };
  return JSON.stringify({
    receiver: 'tocsin',
    status: 'firing',
    externalURL: 'https://grafana.example.com/',
    groupKey: '{}:{}',
    alerts: [
      {
        status: 'firing',
        labels,
        annotations: {},
        startsAt: '2026-11-20T12:00:00+01:00',
        endsAt: '0001-01-01T00:00:00Z',
        generatorURL: '?orgId=1',
        values: null,
        ...more,
      },
    ],
  });
}

export interface Sealed {
  readonly at: string;
  readonly signature: string;
}

export function sealed(
  { world }: Scene,
  body: string,
  by: { at?: number; secret?: string } = {},
): Sealed {
  const at = String(Math.floor((by.at ?? world.clock.now()) / 1000));
  return { at, signature: hex(by.secret ?? world.keys.grafana, `${at}:${body}`) };
}

export function sendAlert(
  { hands, world }: Scene,
  body: string,
  { at, signature }: Partial<Sealed>,
) {
  return hands.http(`${world.server}/webhooks/grafana`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(signature === undefined ? {} : { 'x-grafana-alerting-signature': signature }),
      ...(at === undefined ? {} : { 'x-grafana-alerting-time': at }),
    },
    body,
  });
}

/** An alert that would open an incident, sealed in a way that must not let it in. */
function alerted(name: string, how: (scene: Scene, body: string) => Partial<Sealed>): Attack {
  return {
    name: `Grafana: ${name}`,
    refusal: 'WEBHOOK_UNAUTHENTICATED',
    async attempt(scene) {
      const body = alert();
      scene.begin();
      return sendAlert(scene, body, how(scene, body));
    },
  };
}

const onAlerts: readonly Attack[] = [
  alerted('no signature', () => ({})),
  alerted('a signature by another secret', (scene, body) =>
    sealed(scene, body, { secret: 'guess' }),
  ),
  alerted('the signature of another body', (scene, body) => sealed(scene, `${body} `)),
  alerted('a signature from six minutes ago', (scene, body) =>
    sealed(scene, body, { at: scene.world.clock.now() - 6 * minute }),
  ),
  alerted('a signature from the future', (scene, body) =>
    sealed(scene, body, { at: scene.world.clock.now() + 6 * minute }),
  ),
  alerted('an old signature under the time of now', (scene, body) => ({
    ...sealed(scene, body),
    signature: sealed(scene, body, { at: scene.world.clock.now() - 6 * minute }).signature,
  })),
  alerted('a signature and no time', (scene, body) => ({
    signature: sealed(scene, body).signature,
  })),
  alerted('a time and no signature', (scene, body) => ({ at: sealed(scene, body).at })),
  {
    name: 'Grafana: the bytes of an alert that was taken, once more',
    refusal: 'HTTP 200',
    async attempt(scene) {
      const body = alert();
      const seal = sealed(scene, body);
      taken(await sendAlert(scene, body, seal));
      scene.begin();
      return sendAlert(scene, body, seal);
    },
  },
  {
    name: 'Grafana: the bytes of an alert that is over, once more',
    refusal: 'HTTP 200',
    async attempt(scene) {
      const body = alert();
      const seal = sealed(scene, body);
      taken(await sendAlert(scene, body, seal));
      const over = JSON.parse(body);
      over.status = 'resolved';
      over.alerts[0] = {
        ...over.alerts[0],
        status: 'resolved',
        endsAt: '2026-11-20T12:05:00+01:00',
      };
      const end = JSON.stringify(over);
      taken(await sendAlert(scene, end, sealed(scene, end)));
      scene.begin();
      return sendAlert(scene, body, seal);
    },
  },
];

/** Doors that sign what they send: nothing else is let in, and what was let in is done once. */
export const webhookAttacks: readonly Attack[] = [...onPages, ...onAlerts];
