/** What a simulated device measures, whatever the physics behind it. */

export interface Model {
  /** Values by field name at an instant (epoch ms), as the device's sensors would show them; empty when it is silent. Same seed, same instant: same values. */
  sample(at: number): Record<string, number>;
}
