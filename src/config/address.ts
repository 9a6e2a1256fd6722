import { type Path, sayPath } from './error.ts';
import type { OpenReport } from './report.ts';

/** `host:port` of one server; an IPv6 address stands in brackets. Undefined when it was refused. */
export function readAddress(
  written: string,
  about: {
    readonly path: Path;
    readonly report: OpenReport;
    /** `a Sentinel`. */
    readonly whose: string;
    readonly example: string;
  },
): { readonly host: string; readonly port: number } | undefined {
  const [, bracketed, plain, digits] =
    /^(?:\[([^\]\s]+)\]|([^:\s]+)):(\d{1,5})$/.exec(written) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  if (host !== undefined && port > 0 && port < 65_536) return { host, port };
  about.report.error(about.path, {
    what: `${sayPath(about.path)} is ${written}`,
    why: `${about.whose} is reached at host:port`,
    instead: `write ${about.example}`,
  });
  return undefined;
}
