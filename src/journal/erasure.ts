/** Names the erasure, so that a second request finds the first, and a verifier finds who erased a payload. */
export function erasureCause(stream: string, version: number): string {
  return `erase/${stream}@${version}`;
}
