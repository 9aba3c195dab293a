/** Removes something at the second press. */
import { useState } from 'preact/hooks';
import { useLanguage } from '../feed/app-context.ts';

interface Props {
  readonly text: string;
  /** Name of the thing, for screen readers. */
  readonly of: string;
  readonly isDisabled: boolean;
  readonly onRemove: () => void;
}

export function RemoveButton({ text, of, isDisabled, onRemove }: Props) {
  const { word } = useLanguage();
  const [isAsked, setAsked] = useState(false);
  return (
    <button
      type="button"
      class={isAsked ? 'danger' : undefined}
      disabled={isDisabled}
      aria-label={`${isAsked ? word('reallyRemove') : text} ${of}`}
      onBlur={() => setAsked(false)}
      onClick={() => (isAsked ? onRemove() : setAsked(true))}
    >
      {isAsked ? word('reallyRemove') : text}
    </button>
  );
}
