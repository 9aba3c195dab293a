/** Commands to the devices of a site: loaded with the view, and once a minute. */
import { useEffect, useState } from 'preact/hooks';
import { type Command, loadCommands } from '../feed/api.ts';
import type { DeviceCard } from '../feed/cards.ts';

const EVERY_MS = 60_000;

/** Empty while commands cannot be loaded: the chart shows the rest. */
export function useCommands(devices: readonly DeviceCard[], isWanted: boolean): readonly Command[] {
  const [commands, setCommands] = useState<readonly Command[]>([]);
  const keys = isWanted ? devices.map(({ device }) => `${device.park}/${device.device}`).join() : '';
  useEffect(() => {
    if (keys === '') return;
    const gone = new AbortController();
    const load = async () => {
      try {
        const all = await Promise.all(keys.split(',').map((key) => loadCommands(key, gone.signal)));
        setCommands(all.flat());
      } catch {
        // Tried again in a minute.
      }
    };
    void load();
    const timer = setInterval(() => void load(), EVERY_MS);
    return () => {
      gone.abort();
      clearInterval(timer);
    };
  }, [keys]);
  return commands;
}
