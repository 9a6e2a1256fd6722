/** One stored event, its header read and its payload still text. */
export interface Row {
  readonly position: number;
  readonly stream: string;
  readonly version: number;
  readonly at: number;
  readonly by: string;
  readonly cause: string;
  readonly type: string;
  readonly v: number;
  /** Null where the payload was erased or archived. */
  readonly payload: string | null;
  /** Where it was archived, as `archive-mark.ts` writes it; empty where it was not. */
  readonly mark?: string;
}
