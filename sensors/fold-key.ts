/** Compares device keys without regard to case, blanks, `_` and `-`. */
export function foldKey(key: string): string {
  return key.toLowerCase().replace(/[\s_-]/g, '');
}
