/** Implementations of a contract, each chosen by the scheme of its setting; its library is loaded only when it is opened. */
import { DaoyuError } from './errors.ts';

export interface Driver<Context, Part> {
  /** The part before the colon, e.g. `nats`; or the whole setting, e.g. `embedded`. */
  readonly schemes: readonly string[];
  /** Example of a setting, for messages: `nats://host:4222`. */
  readonly form: string;
  /** Whether several processes of one platform may share it. */
  readonly isShared: boolean;
  /** Throws `CONFIG_INVALID` saying what would be right; never repeats a secret. */
  validate(url: string): void;
  open(context: Context): Promise<Part>;
}

type Chosen = Pick<Driver<never, unknown>, 'schemes' | 'form'>;

/** Throws an error that lists the drivers. */
export function driverOf<D extends Chosen>(drivers: readonly D[], url: string): D {
  const [scheme = ''] = url.split(':', 1);
  const isWhole = !url.includes(':');
  const found = drivers.find(({ schemes, form }) => schemes.includes(scheme) && form.includes(':') !== isWhole);
  if (found === undefined) throw new DaoyuError('CONFIG_INVALID', `must be ${formsOf(drivers)}`);
  return found;
}

function formsOf(drivers: readonly Chosen[]): string {
  return drivers.map(({ form }) => form).join(' or ');
}

/** Checks a setting that chooses a driver, with that driver's messages. */
export function driverUrl(drivers: readonly (Chosen & Pick<Driver<never, unknown>, 'validate'>)[]) {
  return (url: string): string => {
    driverOf(drivers, url).validate(url);
    return url;
  };
}
