import { exportIndex, importIndex } from '../core/alert/correlation-index.ts';
import { newCommonTexts, shareTexts } from '../core/alert/texts.ts';
import {
  type ExportedIncident,
  exportIncident,
  importIncident,
} from '../core/incident/snapshot.ts';
import { exportKnownIndex, importKnownIndex } from '../core/known/index.ts';
import type { Held, Readings } from './readings.ts';

/** Plain data, for a snapshot beside the journal. */
export function exportReadings(readings: Readings): unknown {
  return {
    incidents: [...readings.incidents].map(([id, { state, version }]) => {
      return [id, { state: exportIncident(state), version }] as const;
    }),
    operations: [...readings.operations],
    targets: [...readings.targets],
    posts: [...readings.posts],
    asks: [...readings.asks],
    surfaces: [...readings.surfaces],
    halts: [...readings.halts],
    quotas: [...readings.quotas],
    limits: [...readings.limits],
    mutes: [...readings.mutes],
    glasses: [...readings.glasses],
    storms: [...readings.storms],
    arrived: [...readings.arrived],
    operationsOf: [...readings.operationsOf],
    correlation: exportIndex(readings.correlation),
    known: exportKnownIndex(readings.known),
    position: readings.position,
    newestAt: readings.newestAt,
  };
}

type Exported = {
  readonly [K in keyof Omit<
    Readings,
    'correlation' | 'known' | 'incidents' | 'texts' | 'position' | 'newestAt'
  >]: Readings[K] extends Map<infer Key, infer Value> ? readonly (readonly [Key, Value])[] : never;
} & {
  readonly incidents: readonly (readonly [string, Held<ExportedIncident>])[];
  readonly correlation: Parameters<typeof importIndex>[0];
  readonly known: Parameters<typeof importKnownIndex>[0];
} & Pick<Readings, 'position' | 'newestAt'>;

/** A snapshot is our own bytes, named by `readingsVersion`; anything else was not loaded. */
export function importReadings(state: unknown, sameThreadMs?: number): Readings {
  const exported = state as Exported;
  const { position, newestAt } = exported;
  const texts = newCommonTexts();
  for (const [, { state: plain }] of exported.incidents) {
    if (plain.status !== 'none') shareTexts(texts, plain.alerts);
  }
  return {
    incidents: new Map(
      exported.incidents.map(([id, { state: plain, version }]) => {
        return [id, { state: importIncident(plain), version }];
      }),
    ),
    operations: new Map(exported.operations),
    targets: new Map(exported.targets),
    posts: new Map(exported.posts),
    asks: new Map(exported.asks),
    surfaces: new Map(exported.surfaces),
    halts: new Map(exported.halts),
    quotas: new Map(exported.quotas),
    limits: new Map(exported.limits),
    mutes: new Map(exported.mutes),
    glasses: new Map(exported.glasses),
    storms: new Map(exported.storms),
    arrived: new Map(exported.arrived),
    operationsOf: new Map(exported.operationsOf),
    correlation: importIndex(exported.correlation, sameThreadMs),
    known: importKnownIndex(exported.known),
    ...{ texts, position, newestAt },
  };
}
