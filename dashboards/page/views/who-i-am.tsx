/** The name under which this browser acts, and the way to people and the audit trail. */
import { useAppContext } from '../feed/app-context.ts';
import type { Me } from '../feed/people.ts';
import { formatRoute } from '../feed/route.ts';
import type { Word } from '../language/words.ts';
import { Icon } from '../tiles/icon.tsx';

export function WhoIAm({ me, isHere }: { readonly me: Me | undefined; readonly isHere: boolean }) {
  const { language, route, word } = useAppContext();
  const name = me === undefined ? word('people') : nameOf(me, word);
  return (
    <a
      class="tab who-i-am"
      href={formatRoute({ view: 'people', language, range: route.range })}
      aria-current={isHere ? 'page' : undefined}
      aria-label={`${name} · ${word('people')}`}
    >
      <Icon name="people" />
      <span>{name}</span>
    </a>
  );
}

export function nameOf(me: Me, word: (word: Word) => string): string {
  if (me.kind !== 'link') return me.name;
  return me.operatorUntil === undefined ? word('anonymous') : word('operator');
}
