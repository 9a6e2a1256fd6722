import { alertName, type Labels } from './alert.ts';

/**
 * The texts of the alert of each name that came last. Two alerts of one rule differ in a pod or a host and are the same
 * in all else: what they have in common is kept once. Owned by one reader and changed in place by `shareTexts`.
 */
export type CommonTexts = Map<string, Texts>;

interface Texts {
  readonly labels: Labels;
  readonly annotations: Labels;
  generatorUrl: string;
}

/** More names than this are not remembered together. */
const NAMES_MAX = 1000;

export function newCommonTexts(): CommonTexts {
  return new Map();
}

/**
 * Puts the text kept before in the place of each equal one of these alerts, which nobody else may hold yet. What they
 * say stays the same; on a bad night it takes half the memory, and half the time of whoever collects the rest.
 */
export function shareTexts(common: CommonTexts, alerts: readonly Texts[]): void {
  for (const alert of alerts) {
    const name = alertName(alert.labels);
    const before = common.get(name);
    if (before) {
      share(alert.labels, before.labels);
      share(alert.annotations, before.annotations);
      if (alert.generatorUrl === before.generatorUrl) alert.generatorUrl = before.generatorUrl;
    } else if (common.size >= NAMES_MAX) {
      common.clear();
    }
    common.set(name, alert);
  }
}

function share(texts: Record<string, string>, before: Labels): void {
  for (const name in texts) {
    const kept = before[name];
    if (kept !== undefined && texts[name] === kept) texts[name] = kept;
  }
}
