const [name = ''] = process.argv.slice(2);

const benches: Readonly<Record<string, () => Promise<object>>> = {
  ingest: async () => (await import('./ingest.ts')).ingest(),
};

const bench = benches[name];
if (bench === undefined) {
  const known = Object.keys(benches).join(', ');
  process.stderr.write(`npm run bench -- NAME, and NAME is one of: ${known}\n`);
  process.exitCode = 2;
} else {
  process.stdout.write(`${JSON.stringify(await bench())}\n`);
}
