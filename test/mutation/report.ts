/** The part of Stryker's report that is read here (https://github.com/stryker-mutator/mutation-testing-elements). */
export interface MutationReport {
  readonly files: Readonly<Record<string, ReportedFile>>;
}

interface ReportedFile {
  readonly source: string;
  readonly mutants: readonly ReportedMutant[];
}

interface ReportedMutant {
  readonly mutatorName: string;
  readonly replacement?: string;
  readonly status: string;
  readonly location: { readonly start: Place; readonly end: Place };
}

/** Both count from one. */
interface Place {
  readonly line: number;
  readonly column: number;
}

/** A mutant that no suite notices, and why none could. */
export interface Survivor {
  readonly file: string;
  readonly mutator: string;
  /** As it stands in the source, spaces folded. */
  readonly original: string;
  readonly replacement: string;
  readonly because: string;
}

export interface Found extends Omit<Survivor, 'because'> {
  readonly line: number;
}

export interface Judged {
  readonly mutants: number;
  readonly killed: number;
  /** Per cent, of all: an explained survivor is a survivor. */
  readonly score: number;
  /** The same for each file, the lowest first. */
  readonly files: readonly FileScore[];
  readonly unexplained: readonly Found[];
  /** Listed, and killed by now. */
  readonly stale: readonly Survivor[];
}

export interface FileScore {
  readonly file: string;
  readonly mutants: number;
  readonly killed: number;
  /** Per cent. */
  readonly score: number;
}

const killed: ReadonlySet<string> = new Set(['Killed', 'Timeout']);
const alive: ReadonlySet<string> = new Set(['Survived', 'NoCoverage']);

export function judgeReport({ files }: MutationReport, listed: readonly Survivor[]): Judged {
  const scores: FileScore[] = [];
  const found: Found[] = [];
  for (const [file, { source, mutants }] of Object.entries(files)) {
    const dead = mutants.filter(({ status }) => killed.has(status)).length;
    const left = mutants.filter(({ status }) => alive.has(status));
    found.push(...left.map((mutant) => foundIn(file, source, mutant)));
    // What holds only types has nothing to change.
    if (dead + left.length > 0) scores.push({ file, ...scoreOf(dead, left.length) });
  }
  const dead = scores.reduce((sum, each) => sum + each.killed, 0);
  return {
    ...scoreOf(dead, found.length),
    files: scores.sort((one, other) => one.score - other.score),
    ...explained(found, listed),
  };
}

/** A reason stands for one survivor: where the same text survives twice, each place has its own. */
function explained(
  found: readonly Found[],
  listed: readonly Survivor[],
): Pick<Judged, 'unexplained' | 'stale'> {
  const stale = [...listed];
  const unexplained = found.filter((each) => {
    const index = stale.findIndex((other) => isSame(each, other));
    if (index >= 0) stale.splice(index, 1);
    return index < 0;
  });
  return { unexplained, stale };
}

function scoreOf(dead: number, left: number): Omit<FileScore, 'file'> {
  const mutants = dead + left;
  const score = mutants === 0 ? 0 : Math.round((dead / mutants) * 10_000) / 100;
  return { mutants, killed: dead, score };
}

function foundIn(file: string, source: string, mutant: ReportedMutant): Found {
  const { location, mutatorName, replacement = '' } = mutant;
  return {
    file,
    line: location.start.line,
    mutator: mutatorName,
    original: fold(textAt(source, location)),
    replacement: fold(replacement),
  };
}

function textAt(source: string, { start, end }: ReportedMutant['location']): string {
  const lines = source.split('\n').slice(start.line - 1, end.line);
  const last = lines.length - 1;
  return lines
    .map((line, index) => (index === last ? line.slice(0, end.column - 1) : line))
    .map((line, index) => (index === 0 ? line.slice(start.column - 1) : line))
    .join('\n');
}

function fold(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

function isSame(one: Omit<Survivor, 'because'>, other: Omit<Survivor, 'because'>): boolean {
  return (['file', 'mutator', 'original', 'replacement'] as const).every(
    (key) => one[key] === other[key],
  );
}
