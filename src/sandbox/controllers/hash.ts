// Names for templates: the same template, however its keys are ordered, has the same hash.

import { canonical, equal, semanticallyEqual } from '../json.ts';
import type { Labels, PodTemplate } from '../objects.ts';
import { encode } from '../store.ts';

export const templateHashLabel = 'pod-template-hash';
export const revisionHashLabel = 'controller-revision-hash';

export function hashOf(value: unknown, collisions = 0): string {
  const text = canonical(value) + (collisions === 0 ? '' : String(collisions));
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  }
  return encode([...String(hash)].map((digit) => digit.charCodeAt(0)));
}

export function sameTemplate(left: PodTemplate, right: PodTemplate): boolean {
  return equal(left, right) || semanticallyEqual(unlabelled(left), unlabelled(right));
}

export function withLabel(template: PodTemplate, key: string, value: string): PodTemplate {
  const labels: Labels = { ...template.metadata?.labels, [key]: value };
  return { ...template, metadata: { ...template.metadata, labels } };
}

function unlabelled(template: PodTemplate): PodTemplate {
  const { [templateHashLabel]: _hash, ...labels } = template.metadata?.labels ?? {};
  return { ...template, metadata: { ...template.metadata, labels } };
}
