/**
 * Takes secrets out of text before it leaves the integration: log lines, messages of the server, output of plugins.
 * It errs towards hiding. A masked value leaves no trace of its length.
 */
const hidden = '‹hidden›';

const secretWord =
  '(?:pass(?:word|wd|phrase)?|pwd|secret|token|api[-_.]?key|access[-_.]?key|private[-_.]?key|signing[-_.]?key|credential|auth(?:orization)?|bearer|cookie|session(?:[-_.]?id)?|dsn|salt|signature|webhook[-_.]?url|connection[-_.]?string)';

/** A key whose value nobody should read: `DB_PASSWORD`, `apiKey`, `x-auth-token`. */
const secretKey = new RegExp(`(?:^|[^a-z])[a-z0-9_.-]*${secretWord}[a-z0-9_.-]*$`, 'i');

const rules: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z0-9 ]+-----[\s\S]*?(?:-----END [A-Z0-9 ]+-----|$)/g, hidden],
  // Not only http: amqp://, postgres://, redis:// carry passwords the same way.
  [/([a-z][a-z0-9+.-]*:\/\/)[^\s/@:"']*:[^\s/@"']*@/gi, `$1${hidden}@`],
  [/([a-z][a-z0-9+.-]*:\/\/)[^\s/@:"']{8,}@/gi, `$1${hidden}@`],
  [/\beyJ[\w-]{5,}\.[\w-]{5,}(?:\.[\w-]*)?/g, hidden],
  [
    /\b(authorization|proxy-authorization|cookie|set-cookie)(["']?\s*[:=]\s*["']?)[^\r\n"']+/gi,
    `$1$2${hidden}`,
  ],
  [/\b(bearer|basic)(\s+)[\w.~+/=-]{6,}/gi, `$1$2${hidden}`],
  [/\b(?:AKIA|ASIA|AIDA|AROA|AGPA|ANPA)[A-Z0-9]{12,}\b/g, hidden],
  [/\b(?:xox[abeprs]|xapp)-[\w-]{6,}/g, hidden],
  [
    /\b(?:gh[opsur]_|github_pat_|glpat-|sk_live_|rk_live_|sk-|npm_|hvs\.|dop_v1_)[\w-]{8,}/g,
    hidden,
  ],
  [/\bAIza[\w-]{20,}/g, hidden],
];

const assignment = new RegExp(
  `(["']?)([\\w.-]*${secretWord}[\\w.-]*)\\1(\\s*(?:=|:|=>)\\s*)("(?:[^"\\\\]|\\\\.)*"?|'(?:[^'\\\\]|\\\\.)*'?|[^\\s,;&"']+)`,
  'gi',
);
const flag = new RegExp(
  `(--?[\\w.-]*${secretWord}[\\w.-]*\\s+)("[^"]*"|'[^']*'|[^\\s-][^\\s]*)`,
  'gi',
);
const word = /[A-Za-z0-9+/_=-]{20,}/g;

export function mask(line: string): string {
  let masked = line;
  for (const [pattern, instead] of rules) masked = masked.replace(pattern, instead);
  masked = masked.replace(assignment, `$1$2$1$3${hidden}`).replace(flag, `$1${hidden}`);
  return masked.replace(word, (run) => (looksDrawn(run) ? hidden : run));
}

export function isSecretName(name: string): boolean {
  return secretKey.test(name);
}

/** The first `max` characters, masked. For messages of others that enter a problem's facts. */
export function maskedShort(line: string, max = 300): string {
  // Masked before it is cut: half a token no longer looks like one.
  const masked = mask(line).replaceAll(/\s+/g, ' ').trim();
  return masked.length > max ? `${masked.slice(0, max - 1)}…` : masked;
}

/**
 * Drawn at random rather than written by a person: mixed classes and much information per character. Digests of
 * images and uids are hexadecimal with known shapes and stay readable.
 */
function looksDrawn(run: string): boolean {
  if (/^[0-9a-f]{64}$|^[0-9a-f]{40}$|^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(run))
    return false;
  const classes = [/[a-z]/, /[A-Z]/, /[0-9]/].filter((kind) => kind.test(run)).length;
  if (classes < 3) return false;
  // Paths and dashed names are many short words.
  if (Math.max(...run.split(/[-_/=]/).map((part) => part.length)) < 12) return false;
  return entropy(run) >= 3.7;
}

function entropy(run: string): number {
  const counts = new Map<string, number>();
  for (const character of run) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) {
    const share = count / run.length;
    bits -= share * Math.log2(share);
  }
  return bits;
}
