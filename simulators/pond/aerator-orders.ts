/** Remote commands of an aerator: on, off, or automatic control. */
import { isObject } from '../../base/json.ts';

export interface AeratorOrders {
  /** The command in force at an instant; undefined: automatic. */
  at(time: number): boolean | undefined;
  /** Accepts `{"on": true}`, `{"on": false}` or `{"auto": true}`; false for anything else. */
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
