/** What an aerator was told from afar: on, off, or to mind the oxygen by itself again. */
import { isObject } from '../../base/json.ts';

export interface AeratorOrders {
  /** The order in force at an instant; undefined: it minds the oxygen by itself. */
  at(time: number): boolean | undefined;
  /** `{"on": true}`, `{"on": false}` or `{"auto": true}`; whether it is one of them. */
  take(value: unknown, from: number): boolean;
}

export function createAeratorOrders(): AeratorOrders {
  const orders: { readonly from: number; readonly isOn: boolean | undefined }[] = [];
  return {
    at: (time) => orders.findLast(({ from }) => from <= time)?.isOn,
    take(value, from) {
      if (!isObject(value)) return false;
      if (value.auto !== true && typeof value.on !== 'boolean') return false;
      orders.push({ from, isOn: value.auto === true ? undefined : value.on === true });
      return true;
    },
  };
}
