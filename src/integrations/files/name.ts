/**
 * A name or way as the system has it, one character for each byte: a file may be called anything but `/` and NUL, and
 * need not be text. https://man7.org/linux/man-pages/man7/path_resolution.7.html
 */
export type Raw = string;

export function rawOf(text: string): Raw {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** For calls of the system. */
export function pathOf(raw: Raw): Buffer {
  return Buffer.from(raw, 'latin1');
}

/** For people: bytes that are no text become a mark. */
export function said(raw: Raw): string {
  return Buffer.from(raw, 'latin1').toString('utf8');
}

export function parentOf(raw: Raw): Raw {
  return raw.slice(0, Math.max(0, raw.lastIndexOf('/')));
}

export function baseOf(raw: Raw): Raw {
  return raw.slice(raw.lastIndexOf('/') + 1);
}

export function isInside(raw: Raw, folder: Raw): boolean {
  return raw.startsWith(`${folder}/`);
}
