/** A priority queue by time (binary heap), so that one timer serves thousands of devices. */

export interface PriorityQueue<T> {
  readonly size: number;
  add(at: number, item: T): void;
  /** Due time of the earliest item, epoch ms. */
  nextAt(): number | undefined;
  /** Removes the earliest item; of equal times, the one added first. */
  take(): { readonly at: number; readonly item: T } | undefined;
}

interface Entry<T> {
  readonly at: number;
  readonly order: number;
  readonly item: T;
}

export function createPriorityQueue<T>(): PriorityQueue<T> {
  const heap: Entry<T>[] = [];
  let order = 0;

  function swap(a: number, b: number): void {
    const [one, other] = [heap[a], heap[b]];
    if (one === undefined || other === undefined) return;
    heap[a] = other;
    heap[b] = one;
  }

  function rise(index: number): void {
    for (let child = index; child > 0; ) {
      const parent = (child - 1) >> 1;
      if (!isBefore(heap[child], heap[parent])) return;
      swap(child, parent);
      child = parent;
    }
  }

  function sink(): void {
    for (let parent = 0; ; ) {
      const left = 2 * parent + 1;
      let least = parent;
      if (isBefore(heap[left], heap[least])) least = left;
      if (isBefore(heap[left + 1], heap[least])) least = left + 1;
      if (least === parent) return;
      swap(least, parent);
      parent = least;
    }
  }

  return {
    get size() {
      return heap.length;
    },
    add(at, item) {
      heap.push({ at, order: order++, item });
      rise(heap.length - 1);
    },
    nextAt: () => heap[0]?.at,
    take() {
      const [first] = heap;
      const last = heap.pop();
      if (first === undefined || last === undefined) return undefined;
      if (heap.length > 0) {
        heap[0] = last;
        sink();
      }
      return { at: first.at, item: first.item };
    },
  };
}

function isBefore<T>(one: Entry<T> | undefined, other: Entry<T> | undefined): boolean {
  if (one === undefined || other === undefined) return false;
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}
