/** Files and folders of this machine: `targets: { checkout-etc: { files: { paths: [ /etc/checkout ] } } }`. */
export interface FilesConfig {
  /** The name under `targets:`. */
  readonly target: string;
  /** Absolute; none lies inside another. */
  readonly paths: readonly string[];
  /** Patterns of what is left out: one with a slash fits the way below a path, another fits a name. */
  readonly exclude: readonly string[];
  /** What lies there together is no larger, or nothing is copied. */
  readonly bytesMax: number;
}
