/** What a command line still needs, asked for by whatever a surface has: a modal, a dialogue. */
export interface Form {
  readonly title: string;
  /** The line as far as it was typed. */
  readonly line: string;
  readonly fields: readonly Field[];
}

export interface Field {
  /** Name of the argument. */
  readonly name: string;
  readonly label: string;
  readonly hint: string;
  readonly required: boolean;
  readonly kind: 'text' | 'number' | 'choice';
  readonly choices: readonly { readonly value: string; readonly label: string }[];
  /** What was typed already; '' for nothing. */
  readonly value: string;
}
