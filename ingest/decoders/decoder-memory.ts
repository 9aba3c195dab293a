/** What the decoders remember of a device from message to message: bounded, and gone with the process. */

/** Of a Sparkplug B birth: what an alias stands for. */
export interface BornMetric {
  readonly name: string;
  readonly type?: number | undefined;
  readonly unit?: string | undefined;
}

export interface DecoderMemory {
  /** By alias, since the first birth that this process saw. */
  readonly births: Map<string, BornMetric>;
  /** DataTime of HJ 212 packets that were split, by their QN: only the first part says it. */
  readonly dataTimes: Map<string, string>;
}

export const createDecoderMemory = (): DecoderMemory => ({ births: new Map(), dataTimes: new Map() });
