/** Where alerts come from, asked back: what does the source itself say is firing? */
export interface AlertSource {
  /** `alertmanager/main`. */
  readonly name: string;
  /** All alerts the source knows now. Rejects with a ProblemError when it cannot be asked. */
  current(): Promise<readonly SourceAlert[]>;
  /**
   * Since when it listens, where it says so: one that has just started has not been told everything yet. Of one that is
   * several, those count that gave this answer of `current`; without it all of them.
   */
  upSince?(answer?: readonly SourceAlert[]): Promise<number | undefined>;
}

export interface SourceAlert {
  readonly fingerprint: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: number;
  readonly state: 'firing' | 'silenced' | 'inhibited';
  readonly silencedBy: readonly string[];
  readonly generatorUrl: string;
}
