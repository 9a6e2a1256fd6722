/** The system's code for it, `ECONNREFUSED`: never a text that somebody else wrote. */
export function reasonOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : '';
  return typeof code === 'string' && /^[A-Z0-9_]{3,60}$/.test(code)
    ? code
    : 'the connection failed';
}
