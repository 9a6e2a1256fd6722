/** What is let pass although the rule says no: by whom it would hurt, why it does not, and until when that is believed. */
export interface Exception {
  /** A package's name, or an advisory's id (`GHSA-…`). */
  readonly of: string;
  readonly because: string;
  /** A day; from then on the exception is none, and somebody has to look again. */
  readonly until: string;
}

export const licenceExceptions: readonly Exception[] = [
  {
    of: 'dejavu-fonts-ttf',
    because:
      'its text is the licence of Bitstream Vera, which allows use and distribution; the fonts are not sold and keep their name',
    until: '2027-11-01',
  },
];

/** High and critical advisories of what ships. */
export const advisoryExceptions: readonly Exception[] = [];
