/** Offers the alarm sound once, when there is a reason; says so if the browser blocks it. */
import { isSounding } from '../feed/alarm-list.ts';
import { useAppContext, useFeedState } from '../feed/app-context.ts';

export function SoundBar() {
  const { alarms, sound, word } = useAppContext();
  const { choice, isHeld } = useFeedState(sound);
  if (![...alarms.alarms.values()].some(isSounding)) return null;
  if (choice === 'on' && isHeld) {
    return (
      <p class="sound-bar" role="status">
        {word('soundHeld')}
      </p>
    );
  }
  if (choice !== 'unasked') return null;
  return (
    <div class="sound-bar" role="status">
      <span>{word('soundAsk')}</span>
      <button type="button" onClick={() => sound.choose(true)}>
        {word('soundYes')}
      </button>
      <button type="button" onClick={() => sound.choose(false)}>
        {word('soundNo')}
      </button>
    </div>
  );
}

export function SoundSwitch() {
  const { sound, word } = useAppContext();
  const { choice } = useFeedState(sound);
  const isOn = choice === 'on';
  return (
    <button
      type="button"
      role="switch"
      class="sound-switch"
      aria-checked={isOn}
      title={word('soundHelp')}
      onClick={() => sound.choose(!isOn)}
    >
      {word('sound')}
      <span class="sound-track" aria-hidden="true" />
      <span aria-hidden="true">{word(isOn ? 'on' : 'off')}</span>
    </button>
  );
}
