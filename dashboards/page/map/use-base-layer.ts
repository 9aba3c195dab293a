/** The base layer that the operator configured; asked once a page. */
import { useEffect, useState } from 'preact/hooks';
import type { DisplayAnswer } from '../../../api/routes/display.ts';
import { get } from '../feed/api.ts';

type BaseLayer = DisplayAnswer['map'];

let asked: Promise<BaseLayer> | undefined;

/** Undefined until it is known, and where there is none. */
export function useBaseLayer(): BaseLayer {
  const [layer, setLayer] = useState<BaseLayer>();
  useEffect(() => {
    asked ??= get<DisplayAnswer>('/display').then(({ map }) => map);
    asked.then(setLayer, () => {
      // A map without a base layer is a map; asked again with the next one.
      asked = undefined;
    });
  }, []);
  return layer;
}
