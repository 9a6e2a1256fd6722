/** What Node is started with for tests. Other platforms have no such keys, and no such flag. */
export const v8Flags: readonly string[] =
  process.platform === 'linux' && process.arch === 'x64' ? ['--no-memory-protection-keys'] : [];
