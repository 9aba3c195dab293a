/** Huawei IoTDA: `{services: [{service_id, properties, event_time}]}`, one reading a service; `event_time` is UTC, `20151212T121212Z`. */
import { isObject, type JsonObject } from '../../base/json.ts';
import { timeOf } from '../time-keys.ts';
import { beside, type Decoder, type Draft, withRest } from './decoder.ts';

export const huawei: Decoder = { name: 'huawei', fromObject };

function fromObject(object: JsonObject): readonly Draft[] | undefined {
  const { services } = object;
  if (!Array.isArray(services) || services.length === 0 || !services.every(isService)) return undefined;
  const at = timeOf(beside(object, ['services']));
  const drafts: Draft[] = services.map((service) => ({
    // Older documents write eventTime and serviceId.
    time: service.event_time ?? service.eventTime ?? timeOf(propertiesOf(service)) ?? at,
    values: {
      ...beside(service, ['service_id', 'serviceId', 'properties', 'data', 'event_time', 'eventTime']),
      ...propertiesOf(service),
    },
    root: String(service.service_id ?? service.serviceId ?? 'properties'),
  }));
  return withRest(drafts, beside(object, ['services']));
}

const propertiesOf = ({ properties, data }: JsonObject) =>
  isObject(properties) ? properties : isObject(data) ? data : {};
const isService = (value: unknown): value is JsonObject =>
  isObject(value) && (isObject(value.properties) || isObject(value.data));
