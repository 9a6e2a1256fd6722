import { checksOf } from '../core/health.ts';
import type { Desk, Standing } from '../handlers/desk.ts';
import type { BotParts, ConnectedTarget } from './bot-parts.ts';
import { createChecker } from './checker.ts';
import { createChecksTarget } from './checks-target.ts';
import type { Engine } from './engine.ts';
import { mutedTarget } from './muted-source.ts';
import { createOwnTarget } from './own-target.ts';

/** All targets there are, with our own, and what handlers may ask of them. None of it changes anything. */
export interface Stands {
  readonly targets: readonly ConnectedTarget[];
  readonly readers: Required<
    Pick<Desk, 'planner' | 'workload' | 'silences' | 'checks' | 'standing'>
  >;
}

export function createStands(parts: StandsParts, engine: Engine): Stands {
  const { clock, settings, silences = [] } = parts;
  const telemetry = (integration: string, name: string) => of(integration, name)?.telemetry;
  const checker = createChecker({ clock, telemetry });
  const checks = createChecksTarget({ ...parts, checker });
  const targets = [...parts.targets, ...silences.map(mutedTarget), createOwnTarget(engine), checks];

  function of(integration: string, name: string): ConnectedTarget | undefined {
    return targets.find((target) => target.name === `${integration}/${name}`);
  }

  async function standing(integration: string, name: string): Promise<Standing | undefined> {
    const target = of(integration, name);
    if (!target) return undefined;
    const looked = await target.standing?.();
    const state = target.health();
    if (!looked) return { state };
    const at = clock.now();
    return looked.ok ? { state, at, facts: looked.value } : { state, at, problem: looked.problem };
  }

  return {
    targets,
    readers: {
      planner: (integration, name) => of(integration, name)?.planner,
      workload: (integration, name) => of(integration, name)?.workload,
      silences: (source) => silences.find((each) => each.source === source),
      checks: (place) => checker.look(checksOf(settings().catalog, place)),
      standing,
    },
  };
}

type StandsParts = Pick<BotParts, 'targets' | 'silences' | 'clock' | 'settings' | 'sha256'>;
