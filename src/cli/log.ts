import { type Logger, pino } from 'pino';
import { ProblemError } from '../core/problem.ts';
import type { Secret } from '../core/secret.ts';
import { secretNet } from './secret-net.ts';

/** JSON lines on standard output. Messages are static, what differs is in the fields; secrets are redacted by type. */
export function createLogger(level: string, secrets: readonly Secret[] = []): Logger {
  return pino({
    hooks: { streamWrite: secretNet(secrets) },
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { error: describe, err: describe },
    // What a library might put into an error or a field, whatever its type.
    redact: {
      paths: [
        '*.authorization',
        '*.headers',
        '*.password',
        '*.token',
        '*.config',
        'error.config',
        'error.request',
        'error.response',
      ],
      censor: '[secret]',
    },
  });
}

/** Name, code and stack; never the properties that clients hang on their errors (requests, headers, bodies). */
function describe(error: unknown): unknown {
  if (error instanceof ProblemError)
    return { code: error.problem.code, facts: error.problem.facts };
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? { code: String(error.code) } : {};
  return { name: error.name, message: error.message, ...code, stack: error.stack };
}
