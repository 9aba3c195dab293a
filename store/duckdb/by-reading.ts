/** A map by number of the device and time, without a joint key for each reading. */
export class ByReading<T> {
  readonly #devices = new Map<number, Map<number, T>>();

  get(device: number, time: number): T | undefined {
    return this.#devices.get(device)?.get(time);
  }

  set(device: number, time: number, value: T): void {
    const times = this.#devices.get(device);
    if (times === undefined) this.#devices.set(device, new Map([[time, value]]));
    else times.set(time, value);
  }

  /** Device by device. */
  values(): T[] {
    return [...this.#devices.values()].flatMap((times) => [...times.values()]);
  }
}
