/** Alerts as they arrive, whatever sent them. Every source's handler ends here; nothing below knows a vendor. */
export type Labels = Readonly<Record<string, string>>;

/** One alert in one delivery, with its own status. */
export interface Observation {
  /** The source's identity of the label set, or one derived from the labels. */
  readonly fingerprint: string;
  readonly status: 'firing' | 'resolved';
  /** When this episode began, ms. Undefined when the source does not say: episodes are then told apart by resolves. */
  readonly startsAt: number | undefined;
  readonly endsAt: number | undefined;
  readonly labels: Labels;
  readonly annotations: Labels;
  /** An http(s) address, or empty. */
  readonly generatorUrl: string;
}

/** One webhook body, read. */
export interface Delivery {
  /** `alertmanager/main`. */
  readonly source: string;
  readonly receiver: string;
  /** The source's own name of the group. It changes with the source's configuration: a hint, never an identity. */
  readonly groupKey: string | undefined;
  readonly groupLabels: Labels;
  /** Alerts that were cut off, by the source or by our bounds. Above zero, absence proves nothing. */
  readonly truncated: number;
  readonly externalUrl: string;
  readonly observations: readonly Observation[];
  readonly unreadable: readonly Unreadable[];
}

/** An alert in a body that could not be taken, and why, in words for a person. */
export interface Unreadable {
  /** Its place in the body, from 0. */
  readonly index: number;
  readonly reason: string;
}

export function alertName(labels: Labels): string {
  return labels['alertname'] ?? '';
}
