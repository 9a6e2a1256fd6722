import { fastify } from 'fastify';

/** What Tocsin is compared with: a route that parses JSON and answers, and does nothing else at all. */
export async function main() {
  const server = fastify();
  server.post('/webhooks/alertmanager', async () => ({ ok: true }));
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  process.stdout.write(`${JSON.stringify({ msg: 'ready', server: url })}\n`);
  await new Promise((resolve) => {
    process.once('SIGTERM', resolve);
  });
  await server.close();
  return 0;
}
