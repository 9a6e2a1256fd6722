import { describe, expect, it } from 'vitest';
import type { IncidentEvent } from '../../../src/core/incident/event.ts';
import type { Entry } from '../../../src/core/view/card.ts';
import { type IncidentCardContext, incidentCard } from '../../../src/core/view/incident-card.ts';
import { story } from '../../../src/core/view/story.ts';
import { plain } from '../../../src/core/view/text.ts';
import { type Past, T0 } from '../given.ts';
import {
  closed,
  closedBy,
  fired,
  firing,
  given,
  incidentOf,
  labels,
  MINUTE,
  opened,
  resolved,
} from '../incident/given-incident.ts';

const words: IncidentCardContext = {
  names: new Map([
    ['ana', 'Ana'],
    ['ben', 'Ben'],
  ]),
  book: {},
};
const crash = opened({ title: 'KubePodCrashLooping' });
const one = pod('checkout-1');
const two = pod('checkout-2');
const acked = { type: 'IncidentAcknowledged', v: 1, person: 'ana', surface: 'console' } as const;

describe('the story', () => {
  const again = { type: 'IncidentReopened', v: 1, why: 'firing-again' } as const;
  const comesAndGoes = [again, fired(one), resolved('checkout-1'), closed()] as const;

  it('is what a person would say aloud', () => {
    const past: readonly IncidentEvent[] = [
      crash,
      fired(one),
      { type: 'PeopleNotified', v: 1, key: 'critical', group: 'sre', people: ['ana'] },
      acked,
      { type: 'NoteAdded', v: 1, person: 'ben', surface: 'console', text: 'queue drained' },
      { type: 'SeveritySet', v: 1, person: 'ana', surface: 'console', severity: 'warning' },
      { type: 'IncidentAssigned', v: 1, person: 'ana', surface: 'console', to: 'ana' },
      { type: 'IncidentUnacknowledged', v: 1, person: 'ana', surface: 'console' },
      { type: 'PeopleNotified', v: 1, key: 'unknown:op-1', group: 'sre', people: ['ana'] },
      closedBy('ana', 'known', 1),
      { type: 'IncidentReopened', v: 1, why: 'still-firing' },
    ];
    expect(said(...past)).toEqual([
      'alertmanager/main opened it: KubePodCrashLooping',
      '@sre (ana) a critical incident',
      'Ana acknowledged · console',
      'Ben · console: queue drained',
      'Ana set the severity to warning · console',
      'Ana took it · console',
      'Ana took the acknowledgement back · console',
      '@sre (ana) nobody knows how `op-1` ended: look and settle',
      'Ana resolved it over 1 firing alert · console: known',
      'Opened again: its alerts never stopped',
    ]);
  });

  it('begins with the person who declared it', () => {
    const declared = {
      event: opened({ origin: 'person', title: 'checkout is slow' }),
      at: T0,
      by: 'ben',
    };
    expect(said(declared)).toEqual(['Ben declared: checkout is slow']);
  });

  it('says where a thing was said, once there is more than one place to say it', () => {
    const ack = { type: 'IncidentAcknowledged', v: 1, person: 'ana' } as const;
    const acked = (places: Readonly<Record<string, string>>, surface: string) =>
      said(opened({ places }), { ...ack, surface })[1];
    expect(acked({}, 'console')).toBe('Ana acknowledged');
    expect(acked({}, 'slack/main')).toBe('Ana acknowledged · slack');
    const mirrored = { 'slack/main': '#ops', 'discord/main': 'ops' };
    expect(acked(mirrored, 'console')).toBe('Ana acknowledged · console');
    expect(acked(mirrored, 'discord/main')).toBe('Ana acknowledged · discord');
    const twice = { 'slack/eu': '#ops', 'slack/us': '#ops' };
    expect(acked(twice, 'slack/eu')).toBe('Ana acknowledged · slack/eu');
  });

  it('tells who pinned what whom wrote when, with the pictures and the way there', () => {
    const pinned = {
      type: 'MessagePinned',
      v: 1,
      person: 'ana',
      surface: 'slack/main',
      author: { person: 'ben', account: 'T01/U02', name: 'ben the great' },
      writtenAt: T0 - 8 * MINUTE,
      text: 'the disk is full',
      link: 'https://chat.example/p1',
      images: ['c0ffee'.repeat(10)],
    } as const;
    const stranger = { person: '', account: 'T01/U09', name: 'Ana' };
    const own = { person: 'ana', account: 'T01/U01', name: 'Ana' };
    expect(
      said(
        crash,
        pinned,
        { ...pinned, author: stranger, images: [], link: '' },
        { ...pinned, author: own, text: '', link: '' },
      ).slice(1),
    ).toEqual([
      'Ana pinned what Ben wrote at 02:52 UTC · slack: the disk is full · picture `c0ffeec0ffee` · message <https://chat.example/p1>',
      'Ana pinned what Ana (T01/U09) wrote at 02:52 UTC · slack: the disk is full',
      'Ana pinned what they wrote at 02:52 UTC · slack · picture `c0ffeec0ffee`',
    ]);
  });

  it('pings for a mention that was recorded, and for nothing else: an end wakes nobody', () => {
    const named = { type: 'PeopleNotified', v: 1, key: 'critical', group: 'sre' } as const;
    const night = [crash, fired(one), { ...named, people: ['ana'] }, acked] as const;
    const ends = [resolved('checkout-1'), closed(), ...comesAndGoes, closedBy('ana', 'over', 0)];
    const pings = entries(...night, ...ends).filter((entry) =>
      JSON.stringify(entry).includes('"notify"'),
    );
    expect(pings.map(text)).toEqual(['@sre (ana) a critical incident']);
    const card = incidentCard(incident(...night, ...ends), words);
    expect(JSON.stringify(card)).not.toContain('"notify"');
  });

  it('says when it gets worse than it ever was, and not when it wavers', () => {
    const mild = firing('m', { labels: labels('Slow', { severity: 'warning' }) });
    const past = [
      opened({ severity: 'warning' }),
      fired(mild),
      fired(one),
      resolved('checkout-1'),
      fired(two),
    ] as const;
    expect(said(...past).slice(1)).toEqual(['Severity rose from warning to critical']);
  });

  it('says nothing of further alerts, of copies, of silences', () => {
    expect(said(crash, fired(one), fired(two), resolved('checkout-2')).length).toBe(1);
  });

  it('tells the first return, and counts the others on one card that lives', () => {
    const once = [crash, fired(one), resolved('checkout-1'), closed(), ...comesAndGoes];
    expect(said(...once).slice(1)).toEqual([
      'Resolved: every alert has stopped',
      'Opened again: it fires again',
      'Resolved: every alert has stopped',
    ]);
    const thrice = entries(...once, ...comesAndGoes, ...comesAndGoes);
    expect(thrice.length).toBe(entries(...once).length + 1);
    expect(thrice.at(-1)).toMatchObject({ kind: 'card', key: 'flapping' });
    expect(text(thrice.at(-1))).toBe(
      'It has stopped and fired again 3 times, last at 03:00 UTC. Now it is quiet.',
    );
  });

  it('keeps its keys when it goes on', () => {
    const before = entries(crash, fired(one), acked);
    const after = entries(crash, fired(one), acked, resolved('checkout-1'), closed());
    expect(after.slice(0, before.length)).toEqual(before);
    expect(new Set(after.map(({ key }) => key)).size).toBe(after.length);
  });

  it('holds the last 200 lines of a long night', () => {
    const notes = Array.from({ length: 300 }, (_, index): IncidentEvent => {
      return { type: 'NoteAdded', v: 1, person: 'ana', surface: 'console', text: `note ${index}` };
    });
    expect(said(crash, ...notes).length).toBe(200);
    expect(said(crash, ...notes).at(-1)).toBe('Ana · console: note 299');
  });
});

function pod(name: string, more: Parameters<typeof firing>[1] = {}) {
  return firing(name, {
    labels: labels('KubePodCrashLooping', { app: 'checkout', pod: name }),
    annotations: { summary: `Pod ${name} is crash-looping` },
    ...more,
  });
}

type PastEvents = readonly Past<IncidentEvent>[];

function incident(...past: PastEvents) {
  return incidentOf(given(...past).state());
}

function entries(...past: PastEvents): readonly Entry[] {
  return story(incident(...past), words);
}

function said(...past: PastEvents): readonly string[] {
  return entries(...past).map(text);
}

function text(entry: Entry | undefined): string {
  if (!entry) return '';
  return plain(entry.kind === 'line' ? entry.text : entry.card.title);
}
