import { type Raw, said } from './name.ts';

/** What is not as somebody who restores it may think: it is said, and no reason to fail. */
export interface Notes {
  tell(what: Remark, raw: Raw): void;
  /** `2 changed while they were read: access.log, error.log`. */
  said(): readonly string[];
}

export type Remark = keyof typeof words;

const words = {
  changed: 'changed while they were read',
  gone: 'went away before they were read',
  special: 'are neither file nor folder nor link, and left out',
  mounted: 'are other file systems, and left out',
};

/** Those that are named; the rest is counted. */
const namedMax = 3;

export function createNotes(): Notes {
  const found = new Map<Remark, { count: number; readonly names: string[] }>();
  return {
    tell(what, raw) {
      const seen = found.get(what) ?? { count: 0, names: [] };
      seen.count += 1;
      if (seen.names.length < namedMax) seen.names.push(said(raw).slice(0, 200));
      found.set(what, seen);
    },
    said: () =>
      [...found].map(([what, { count, names }]) => {
        const more = count > names.length ? ', …' : '';
        return `${count} ${words[what]}: ${names.join(', ')}${more}`;
      }),
  };
}
