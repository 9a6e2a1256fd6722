import type { Server } from './servers.ts';

export type Machine = {
  readonly root: boolean;
  /** `ID` and `ID_LIKE` of /etc/os-release. */
  readonly distributions: readonly string[];
  readonly docker: boolean;
};

export type ProvisionPlan = {
  readonly apt: readonly Server[];
  readonly docker: readonly Server[];
  readonly impossible: readonly Server[];
};

/** Who brings what is missing: apt where it may, Docker where it can, otherwise a person. */
export function planProvision(missing: readonly Server[], machine: Machine): ProvisionPlan {
  const debian = machine.distributions.some((id) => id === 'debian' || id === 'ubuntu');
  if (machine.root && debian) return { apt: missing, docker: [], impossible: [] };
  const contained = machine.docker ? missing.filter((server) => server.image) : [];
  return {
    apt: [],
    docker: contained,
    impossible: missing.filter((server) => !contained.includes(server)),
  };
}

export function aptArguments(missing: readonly Server[]): readonly string[] {
  const packages = missing.flatMap((server) => server.packages);
  return ['install', '--yes', '--no-install-recommends', ...packages];
}

/** What a person is told when nothing can bring a server: the list and the command that would. */
export function describeMissing(missing: readonly Server[]): string {
  const packages = missing.flatMap((server) => server.packages).join(' ');
  return [
    'These real servers are missing, so the suites that drive them cannot run:',
    ...missing.map((server) => `  ${server.title} (looked for ${server.commands.join(', ')})`),
    'Nothing was installed: that needs root on Debian or Ubuntu, or a Docker engine for those that have an image.',
    `Next: \`sudo apt-get install --no-install-recommends ${packages}\`, or \`npm test -- --unit\` for the suites that need none.`,
  ].join('\n');
}
