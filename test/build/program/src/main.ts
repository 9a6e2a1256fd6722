import { shared } from './shared.ts';

/** Touches each package as the program does, so that a bundle in which one does not work is found. */
const uses: Readonly<Record<string, () => Promise<unknown>>> = {
  async 'own-files'() {
    const { ownFiles } = await import('./first-need/own-files.ts');
    return await ownFiles();
  },
  async '@slack/bolt'() {
    const { default: bolt } = await import('@slack/bolt');
    const app = new bolt.App({
      token: 'xoxb-1',
      appToken: 'xapp-1',
      socketMode: true,
      tokenVerificationEnabled: false,
      deferInitialization: true,
    });
    return typeof app.start;
  },
  async 'discord.js'() {
    const { Client, GatewayIntentBits } = await import('discord.js');
    const client = new Client({ intents: [GatewayIntentBits.Guilds] });
    const kind = typeof client.login;
    await client.destroy();
    return kind;
  },
  async '@aws-sdk/client-cloudwatch'() {
    const { CloudWatchClient } = await import('@aws-sdk/client-cloudwatch');
    return await new CloudWatchClient({ region: 'eu-west-1' }).config.region();
  },
  async '@aws-sdk/client-ecs'() {
    const { ECSClient } = await import('@aws-sdk/client-ecs');
    return await new ECSClient({ region: 'eu-west-1' }).config.region();
  },
  async '@aws-sdk/client-rds'() {
    const { RDSClient } = await import('@aws-sdk/client-rds');
    return await new RDSClient({ region: 'eu-west-1' }).config.region();
  },
  async '@aws-sdk/client-route-53'() {
    const { Route53Client } = await import('@aws-sdk/client-route-53');
    return await new Route53Client({ region: 'eu-west-1' }).config.region();
  },
  async '@aws-sdk/client-s3'() {
    const { S3Client } = await import('@aws-sdk/client-s3');
    return await new S3Client({ region: 'eu-west-1' }).config.region();
  },
  async '@aws-sdk/client-sns'() {
    const { SNSClient } = await import('@aws-sdk/client-sns');
    return await new SNSClient({ region: 'eu-west-1' }).config.region();
  },
  async 'age-encryption'() {
    const { generateIdentity, identityToRecipient } = await import('age-encryption');
    return (await identityToRecipient(await generateIdentity())).slice(0, 4);
  },
  async '@kubernetes/client-node'() {
    const { KubeConfig } = await import('@kubernetes/client-node');
    const config = new KubeConfig();
    config.loadFromOptions({
      clusters: [{ name: 'c', server: 'https://127.0.0.1:1', skipTLSVerify: true }],
      users: [{ name: 'u', token: 't' }],
      contexts: [{ name: 'x', cluster: 'c', user: 'u' }],
      currentContext: 'x',
    });
    const options = { headers: {} };
    await config.applyToHTTPSOptions(options);
    return options.headers;
  },
  async '@pagerduty/pdjs'() {
    const { api } = await import('@pagerduty/pdjs');
    return typeof api({ token: 't' }).get;
  },
  async '@simplewebauthn/server'() {
    const { generateAuthenticationOptions } = await import('@simplewebauthn/server');
    const challenge = new Uint8Array([1, 2, 3]);
    const options = { rpID: 'ops.example.com', challenge, userVerification: 'required' } as const;
    return (await generateAuthenticationOptions(options)).challenge;
  },
  async otpauth() {
    // Appendix B of RFC 6238, its last six digits.
    const { Secret, TOTP } = await import('otpauth');
    const secret = Secret.fromUTF8('12345678901234567890');
    return new TOTP({ secret }).generate({ timestamp: 59_000 });
  },
  async uqr() {
    const { encode } = await import('uqr');
    return encode('tocsin', { border: 0 }).size;
  },
  async croner() {
    const { Cron } = await import('croner');
    return new Cron('0 3 * * *', { timezone: 'UTC' })
      .nextRun('2026-01-01T00:00:00Z')
      ?.toISOString();
  },
  async axios() {
    const { default: axios } = await import('axios');
    return typeof axios.create({ timeout: 5 }).get;
  },
  async echarts() {
    const { LineChart } = await import('echarts/charts');
    const { GridComponent } = await import('echarts/components');
    const { init, use } = await import('echarts/core');
    const { SVGRenderer } = await import('echarts/renderers');
    use([LineChart, GridComponent, SVGRenderer]);
    const chart = init(null, null, { renderer: 'svg', ssr: true, width: 40, height: 30 });
    chart.setOption({ xAxis: {}, yAxis: {}, series: [{ type: 'line', data: [[1, 2]] }] });
    const svg = chart.renderToSVGString();
    // Left open it looks for something to move for ever.
    chart.dispose();
    return svg.startsWith('<svg');
  },
  async '@resvg/resvg-wasm'() {
    const { initWasm, Resvg } = await import('@resvg/resvg-wasm');
    const { readFile } = await import('node:fs/promises');
    const wasm = new URL(import.meta.resolve('@resvg/resvg-wasm/index_bg.wasm'));
    await initWasm(await readFile(wasm));
    const image = new Resvg('<svg xmlns="http://www.w3.org/2000/svg" width="3" height="2"/>');
    return image.width;
  },
  async 'dejavu-fonts-ttf'() {
    const { readFile } = await import('node:fs/promises');
    const font = await readFile(
      new URL(import.meta.resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf')),
    );
    return font.readUInt32BE(0);
  },
  async ioredis() {
    const { Redis } = await import('ioredis');
    return new Redis({ lazyConnect: true }).status;
  },
  async mongodb() {
    const { MongoClient } = await import('mongodb');
    return (
      new MongoClient('mongodb://127.0.0.1:1/', { directConnection: true }).options.appName ?? ''
    );
  },
  async pg() {
    const { Client } = await import('pg');
    const client = new Client({ host: '127.0.0.1', port: 1 });
    return client.escapeIdentifier('a "name"');
  },
  async pino() {
    const { pino } = await import('pino');
    const lines: string[] = [];
    const log = pino({ redact: ['token'] }, { write: (line: string) => lines.push(line) });
    log.info({ token: 'hidden' }, 'said');
    return lines.join('').includes('hidden');
  },
  async 'prom-client'() {
    const { Registry, collectDefaultMetrics } = await import('prom-client');
    const register = new Registry();
    collectDefaultMetrics({ register });
    return (await register.metrics()).includes('process_cpu');
  },
  async yaml() {
    const { parse } = await import('yaml');
    return parse('a: [1]');
  },
  async zod() {
    const { z } = await import('zod');
    return z.object({ a: z.number() }).safeParse({ a: 'x' }).error?.issues[0]?.path;
  },
};

export async function main(args: readonly string[]): Promise<number> {
  const use = uses[args[0] ?? ''];
  console.log(JSON.stringify(use ? await use() : shared));
  return use ? 0 : 7;
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
