/** Type guards for parsed JSON. */

export type JsonObject = Readonly<Record<string, unknown>>;

/** True for `{…}`, false for arrays and `null`. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
