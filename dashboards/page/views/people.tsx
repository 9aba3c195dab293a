/** My account; for administrators also all accounts, wall screens and tokens of programs. */
import { useAppContext } from '../feed/app-context.ts';
import { may, useMe } from '../feed/people.ts';
import { formatRoute } from '../feed/route.ts';
import { Accounts } from './accounts.tsx';
import { Skeleton } from './empty-state.tsx';
import { MyAccount } from './my-account.tsx';
import { ProgramTokens } from './program-tokens.tsx';
import { SharedLinks } from './share-rows.tsx';
import { WallScreens } from './wall-screens.tsx';

export function People() {
  const { word, language, route } = useAppContext();
  const me = useMe();
  if (me === undefined) return <Skeleton />;
  const isAdmin = may(me, 'administer');
  return (
    <div class="people">
      <div class="head">
        <h1>{word('people')}</h1>
        {isAdmin && (
          <a class="button" href={formatRoute({ view: 'audit', language, range: route.range })}>
            {word('audit')}
          </a>
        )}
      </div>
      <MyAccount me={me} />
      {isAdmin && (
        <>
          <Accounts />
          <WallScreens />
          <ProgramTokens />
          <SharedLinks />
        </>
      )}
    </div>
  );
}
