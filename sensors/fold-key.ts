/** How the keys of devices are compared: those that differ in case, blanks, `_` and `-` only are the same. */
export function foldKey(key: string): string {
  return key.toLowerCase().replace(/[\s_-]/g, '');
}
