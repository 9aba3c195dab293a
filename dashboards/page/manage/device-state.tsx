/** State of a device: enabled or not, connected or not, time of the last data. */
import { formatAge } from '../../../sensors/format.ts';
import { useAppContext } from '../feed/app-context.ts';
import type { DeviceInfo } from '../feed/catalog.ts';
import type { LatestRow } from '../feed/latest.ts';

interface Props {
  readonly device: DeviceInfo;
  readonly row: LatestRow | undefined;
}

export function DeviceState({ device, row }: Props) {
  const { word, language, now } = useAppContext();
  if (device.retiredAt !== undefined) return <span class="tag">{word('retired')}</span>;
  if (device.isDisabled) return <span class="tag">{word('disabled')}</span>;
  return (
    <span class="note device-state">
      <span class={device.isConnected ? 'pulse on' : 'pulse'} aria-hidden="true" />
      {word(device.isConnected ? 'connected' : 'away')} ·{' '}
      {row?.time == null ? word('never') : formatAge(Math.max(0, now - row.time), language)}
    </span>
  );
}
