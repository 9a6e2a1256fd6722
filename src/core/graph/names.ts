type Labels = Readonly<Record<string, string>>;

/** Longer ones are cut in the middle: pods differ at their ends. */
const nameMax = 40;

/**
 * A short name for each series: the values of as few labels as tell them apart, in the order in which people say them.
 * The only one needs no name.
 */
export function seriesNames(all: readonly Labels[]): readonly string[] {
  if (all.length <= 1) return all.map(() => '');
  const chosen = telling(all);
  return all.map((labels, index) => {
    const parts = chosen.map((name) => labels[name] ?? '').filter((value) => value !== '');
    return parts.length === 0 ? `series ${index + 1}` : shortened(parts.join(' · '));
  });
}

/** Label by label, each time the one that tells most of them apart; of equals the shorter values. */
function telling(all: readonly Labels[]): readonly string[] {
  const varying = [...new Set(all.flatMap((labels) => Object.keys(labels)))]
    .filter((name) => new Set(all.map((labels) => labels[name] ?? '')).size > 1)
    .toSorted();
  const chosen: string[] = [];
  let apart = 1;
  while (apart < all.length) {
    const best = varying
      .filter((name) => !chosen.includes(name))
      .map((name) => ({ name, apart: groups(all, [...chosen, name]), size: sizeOf(all, name) }))
      .toSorted((a, b) => b.apart - a.apart || a.size - b.size)[0];
    if (!best || best.apart === apart) break;
    chosen.push(best.name);
    apart = best.apart;
  }
  return chosen;
}

function groups(all: readonly Labels[], names: readonly string[]): number {
  return new Set(all.map((labels) => JSON.stringify(names.map((name) => labels[name] ?? '')))).size;
}

function sizeOf(all: readonly Labels[], name: string): number {
  return all.reduce((sum, labels) => sum + (labels[name] ?? '').length, 0);
}

function shortened(name: string): string {
  const letters = Array.from(name);
  if (letters.length <= nameMax) return name;
  const half = Math.floor((nameMax - 1) / 2);
  return `${letters.slice(0, half).join('')}…${letters.slice(-half).join('')}`;
}
