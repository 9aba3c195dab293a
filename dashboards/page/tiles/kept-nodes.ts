/** Nodes that stay the same while what they are made of does: Preact leaves such a node alone, so hundreds of them cost nothing each second. */
import type { VNode } from 'preact';
import { useRef } from 'preact/hooks';

interface Kept {
  readonly of: readonly unknown[];
  readonly node: VNode;
}

/** By key; `of` is compared by identity. */
export function useKeptNodes(): (key: string, of: readonly unknown[], make: () => VNode) => VNode {
  const kept = useRef(new Map<string, Kept>());
  return (key, of, make) => {
    const before = kept.current.get(key);
    if (before?.of.length === of.length && before.of.every((each, index) => each === of[index])) return before.node;
    const node = make();
    kept.current.set(key, { of, node });
    return node;
  };
}
