/** Whether a comma or a point is decimal in a table, and its numbers. */

export const DECIMALS = ['.', ','] as const;
export type Decimal = (typeof DECIMALS)[number];

/** What the cells seen so far say. */
export interface DecimalEvidence {
  /** Cells that can only be read with this mark. */
  readonly counts: Readonly<Record<Decimal, number>>;
  /** The first that can be read both ways, such as 1,234. */
  readonly open?: string;
}

const POINTED = /^[+-]?(?:\d+\.\d+|\d{1,3}(?:,\d{3})+\.\d+|\d{1,3}(?:,\d{3}){2,})$/;
const COMMAED = /^[+-]?(?:\d+,\d+|\d{1,3}(?:\.\d{3})+,\d+|\d{1,3}(?:\.\d{3}){2,})$/;
/** One mark with three digits behind it: a thousand, or thousandths. */
const OPEN = /^[+-]?[1-9]\d{0,2},\d{3}$/;
const OPEN_POINT = /^[+-]?[1-9]\d{0,2}\.\d{3}$/;

export function createDecimalWatch() {
  const counts = { '.': 0, ',': 0 };
  let open: string | undefined;
  return {
    see(cell: string): void {
      // `6,41 mg/L` tells as much as 6,41.
      const text = squeezed(cell.replace(/(?<=^\s*[+-]?\d[\d.,]*)\s*[^\d.,\s'’][^,;]*$/, ''));
      if (OPEN.test(text)) open ??= text;
      else if (OPEN_POINT.test(text)) return;
      else if (POINTED.test(text)) counts['.'] += 1;
      else if (COMMAED.test(text)) counts[','] += 1;
    },
    evidence: (): DecimalEvidence => ({ counts, ...(open !== undefined && { open }) }),
  };
}

/** Undefined: 1,234 may be either, and nothing else tells. */
export function decimalOf({ counts, open }: DecimalEvidence): Decimal | undefined {
  if (counts[','] > counts['.']) return ',';
  if (counts['.'] > 0) return '.';
  return open === undefined ? '.' : undefined;
}

/** `1 234,5`, `1'234.5`: blanks and apostrophes part thousands. */
const squeezed = (cell: string) => cell.trim().replace(/(?<=\d)[\s\u00a0\u202f'’](?=\d{3}(?:\D|$))/g, '');

/** The number of a cell; undefined: none. */
export function numberOf(cell: string, decimal: Decimal): number | undefined {
  const plain = Number(cell);
  // The common case first.
  if (decimal === '.' && cell !== '' && Number.isFinite(plain) && !/[xob\s]/i.test(cell)) return plain;
  const text = pointed(cell, decimal);
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text) ? Number(text) : undefined;
}

/** The cell with a decimal point and without thousands, whatever stands behind the number. */
export function pointed(cell: string, decimal: Decimal): string {
  const text = squeezed(
    /[\u0080-\uffff]/.test(cell) ? cell.replace(/[０-９．，－＋]/g, (one) => one.normalize('NFKC')) : cell,
  )
    .replace(/^−/, '-')
    .trim();
  const [, number = '', rest = ''] = /^([+-]?[\d.,]+(?:[eE][+-]?\d+)?)(.*)$/s.exec(text) ?? [];
  if (number === '') return text;
  const thousands = decimal === '.' ? ',' : '.';
  const grouped = decimal === '.' ? /^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?$/ : /^[+-]?\d{1,3}(?:\.\d{3})+(?:,\d*)?$/;
  const joined = grouped.test(number) ? number.replaceAll(thousands, '') : number;
  return `${joined.replace(decimal, '.')}${rest}`;
}
