/** The one base class of the errors this project throws: a stable code for programs, a sentence for people. */
export class DaoyuError extends Error {
  /** Stable and documented in docs/errors.md, e.g. `BUS_FULL`; programs compare this, never the text. */
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DaoyuError';
    this.code = code;
  }
}

/** The code of our own or a system error (`ENOSPC`), for logs and decisions; never its text. */
export function codeOf(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'code' in error) return String(error.code);
  return 'UNKNOWN';
}
