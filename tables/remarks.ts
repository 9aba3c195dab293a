/** Lines among the rows of a table that measure nothing: sums, the header again on the next page, who filled it in. */
import type { Cells } from './records.ts';

const REMARK =
  /^(?:合计|总计|小计|平均|均值|最大|最小|最高|最低|标准差|备注|说明|注|制表|填表|审核|校核|记录人|监测人|单位|打印|total|sum|average|mean|avg|minimum|maximum|min|max|median|std|stdev|count|end of|notes?\b|remarks?\b|printed|page \d)/i;

/** Of a line below the first measurement. */
export const isRemark = (cells: Cells): boolean => {
  const filled = cells.map((cell) => cell.trim()).filter((cell) => cell !== '');
  return filled.length === 1 || REMARK.test(filled[0] ?? '');
};

/** Asked of rows whose time cannot be read. */
export function createRemarks(headers: Cells) {
  const names = headers.map((name) => name.replace(/#\d+$/, '').split(' / '));
  return (cells: Cells): boolean => {
    const filled = cells.map((cell) => cell.replace(/\s+/g, ' ').trim()).filter((cell) => cell !== '');
    const [first = ''] = filled;
    if (REMARK.test(first)) return true;
    // A sentence that somebody wrote below, beside nothing.
    if (filled.length === 1 && headers.length > 2) return true;
    const again = cells.filter(
      (cell, index) => cell.trim() !== '' && names[index]?.includes(cell.replace(/\s+/g, ' ').trim()),
    );
    return again.length > 1 && again.length * 2 > filled.length;
  };
}
