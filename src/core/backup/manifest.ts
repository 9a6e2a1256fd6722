import { canonical } from '../operation/hash.ts';
import type { Facts } from '../problem.ts';

/** What is backed up: `checkout`, `production`, `database`. */
export interface Subject {
  readonly service: string;
  readonly environment: string;
  readonly what: string;
}

/** As a request says it, or a step that was planned for one. */
export function subjectIn({ service, environment, what }: Facts): Subject {
  return { service: String(service), environment: String(environment), what: String(what) };
}

/** Stands beside an artefact, signed. Without one there is no backup. */
export interface Manifest {
  readonly format: 1;
  /** `20261126T030000Z-1a2b3c`: when it was begun, and by which operation. */
  readonly id: string;
  readonly subject: Subject;
  readonly artefact: {
    readonly name: string;
    readonly bytes: number;
    readonly sha256: string;
    readonly encoding: string;
    /** `bytes` and `sha256` are of what is stored, encrypted or not. */
    readonly encryption: 'none' | 'age';
    /** Who can open it: `age1…`. */
    readonly recipients?: readonly string[];
  };
  readonly source: {
    /** `postgres/pg-main`. */
    readonly target: string;
    readonly place: string;
    readonly server: string;
    readonly program: string;
    /** How much it held there. */
    readonly bytes: number;
  };
  readonly operation: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly content: Content;
}

/** What the copy holds, counted in the very state that was copied, or around it where nobody can ask that state. */
export interface Content {
  /** By table (`public.orders`) or key space; those that could not be counted in time are not among them. */
  readonly counts: Readonly<Record<string, number>>;
  readonly uncounted: number;
  /** Counted around it: `counts` are the fewest, and these the most. */
  readonly atMost?: Readonly<Record<string, number>>;
  /** What is counted in it, where that is not rows of tables. */
  readonly counted?: 'documents';
  /** Of files: what is at and below each path; `counts` says how many. */
  readonly trees?: Readonly<Record<string, Tree>>;
  /** What whoever restores it should know: `2 changed while they were read: access.log, error.log`. */
  readonly notes?: readonly string[];
  /** A copy of a whole server: where its log of writes goes on behind it, by file, and its clock then, in milliseconds. */
  readonly log?: { readonly file: string; readonly at: number };
  /** What was asked, and the answer as text. */
  readonly query?: { readonly asked: string; readonly answered: string };
}

export interface Tree {
  readonly bytes: number;
  /** Over names, kinds, rights, links and contents. */
  readonly sha256: string;
}

export interface SignedManifest {
  readonly manifest: Manifest;
  /** Base64url of 32 bytes. */
  readonly publicKey: string;
  readonly signature: string;
}

/** The text that is signed. Part of the format. */
export function statementOf(manifest: Manifest): string {
  return `tocsin backup 1\n${canonical(manifest)}\n`;
}

export function backupId(startedAt: number, operation: string): string {
  const moment = new Date(startedAt).toISOString().replace(/[-:]|\.\d+/g, '');
  return `${moment}-${operation.replace(/^op-/, '').slice(0, 6)}`;
}

/** Where the artefacts of a subject lie in a store, and under which stream its record is. */
export function folderOf({ service, environment, what }: Subject): string {
  return `${service}/${environment}/${what}`;
}

export function streamOf(subject: Subject): string {
  return `backup/${folderOf(subject)}`;
}

export const manifestEnding = '.manifest.json';

/** `…/ID.dump` → `…/ID.manifest.json`. */
export function manifestBeside(artefact: string): string {
  const slash = artefact.lastIndexOf('/');
  const dot = artefact.indexOf('.', slash);
  return `${dot < 0 ? artefact : artefact.slice(0, dot)}${manifestEnding}`;
}
