/** The name of a channel in requests. */
import { Type } from 'typebox';

export const ChannelName = Type.String({ pattern: '^[a-z0-9-]{1,32}$', description: 'such as night-group' });
