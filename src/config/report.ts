import type { ReadDocument } from './document.ts';
import type { ConfigError, Path } from './error.ts';

export interface Fault {
  readonly what: string;
  readonly why: string;
  readonly instead: string;
}

/** What was found on the way through the file. Everything is collected, nothing stops at the first. */
export interface Report {
  error(path: Path, fault: Fault): void;
  /** Accepted, and worth a sentence: `tocsin.yaml:12: …`. */
  warn(path: Path, sentence: string): void;
  readonly errors: readonly ConfigError[];
  readonly warnings: readonly string[];
}

/** A report that also takes errors which already know their line. */
export interface OpenReport extends Report {
  add(errors: readonly ConfigError[]): void;
  /** Says no more about what stands there: it was refused already, and what follows from that is noise. */
  mute(path: Path): void;
}

export function createReport(document: ReadDocument): OpenReport {
  const errors: ConfigError[] = [];
  const warnings: { readonly line: number; readonly text: string }[] = [];
  const muted: Path[] = [];
  const { file } = document;
  const isMuted = (path: Path) =>
    muted.some((prefix) => prefix.every((part, index) => path[index] === part));
  return {
    get errors() {
      return errors.toSorted((a, b) => a.line - b.line);
    },
    get warnings() {
      return warnings.toSorted((a, b) => a.line - b.line).map(({ text }) => text);
    },
    add: (found) => {
      errors.push(...found);
    },
    error: (path, fault) => {
      if (isMuted(path)) return;
      errors.push({ file, line: document.lineOf(path), ...fault });
    },
    mute: (path) => {
      muted.push(path);
    },
    warn: (path, sentence) => {
      if (isMuted(path)) return;
      const line = document.lineOf(path);
      warnings.push({ line, text: `${file}:${line}: ${sentence}` });
    },
  };
}
