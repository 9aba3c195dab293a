/** Offers a file that the page has generated. */
import { useEffect, useState } from 'preact/hooks';

interface Props {
  readonly name: string;
  readonly type: string;
  readonly text: string;
  readonly label: string;
}

export function DownloadLink({ name, type, text, label }: Props) {
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [text, type]);
  if (url === undefined) return null;
  return (
    <a class="button" href={url} download={name}>
      {label}
    </a>
  );
}
