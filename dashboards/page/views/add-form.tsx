/** A form that stays folded until needed: its title is both summary and button. */
import type { ComponentChildren } from 'preact';

interface Props {
  readonly title: string;
  readonly isBusy: boolean;
  readonly onSubmit: () => Promise<void>;
  /** Its fields. */
  readonly children: ComponentChildren;
  /** After the button. */
  readonly status?: ComponentChildren;
}

export function AddForm({ title, isBusy, onSubmit, children, status }: Props) {
  return (
    <details class="add">
      <summary>{title}</summary>
      <form
        class="row-form"
        onSubmit={(event) => {
          event.preventDefault();
          void onSubmit();
        }}
      >
        {children}
        <button type="submit" class="primary" disabled={isBusy}>
          {title}
        </button>
        {status}
      </form>
    </details>
  );
}
