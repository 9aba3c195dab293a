/** Copies a text, and says that it did. */
import { useState } from 'preact/hooks';
import { useLanguage } from '../feed/app-context.ts';

export function CopyButton({ text }: { readonly text: string }) {
  const { word } = useLanguage();
  const [isCopied, setCopied] = useState(false);
  return (
    <button
      type="button"
      onClick={() =>
        // Absent on a page without TLS: the text stands there to be marked.
        void navigator.clipboard?.writeText(text).then(
          () => setCopied(true),
          () => undefined,
        )
      }
    >
      {word(isCopied ? 'copied' : 'copy')}
    </button>
  );
}
