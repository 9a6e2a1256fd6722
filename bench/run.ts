const [name = ''] = process.argv.slice(2);

const benches: Readonly<Record<string, () => Promise<object>>> = {
  approve: async () => (await import('./approve.ts')).approve(),
  backup: async () => (await import('./backup.ts')).backup(),
  coldstart: async () => (await import('./coldstart.ts')).coldstart(),
  failover: async () => (await import('./failover.ts')).failover(),
  gate: async () => (await import('./gate.ts')).gate(),
  graphs: async () => (await import('./graphs.ts')).graphs(),
  ingest: async () => (await import('./ingest.ts')).ingest(),
  latency: async () => (await import('./latency.ts')).latency(),
  memory: async () => (await import('./memory.ts')).memory(),
  press: async () => (await import('./press.ts')).press(),
  sync: async () => (await import('./sync.ts')).sync(),
  storm: async () => (await import('./storm.ts')).storm(),
  slowdisk: async () => (await import('./slowdisk.ts')).slowdisk(),
};

const bench = benches[name];
if (bench === undefined) {
  const known = Object.keys(benches).join(', ');
  process.stderr.write(`npm run bench -- NAME, and NAME is one of: ${known}\n`);
  process.exitCode = 2;
} else {
  process.stdout.write(`${JSON.stringify(await bench())}\n`);
}
