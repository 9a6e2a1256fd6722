import type { Looked } from './workload.ts';

/** Pictures that whoever alerts has or makes of its own panels. Reads only. */
export interface Panels {
  /** `grafana/main`: whose alerts it knows. */
  readonly source: string;
  /** Whether the addresses that an alert carries lead to a picture there. */
  knows(alert: PanelAlert): boolean;
  /** A PNG, bounded. Never rejects. */
  picture(alert: PanelAlert, window: PanelWindow): Promise<Looked<Uint8Array>>;
}

/** Addresses as the alert carries them; empty where it carries none. */
export interface PanelAlert {
  readonly image: string;
  readonly panel: string;
}

/** Milliseconds since 1970. */
export interface PanelWindow {
  readonly from: number;
  readonly to: number;
}
