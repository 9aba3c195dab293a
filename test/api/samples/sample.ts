/** A request of the OpenAPI test and the status that answers it. */
export interface Sample {
  readonly path: string;
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent verbatim, in place of `body`. */
  readonly file?: string;
}

/** By operation, e.g. `get /api/v1/parks`; they are sent in the order of the file: first what succeeds, then what is refused. */
export type Samples = Readonly<Record<string, readonly Sample[]>>;

export const WRONG_TOKEN = { authorization: 'Bearer guess' };
