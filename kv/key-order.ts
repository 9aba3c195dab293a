/** Order of keys, as the contract says: by code points. Plain comparison of texts goes by UTF-16 units. */
export const compareKeys = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
