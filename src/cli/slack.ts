import { exitCode } from '../cli.ts';
import { loadConfig, surroundings } from '../config.ts';
import { commands } from '../handlers/commands/index.ts';
import { thisBuild } from './build.ts';

interface Asked {
  readonly config: string;
  readonly workspace: string;
}

/**
 * Prints the manifest of the Slack app. It is needed before there are tokens, so a configuration that cannot be used yet
 * only costs its own settings: the defaults are printed, and that is said.
 */
export async function manifest({ config: file, workspace }: Asked): Promise<number> {
  const { slackManifest } = await import('../bot/surfaces/slack/index.ts');
  const loaded = loadConfig(file, surroundings(), thisBuild);
  const all = loaded.ok ? loaded.config.surfaces.slack : [];
  const chosen = workspace === '' ? all[0] : all.find(({ name }) => name === workspace);
  if (workspace !== '' && !chosen) {
    process.stderr.write(`tocsin: the configuration names no Slack workspace ${workspace}\n`);
    return exitCode.usage;
  }
  if (!chosen) {
    process.stderr.write(
      `tocsin: ${file} names no Slack workspace that could be read; this is the manifest of the defaults\n`,
    );
  }
  const publicUrl = loaded.ok ? loaded.config.server.publicUrl : undefined;
  const { mode, command } = chosen ?? { mode: 'socket', command: '/ops' };
  const text = JSON.stringify(slackManifest({ mode, command, publicUrl, commands }), null, 2);
  process.stdout.write(`${text}\n`);
  return exitCode.ok;
}
