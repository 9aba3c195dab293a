/** The device models that come with the platform. One more is an object in the file of its kind. */
import type { DeviceModel } from '../../registry/device-model.ts';
import { coldChainModels } from './cold-chain.ts';
import { paddyModels } from './paddies.ts';
import { pondModels } from './ponds.ts';

export const deviceModels: ReadonlyMap<string, DeviceModel> = new Map(
  [...pondModels, ...paddyModels, ...coldChainModels].map((model) => [model.model, model]),
);
