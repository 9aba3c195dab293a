/** Findings of a check, by part. */
export interface Finding {
  readonly part: 'secrets' | 'log' | 'state' | 'registry' | 'store' | 'fit';
  readonly isGood: boolean;
  /** For an operator: what was found, or what is wrong and what to do. */
  readonly message: string;
}

export const good = (part: Finding['part'], message: string): Finding => ({ part, isGood: true, message });
export const bad = (part: Finding['part'], message: string): Finding => ({ part, isGood: false, message });
