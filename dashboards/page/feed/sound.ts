/** The alarm tone of this browser: two notes every few seconds while a critical alarm is unacknowledged. Browsers allow sound only after a user has touched the page. */

export type SoundChoice = 'on' | 'off' | 'unasked';

export interface SoundState {
  readonly choice: SoundChoice;
  /** Switched on, but blocked by the browser until somebody touches the page. */
  readonly isHeld: boolean;
}

export interface AlarmSound {
  state(): SoundState;
  subscribe(listener: () => void): () => void;
  /** Call on a click: switches it on and plays a sample, so that one hears that it works. Remembered in this browser. */
  choose(isOn: boolean): void;
  /** Whether there is a reason to sound. */
  set(isWanted: boolean): void;
}

export interface SoundOptions {
  readonly storage: Pick<Storage, 'getItem' | 'setItem'>;
  readonly open: () => AudioContext;
  /** Where the first touch is detected. */
  readonly target: Pick<EventTarget, 'addEventListener' | 'removeEventListener'>;
}

const KEY = 'sound';
const EVERY_MS = 4000;
/** Hz, and seconds after the first. Two notes differ from a telephone and from a pump. */
const NOTES = [
  [880, 0],
  [660, 0.22],
  [880, 0.5],
  [660, 0.72],
] as const;
const NOTE_S = 0.2;
const LOUDNESS = 0.35;
const TOUCHES = ['pointerdown', 'keydown'] as const;

export function createAlarmSound({ storage, open, target }: SoundOptions): AlarmSound {
  const listeners = new Set<() => void>();
  const kept = storage.getItem(KEY);
  let state: SoundState = { choice: kept === 'on' || kept === 'off' ? kept : 'unasked', isHeld: false };
  let context: AudioContext | undefined;
  let isWanted = false;
  let timer: ReturnType<typeof setInterval> | undefined;

  function change(to: Partial<SoundState>): void {
    state = { ...state, ...to };
    for (const listener of listeners) listener();
  }

  function play(): void {
    context ??= open();
    // Resolves at the first touch at the earliest.
    void context.resume().then(
      () => state.isHeld && change({ isHeld: false }),
      () => undefined,
    );
    if (context.state !== 'running') {
      if (!state.isHeld) change({ isHeld: true });
      return;
    }
    if (state.isHeld) change({ isHeld: false });
    for (const [frequency, after] of NOTES) note(context, frequency, context.currentTime + after);
  }

  function run(): void {
    const isOn = isWanted && state.choice === 'on';
    if (isOn === (timer !== undefined)) return;
    clearInterval(timer);
    timer = isOn ? setInterval(play, EVERY_MS) : undefined;
    if (isOn) play();
  }

  const onTouch = () => {
    if (state.choice !== 'on') return;
    context ??= open();
    void context.resume().then(
      () => state.isHeld && change({ isHeld: false }),
      () => undefined,
    );
  };
  for (const touch of TOUCHES) target.addEventListener(touch, onTouch);

  return {
    state: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    choose(isOn) {
      storage.setItem(KEY, isOn ? 'on' : 'off');
      change({ choice: isOn ? 'on' : 'off', isHeld: false });
      if (isOn && !isWanted) {
        context ??= open();
        const opened = context;
        void opened.resume().then(
          () => note(opened, NOTES[0][0], opened.currentTime),
          () => undefined,
        );
      }
      run();
    },
    set(wanted) {
      isWanted = wanted;
      run();
    },
  };
}

function note(context: AudioContext, frequency: number, at: number): void {
  const tone = context.createOscillator();
  const volume = context.createGain();
  tone.frequency.value = frequency;
  volume.gain.setValueAtTime(0, at);
  volume.gain.linearRampToValueAtTime(LOUDNESS, at + 0.02);
  volume.gain.setValueAtTime(LOUDNESS, at + NOTE_S - 0.04);
  volume.gain.linearRampToValueAtTime(0, at + NOTE_S);
  tone.connect(volume).connect(context.destination);
  tone.start(at);
  tone.stop(at + NOTE_S);
}
