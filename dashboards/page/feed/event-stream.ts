/** Server-sent events out of a text stream, as the HTML standard says (event, data, id; comments are heartbeats). */
export interface StreamEvent {
  readonly event: string;
  readonly data: string;
  readonly id?: string;
}

export function createEventParser(): (chunk: string) => readonly StreamEvent[] {
  let rest = '';
  return (chunk) => {
    const blocks = (rest + chunk).replaceAll('\r\n', '\n').split('\n\n');
    rest = blocks.pop() ?? '';
    return blocks.flatMap(eventOf);
  };
}

function eventOf(block: string): StreamEvent[] {
  const data: string[] = [];
  let event = 'message';
  let id: string | undefined;
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    const value = line.slice(colon + 1).replace(/^ /, '');
    const name = line.slice(0, colon);
    if (name === 'data') data.push(value);
    else if (name === 'event') event = value;
    else if (name === 'id') id = value;
  }
  return data.length === 0 ? [] : [{ event, data: data.join('\n'), ...(id !== undefined && { id }) }];
}
