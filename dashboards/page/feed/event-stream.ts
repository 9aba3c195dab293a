/** Parses server-sent events from a text stream in arbitrary pieces. */
import { createParser, type EventSourceMessage } from 'eventsource-parser';

export function createEventParser(): (chunk: string) => readonly EventSourceMessage[] {
  let events: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (event) => void events.push(event) });
  return (chunk) => {
    parser.feed(chunk);
    const whole = events;
    events = [];
    return whole;
  };
}
