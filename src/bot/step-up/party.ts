/** Whom an authenticator knows us as: the console's own origin, and its host as the RP id. */
export interface RelyingParty {
  readonly origin: string;
  readonly id: string;
}

/** Undefined where no browser takes passkeys: RP ids are domains, and localhost is one, but no address is. */
export function relyingParty(publicUrl: string): RelyingParty | undefined {
  const url = URL.parse(publicUrl);
  if (url === null || /^[\d.]+$|^\[/.test(url.hostname)) return undefined;
  const isSecure = url.protocol === 'https:' || url.hostname === 'localhost';
  return isSecure ? { origin: url.origin, id: url.hostname } : undefined;
}
